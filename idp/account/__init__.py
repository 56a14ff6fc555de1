"""The citizen's own pages: who they are here, what they sign in with, which documents and banks are theirs.

Owns no table: what a method keeps is the method's. Reached at `/account`, by whoever is signed in; whoever is not signs in first.
"""
