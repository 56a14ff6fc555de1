"""«Доступ»: what insurers may see of a person's records, and which partners may read who the person is."""
