"""The staff of the provider from the command line: how the first administrator comes to be."""

import click
from sqlalchemy import Connection

from idp.authentication.entry import has_second_factor
from idp.citizens import directory, roles
from idp.citizens.last_administrator import LastAdministrator
from idp.citizens.models import STAFF_ROLES, Person
from idp.citizens.roles import RoleNotGiven
from idp.errors import StandUnusable
from idp.realm import Realm, open_realm
from idp.settings import read_settings

ACTOR = "operator:command line"
ROLE = click.Choice(STAFF_ROLES)


@click.group()
def staff() -> None:
    """Who works for the provider, and as what.

    \b
    operator       confirms at the counter who people are
    support        sees how an account is, and not whose
    officer        opens and closes incidents, reads the journal
    administrator  gives and takes these roles on the pages

    The first administrator signs up like everybody, adds a second way to sign in (profile, «Безопасность»), and is given the
    role here: propusk staff give LOGIN administrator. After that roles are given on the pages, at /staff/members.
    """


@staff.command("list")
def list_staff() -> None:
    """Print who has a role, a line each: login, name, roles."""
    realm = _open()
    with realm.database.read() as connection:
        for person in directory.staff(realm, connection):
            login = person.data.phone or person.data.email or person.data.snils or person.id
            names = ", ".join(role for role in STAFF_ROLES if role in person.roles)
            click.echo(f"{login}  {person.data.full_name}  {names}{'  (disabled)' if person.is_disabled else ''}")


@staff.command()
@click.argument("login")
@click.argument("role", type=ROLE)
def give(login: str, role: str) -> None:
    """Give whoever has LOGIN (phone, e-mail or СНИЛС) the ROLE. They need a second way to sign in."""
    realm = _open()
    with realm.database.write() as connection:
        person = _find(realm, connection, login)
        if person.is_shut_out:
            raise StandUnusable(f"the account of {login} is disabled, or shut by an incident: nobody could work with it")
        if not has_second_factor(realm, connection, person):
            raise StandUnusable(
                f"{login} has no second way to sign in, and the staff never enters with one: it is added in the profile, "
                "«Безопасность»"
            )
        try:
            is_new = roles.give(realm, connection, person.id, role, actor=ACTOR)
        except RoleNotGiven:
            excluding = " and ".join(sorted(roles.EXCLUDING))
            raise StandUnusable(f"{excluding} are two people: take the other role from {login} first") from None
    click.echo(f"{login} is {role} from now on" if is_new else f"{login} is {role} already")


@staff.command()
@click.argument("login")
@click.argument("role", type=ROLE)
def take(login: str, role: str) -> None:
    """Take the ROLE from whoever has LOGIN. The last administrator stays."""
    realm = _open()
    with realm.database.write() as connection:
        person = _find(realm, connection, login)
        try:
            is_taken = roles.take(realm, connection, person.id, role, actor=ACTOR)
        except LastAdministrator:
            raise StandUnusable(
                f"{login} is the last administrator: give somebody else the role first (propusk staff give)"
            ) from None
    click.echo(f"{login} is {role} no more" if is_taken else f"{login} is no {role}")


def _open() -> Realm:
    settings = read_settings()
    if settings.is_bank:
        raise StandUnusable("a bank has no staff here: what its customers cannot do by themselves is done at its counter")
    return open_realm(settings)


def _find(realm: Realm, connection: Connection, login: str) -> Person:
    person = directory.find_by_login(realm, connection, login)
    if person is None:
        raise StandUnusable(f"nobody has the login {login}")
    return person
