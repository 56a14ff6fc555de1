"""Looking after somebody's account from the command line."""

import click

from ground.clock import as_datetime
from idp.authentication import lockout
from idp.citizens import directory
from idp.errors import StandUnusable
from idp.realm import open_realm
from idp.settings import read_settings

ACTOR = "operator:command line"


@click.group()
def citizen() -> None:
    """People and their accounts."""


@citizen.command()
@click.argument("login")
def unlock(login: str) -> None:
    """Lift the lock after wrong passwords from the account of LOGIN (phone, e-mail or СНИЛС), as recovery does.

    At the bank this is its counter. An incident is closed by a security officer alone.
    """
    realm = open_realm(read_settings())
    with realm.database.write() as connection:
        person = directory.find_by_login(realm, connection, login)
        if person is None:
            raise StandUnusable(f"nobody has the login {login}")
        unlocks_at = lockout.recover(realm, connection, person.id, by="operator", actor=ACTOR)
    if unlocks_at is None:
        click.echo("the account was not locked")
    else:
        click.echo(f"the account is unlocked from {as_datetime(unlocks_at):%Y-%m-%d %H:%M:%S} UTC")
