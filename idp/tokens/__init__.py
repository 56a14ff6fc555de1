"""What a client is given after proof and consent: codes, families of tokens, and the tokens themselves.

A family is everything that grew out of one authorization; revoking it kills all of it. `minting` is the only place
of the provider that signs a token.
"""
