"""How a client proves who it is (RFC 6749, 2.3.1)."""

import hmac

from idp.clients.registry import hash_secret
from idp.protocol.client import Client


def secret_is_right(client: Client, secret: str) -> bool:
    """Compare a secret with the stored hash, in constant time."""
    return client.secret_hash is not None and hmac.compare_digest(client.secret_hash, hash_secret(secret))
