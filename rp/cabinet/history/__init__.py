"""Everything that the register holds of a person, by day: to be looked through by type, period and source."""
