"""Counters that protect people: rows, raised before what they guard is looked at, kept over restarts and shared by all nodes."""
