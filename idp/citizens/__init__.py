"""The people of the provider: who they are, how they are found, what may be said about them.

Owns identifiers and their check digits, the table of citizens and its sealed fields. Knows no client and no session.
"""
