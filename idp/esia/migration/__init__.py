"""The way of a system from v1 to v2 and v3: what its own requests show to be done, and what remains.

`steps` are the rules, over what `gather` reads from the request journal and the registry; `propusk esia migrate-check` prints
them.
"""
