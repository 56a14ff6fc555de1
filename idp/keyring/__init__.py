"""The signing keys of one issuer: made, loaded once, published, rotated.

Keys are PEM files under `keys/<instance>/signing/`, named by time of making, algorithm and thumbprint. The newest of an
algorithm signs; all of them are published, so that what an older one signed still verifies. Only `private` and `gost` hold
keys that can sign, and only `tokens/minting` may reach them.

Keys of GOST are made where the engine is. They stand in no key set: systems of ESIA's pin the certificates of `certificates`.
"""
