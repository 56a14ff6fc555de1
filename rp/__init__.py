"""The registry: a separate application with its own database, settings and keys, which trusts the provider's tokens only."""
