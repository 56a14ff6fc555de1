"""The command line of the provider: `propusk`.

Every mistake of an operator is one sentence on stderr and exit status 1.
"""

import sys
from collections.abc import Callable
from typing import Any

import click
from sqlalchemy.exc import DatabaseError

from ground.database import DatabaseUnsafe
from ground.migration import DatabaseNewer
from ground.sealing import SecretsUnusable
from ground.settings import SettingRefused
from idp.cli.certificates import certificate
from idp.cli.clients import client
from idp.cli.journal import journal
from idp.cli.keys import keys
from idp.cli.people import people, phone_link
from idp.cli.prepare import prepare
from idp.cli.serve import serve
from idp.errors import StandUnusable

OPERATOR_ERRORS: tuple[type[Exception], ...] = (
    SettingRefused, SecretsUnusable, DatabaseUnsafe, DatabaseNewer, StandUnusable,
)  # fmt: skip
COMMANDS: tuple[click.Command, ...] = (keys, prepare, serve, people, phone_link, client, certificate, journal)


@click.group(help=__doc__)
def propusk() -> None:
    """The group of all commands."""


for command in COMMANDS:
    propusk.add_command(command)


def main() -> None:
    """Run `propusk`, and turn what an operator can mend into one sentence."""
    sys.exit(run(propusk))


def run(group: Callable[..., Any]) -> int:
    """The exit status of a command line."""
    try:
        group(standalone_mode=True)
    except OPERATOR_ERRORS as error:
        click.echo(f"propusk: {error}", err=True)
        return 1
    except DatabaseError as error:
        click.echo(f"propusk: the database cannot be used: {error.orig}", err=True)
        return 1
    except OSError as error:
        click.echo(f"propusk: {error.strerror}: {error.filename}", err=True)
        return 1
    return 0
