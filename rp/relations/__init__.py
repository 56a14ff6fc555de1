"""What a principal is to a patient, who speaks for whom, and what is kept from whom: the policy of `rp.access` decides by it."""
