"""«Кто смотрел мои записи»: what the journal tells of one person's records, to that person alone."""
