"""Ending what a sign-in began: the session of the provider, and every family of tokens that grew out of it.

The logout request itself is judged here too (OpenID Connect RP-Initiated Logout 1.0); its pages are in `oauth`.
"""
