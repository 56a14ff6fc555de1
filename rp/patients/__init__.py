"""The people of the registry: who they are, sealed, and which subject of which provider each of them is.

Does not know sessions or records. Matching a signed-in person to a patient is decided here.
"""
