"""Services where the provider's first page lets a person begin to sign in (OpenID Connect Core 1.0, 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from idp.clients import registry
from idp.protocol.client import Client
from idp.protocol.redirect_uri import host_of
from idp.realm import Realm

MANY_ENOUGH = 7


@dataclass(frozen=True)
class Door:
    """One service: `address` tells it who sends the person, `host` is where that is."""

    client_id: str
    name: str
    host: str
    address: str


def doors(realm: Realm) -> Sequence[Door]:
    """A handful of services that registered `initiate_login_uri`."""
    with realm.database.read() as connection:
        clients = registry.that_begin_sign_in(realm, connection, limit=MANY_ENOUGH)
    return [_door(realm, client, client.initiate_login_uri) for client in clients if client.initiate_login_uri is not None]


def _door(realm: Realm, client: Client, uri: str) -> Door:
    """The address with the issuer and, where the client's own pages stand beside it, the page to arrive at."""
    parameters = {"iss": realm.issuer}
    if client.client_uri is not None and urlsplit(client.client_uri)[:2] == urlsplit(uri)[:2]:
        parameters["target_link_uri"] = client.client_uri
    address, mark, fragment = uri.partition("#")
    address += ("&" if "?" in address else "?") + urlencode(parameters) + mark + fragment
    return Door(client.client_id, client.name, host_of(uri), address)
