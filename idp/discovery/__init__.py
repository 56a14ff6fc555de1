"""What a client finds out by itself: the metadata of the provider and its keys.

Fragments are handed in by `app`, so that a room that adds an endpoint adds its words too. Nothing is advertised that is
not done.
"""
