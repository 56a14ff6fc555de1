"""Registering information systems from the command line, and looking after them."""

import json
from typing import Any

import click
from sqlalchemy import Connection

from idp.clients import registry
from idp.errors import RequestRefused, StandUnusable
from idp.oauth.registration import read_terms, retire
from idp.protocol.client import Client, as_metadata
from idp.protocol.vocabulary import CLIENT_AUTHENTICATIONS, SECOND_FACTORS
from idp.realm import open_realm
from idp.settings import read_settings

ACTOR = "operator:command line"


@click.group()
def client() -> None:
    """Information systems that people sign in to."""


@client.command()
@click.argument("name")
@click.option("--redirect-uri", "redirect_uris", multiple=True, required=True, help="Where the answer may go; exact.")
@click.option("--post-logout-redirect-uri", "logout_uris", multiple=True, help="Where a logout may end; exact.")
@click.option("--scope", default="openid profile", show_default=True)
@click.option("--authentication", type=click.Choice(CLIENT_AUTHENTICATIONS), default="client_secret_basic", show_default=True)
@click.option("--jwks-uri", help="Where the system publishes its keys, for private_key_jwt.")
@click.option("--refresh", is_flag=True, help="Let it use refresh tokens.")
@click.option("--public", is_flag=True, help="An application that can keep no secret; it must use PKCE.")
@click.option("--require-pkce", is_flag=True)
@click.option("--second-factor", type=click.Choice(SECOND_FACTORS), help="When people take a second step.")
def create(
    name: str,
    redirect_uris: tuple[str, ...],
    logout_uris: tuple[str, ...],
    scope: str,
    authentication: str,
    jwks_uri: str | None,
    refresh: bool,
    public: bool,
    require_pkce: bool,
    second_factor: str | None,
) -> None:
    """Register the system NAME and print its client_id and secret, this once."""
    metadata = {
        "client_name": name,
        "redirect_uris": list(redirect_uris),
        "post_logout_redirect_uris": list(logout_uris),
        "scope": scope,
        "token_endpoint_auth_method": "none" if public else authentication,
        "application_type": "native" if public else "web",
        "grant_types": ["authorization_code", "refresh_token"] if refresh else ["authorization_code"],
        "jwks_uri": jwks_uri,
        "require_pkce": require_pkce,
        **({"second_factor": second_factor} if second_factor else {}),
    }
    realm = open_realm(read_settings())
    try:
        wanted = read_terms(realm, metadata)
    except RequestRefused as refusal:
        raise StandUnusable(refusal.description) from None
    with realm.database.write() as connection:
        made, secret = registry.register(realm, connection, wanted, actor=ACTOR)
    _print(
        {"client_id": made.client_id, "issuer": realm.issuer} | ({"client_secret": secret} if secret else {}) | as_metadata(made)
    )


@client.command("list")
def list_clients() -> None:
    """Print the registered systems, a line each."""
    realm = open_realm(read_settings())
    with realm.database.read() as connection:
        for registered in registry.everything(connection):
            mark = "  (disabled)" if registered.disabled_at is not None else ""
            click.echo(f"{registered.client.client_id}  {registered.client.name}{mark}")


@client.command()
@click.argument("client_id")
def show(client_id: str) -> None:
    """Print what the system CLIENT_ID registered. Its secret is not known to us."""
    realm = open_realm(read_settings())
    with realm.database.read() as connection:
        found = _find(connection, client_id)
    _print({"client_id": found.client_id} | as_metadata(found))


@client.command()
@click.argument("client_id")
def secret(client_id: str) -> None:
    """Give the system CLIENT_ID a new secret and print it, this once. The old one is worth nothing from then on."""
    realm = open_realm(read_settings())
    with realm.database.write() as connection:
        found = _find(connection, client_id)
        if not found.has_secret:
            raise StandUnusable(f"{client_id} proves who it is without a secret ({found.authentication})")
        new = registry.renew_secret(realm, connection, found, actor=ACTOR)
    _print({"client_id": client_id, "client_secret": new})


@client.command()
@click.argument("client_id")
def disable(client_id: str) -> None:
    """Let the system CLIENT_ID in no more, and revoke every token it was given."""
    realm = open_realm(read_settings())
    with realm.database.write() as connection:
        _find(connection, client_id)
        retire(realm, connection, client_id, actor=ACTOR)
    click.echo(f"{client_id} is disabled")


def _find(connection: Connection, client_id: str) -> Client:
    found = registry.find(connection, client_id)
    if found is None:
        raise StandUnusable(f"there is no client {client_id} here, or it is disabled")
    return found


def _print(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
