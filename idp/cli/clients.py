"""Registering information systems from the command line, and looking after them."""

import json
from pathlib import Path
from typing import Any, get_args

import click
from click.core import ParameterSource
from sqlalchemy import Connection

from idp.cli.client_certificates import certificate
from idp.cli.esia_systems import change_system, print_system, register_system
from idp.clients import registry
from idp.errors import RequestRefused, StandUnusable
from idp.esia.systems import DEFAULT_SCOPE, Terms
from idp.oauth.registration import read_terms, retire
from idp.protocol.client import Client, as_metadata
from idp.protocol.vocabulary import CLIENT_AUTHENTICATIONS, SECOND_FACTORS, Dialect, EsiaAlgorithm
from idp.realm import open_realm
from idp.settings import read_settings

ACTOR = "operator:command line"
OF_ESIA = ("mnemonic", "certificate_files", "algorithm")
OF_OPENID = ("logout_uris", "authentication", "jwks_uri", "refresh", "public", "require_pkce", "second_factor")
"""The options that only one of the dialects knows."""
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def client() -> None:
    """Information systems that people sign in to."""


client.add_command(certificate)


@client.command()
@click.argument("name")
@click.option("--redirect-uri", "redirect_uris", multiple=True, required=True, help="Where the answer may go; exact.")
@click.option("--post-logout-redirect-uri", "logout_uris", multiple=True, help="Where a logout may end; exact.")
@click.option("--scope", help=f"Default: openid profile; of ESIA's dialect {DEFAULT_SCOPE}.")
@click.option("--authentication", type=click.Choice(CLIENT_AUTHENTICATIONS), default="client_secret_basic", show_default=True)
@click.option("--jwks-uri", help="Where the system publishes its keys, for private_key_jwt.")
@click.option("--refresh", is_flag=True, help="Let it use refresh tokens.")
@click.option("--public", is_flag=True, help="An application that can keep no secret; it must use PKCE.")
@click.option("--require-pkce", is_flag=True)
@click.option("--second-factor", type=click.Choice(SECOND_FACTORS), help="When people take a second step.")
@click.option("--dialect", type=click.Choice(get_args(Dialect)), default="openid", show_default=True)
@click.option("--mnemonic", help="ESIA's dialect: the client_id, such as TESTIS.")
@click.option(
    "--certificate", "certificate_files", type=FILE, multiple=True, help="ESIA's dialect: what it signs with (PEM, DER)."
)
@click.option("--algorithm", type=click.Choice(get_args(EsiaAlgorithm)), help="ESIA's dialect: what signs its tokens [RS256].")
@click.pass_context
def create(
    context: click.Context,
    name: str,
    redirect_uris: tuple[str, ...],
    logout_uris: tuple[str, ...],
    scope: str | None,
    authentication: str,
    jwks_uri: str | None,
    refresh: bool,
    public: bool,
    require_pkce: bool,
    second_factor: str | None,
    dialect: Dialect,
    mnemonic: str | None,
    certificate_files: tuple[Path, ...],
    algorithm: EsiaAlgorithm | None,
) -> None:
    """Register the system NAME and print its client_id and secret, this once. A system of ESIA's dialect has no secret."""
    _check_dialect(context, dialect)
    if dialect == "esia":
        if mnemonic is None:
            raise StandUnusable("a system of ESIA's dialect needs a --mnemonic, which is its client_id")
        terms = Terms(mnemonic, redirect_uris, name, scope or DEFAULT_SCOPE, algorithm or "RS256")
        realm = open_realm(read_settings())
        print_system(realm, register_system(realm, terms, [file.read_bytes() for file in certificate_files], actor=ACTOR))
        return
    metadata = {
        "client_name": name,
        "redirect_uris": list(redirect_uris),
        "post_logout_redirect_uris": list(logout_uris),
        "scope": scope or "openid profile",
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
    if found.dialect == "esia":
        print_system(realm, found)
    else:
        _print({"client_id": found.client_id} | as_metadata(found))


@client.command()
@click.argument("client_id")
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="Where the answer may go, instead of the present addresses.")
@click.option("--scope", help="What it may ask for, instead of the present scopes.")
@click.option("--name", help="What people read.")
@click.option("--algorithm", type=click.Choice(get_args(EsiaAlgorithm)), help="What signs its tokens.")
def change(
    client_id: str, redirect_uris: tuple[str, ...], scope: str | None, name: str | None, algorithm: EsiaAlgorithm | None
) -> None:
    """Change the system CLIENT_ID of ESIA's dialect and print it. (Clients of the standard endpoints change themselves, by their
    registration_access_token.)"""
    if not (redirect_uris or scope or name or algorithm):
        raise StandUnusable("say what to change: --redirect-uri, --scope, --name or --algorithm")
    realm = open_realm(read_settings())
    changed = change_system(
        realm, client_id, redirect_uris=redirect_uris, scope=scope, name=name, algorithm=algorithm, actor=ACTOR
    )
    print_system(realm, changed)


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


def _check_dialect(context: click.Context, dialect: Dialect) -> None:
    for name in OF_OPENID if dialect == "esia" else OF_ESIA:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            option = next(parameter.opts[0] for parameter in context.command.params if parameter.name == name)
            raise StandUnusable(f"{option} says nothing to a system of the dialect {dialect}")


def _find(connection: Connection, client_id: str) -> Client:
    found = registry.find(connection, client_id)
    if found is None:
        raise StandUnusable(f"there is no client {client_id} here, or it is disabled")
    return found


def _print(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
