"""Signing in and out: the browser's trip to the provider and back, and what it leaves behind."""
