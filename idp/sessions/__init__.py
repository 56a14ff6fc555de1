"""Who is signed in to the provider in which browser: opened by proof, raised by more proof, ended by choice or time.

The cookie holds 256 random bits, the database their SHA-256. `sid` is the session's public name, which clients learn;
it stays when the cookie changes.
"""
