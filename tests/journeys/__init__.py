"""Stories from end to end: the provider and the registry in one process, and a person with a browser."""
