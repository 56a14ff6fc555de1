"""What people type: one reader for each format, and what a page says of a refused text. Knows no patients and no database."""
