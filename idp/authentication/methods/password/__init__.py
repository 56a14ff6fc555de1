"""Login and password. Owns the table of password hashes and how dear one check is."""
