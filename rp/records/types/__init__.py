"""One package for each record type. They do not know one another; `rp.records.catalogue` lists them."""
