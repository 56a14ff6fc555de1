"""The systems of organisations that a test stand begins with: a clinic's, a laboratory's, an insurer's, a partner's.

Each works for itself with a token of its own. Its secret lies under `keys/<instance>/systems`, where the set-up of the stand
makes it, and whoever tries the stand reads it there.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from idp.clients import registry
from idp.protocol.client import Client
from idp.realm import Realm
from idp.settings import Settings


def secret_file(settings: Settings, client_id: str) -> Path:
    """The secret of such a system."""
    return settings.home / "keys" / settings.instance / "systems" / client_id


def enter(realm: Realm, connection: Connection, entry: dict[str, Any], *, actor: str) -> bool:
    """Register a system whose secret was made, or bring its terms up to date. True when it is new.

    Without a secret there is no such system, and one that an operator disabled stays disabled.
    """
    try:
        secret = secret_file(realm.settings, entry["client_id"]).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return False
    wanted = Client(
        client_id=entry["client_id"],
        name=entry["name"],
        redirect_uris=(),
        authentication="client_secret_basic",
        secret_hash=registry.hash_secret(secret),
        scopes=frozenset(entry["scope"].split()),
        grant_types=("client_credentials",),
        organisation=entry["organisation"],
    )
    known = registry.find(connection, wanted.client_id)
    if known is None and registry.was_registered(connection, wanted.client_id):
        return False
    if known is None:
        registry.register(realm, connection, wanted, actor=actor)
    elif known != wanted:
        registry.replace_terms(realm, connection, wanted, actor=actor)
    return known is None
