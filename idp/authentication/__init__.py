"""Proving who somebody is. Owns the attempt, the methods and the policy that says which method comes next.

It is reached by a redirect to `/sign-in/<attempt>` and left by one to the attempt's `return_path`; it knows nothing of
why somebody has to sign in.
"""
