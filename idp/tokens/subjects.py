"""By what name a client knows a citizen (OpenID Connect Core 1.0, 8)."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from idp.protocol.client import Client
from idp.realm import Realm


def subject_of(realm: Realm, client: Client, citizen_id: str) -> str:
    """The `sub` for this client: the citizen's own identifier, or for a pairwise client one that only its sector sees.

    Two sectors cannot find out that they know the same person, and nobody without our secret can compute the name (8.1).
    """
    if client.subject_type != "pairwise":
        return citizen_id
    key = realm.secrets.derive("pairwise subject")
    name = hmac.digest(key, f"{client.sector}\0{citizen_id}".encode(), hashlib.sha256)
    return urlsafe_b64encode(name).rstrip(b"=").decode("ascii")
