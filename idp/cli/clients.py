"""Registering information systems from the command line."""

import json

import click

from idp.clients import registry
from idp.clients.registry import SYSTEMS
from idp.errors import RequestRefused, StandUnusable
from idp.protocol import registration
from idp.protocol.client import as_metadata
from idp.realm import open_realm
from idp.settings import read_settings


@click.group()
def client() -> None:
    """Information systems that people sign in to."""


@client.command()
@click.argument("name")
@click.option("--redirect-uri", "redirect_uris", multiple=True, required=True, help="Where the answer may go; exact.")
@click.option("--post-logout-redirect-uri", "logout_uris", multiple=True, help="Where a logout may end; exact.")
@click.option("--scope", default="openid profile", show_default=True)
@click.option("--public", is_flag=True, help="An application that can keep no secret; it must use PKCE.")
@click.option("--require-pkce", is_flag=True)
def create(
    name: str, redirect_uris: tuple[str, ...], logout_uris: tuple[str, ...], scope: str, public: bool, require_pkce: bool
) -> None:
    """Register the system NAME and print its client_id and secret, this once."""
    realm = open_realm(read_settings())
    metadata = {
        "client_name": name,
        "redirect_uris": list(redirect_uris),
        "post_logout_redirect_uris": list(logout_uris),
        "scope": scope,
        "token_endpoint_auth_method": "none" if public else "client_secret_basic",
        "application_type": "native" if public else "web",
        "require_pkce": require_pkce,
    }
    try:
        wanted = registration.read(metadata, is_test=realm.settings.is_test)
    except RequestRefused as refusal:
        raise StandUnusable(refusal.description) from None
    with realm.database.write() as connection:
        made, secret = registry.register(realm, connection, wanted, actor="operator:command line")
    answer = {"client_id": made.client_id, "issuer": realm.issuer} | ({"client_secret": secret} if secret else {})
    click.echo(json.dumps(answer | as_metadata(made), ensure_ascii=False, indent=2))


@client.command("list")
def list_clients() -> None:
    """Print the registered systems, a line each."""
    realm = open_realm(read_settings())
    with realm.database.read() as connection:
        for row in connection.execute(SYSTEMS.select().order_by(SYSTEMS.c.client_id)):
            click.echo(f"{row.client_id}  {row.terms['client_name']}")
