"""The grants of ESIA's token endpoint: what each takes in exchange for tokens."""
