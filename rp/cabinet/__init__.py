"""The citizen's own pages: all their records, and each of them."""
