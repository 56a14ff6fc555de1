"""What people type: one reader for each format, and what a page says of a text that is refused. Knows no patients and no database."""
