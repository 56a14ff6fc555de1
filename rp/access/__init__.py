"""Who is asking, and what they may do: sessions, the principal, the policy, and the events of the journal.

Does not know patients or records but by their identifiers.
"""
