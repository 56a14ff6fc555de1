"""The signing keys of one issuer: made, loaded once, published, rotated.

Keys are PEM files under `keys/<instance>/signing/`, named by time of making, algorithm and thumbprint. The newest of an
algorithm signs; all of them are published, so that what an older one signed still verifies. Only `private` holds keys
that can sign, and only `tokens/minting` may reach it.
"""
