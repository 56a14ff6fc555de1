"""What happens when an older copy of the database is put in the place of the newer one: nothing dead comes alive.

A new epoch ends everything that is good once or for a while, and what was buried beside the database since the copy was made
is put to death again. Both happen in one transaction, at `propusk restore` and at every start that finds the database older
than the list of tombstones. A room that keeps something new adds a line to `ending` or, if it can die for good, a kind to
`idp.tombstones` and its second death to `again`.
"""
