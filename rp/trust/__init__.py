"""What the registry believes of a message from the provider, and what it asks the provider.

Owns the provider's metadata and keys, the request that begins a sign-in, the judgement of its answer and of the tokens,
and introspection. Authlib is imported here and nowhere else. Stores nothing and knows no patient.
"""
