"""Signing up by oneself: names, a telephone or a mail address or both, a password; codes prove the addresses, and only then is
there an account.

Owns the table of registrations that wait for their codes. Reached at `/register`, by anybody. The bank has no such room.
"""
