"""The person's requests: the list, the forms, and each request with its state and its answer."""
