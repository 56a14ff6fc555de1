"""Passkeys: a key in somebody's device that answers for our address only (Web Authentication, Level 3).

Owns the table of passkeys and of the handles that name a person to their devices. Parsing and signatures are py_webauthn's;
what it leaves to its caller is checked here.
"""
