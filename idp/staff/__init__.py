"""The pages of the provider's own people: at the counter, at the journal and incidents, at the staff itself.

Owns no table: roles and incidents are the citizens'. Reached at `/staff` by whoever has a role and proved two factors.
"""
