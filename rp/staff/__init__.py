"""The pages of those who work with the register: finding a patient, their records, writing and correcting them.

Everybody here has proved two factors and works where the provider says so too (`rp.access.guard`). What somebody may see of
a patient, and write, the policy says; every look is a row of the journal.
"""
