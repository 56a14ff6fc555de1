"""The command line of the provider: `propusk`; with `--instance bank` that of the bank, which is the same program.

Every mistake of an operator is one sentence on stderr and exit status 1. A command is loaded when it is asked for: most
of them need a tenth of what all need together.
"""

import gc
import os
import sys
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any

import click

INSTANCE_VARIABLE = "PROPUSK_INSTANCE"
COMMANDS: Mapping[str, str] = {
    "start": "idp.cli.start:start",
    "keys": "idp.cli.keys:keys",
    "prepare": "idp.cli.prepare:prepare",
    "serve": "idp.cli.serve:serve",
    "people": "idp.cli.people:people",
    "phone-link": "idp.cli.people:phone_link",
    "citizen": "idp.cli.citizens:citizen",
    "staff": "idp.cli.staff:staff",
    "client": "idp.cli.clients:client",
    "esia": "idp.cli.esia:esia",
    "certificate": "idp.cli.certificates:certificate",
    "journal": "idp.cli.journal:journal",
    "why": "idp.cli.why:why",
    "restore": "idp.cli.restore:restore",
    "epoch": "idp.cli.restore:epoch",
}


class _Commands(click.Group):
    """The group of all commands."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name].split(":")
        gc.disable()  # loading makes what stays: looking for garbage meanwhile finds none and takes a tenth of the time
        try:
            command: click.Command = getattr(import_module(module), attribute)
        finally:
            gc.enable()
        return command


@click.command(cls=_Commands, help=__doc__)
@click.option("--instance", metavar="NAME", help="Whose command it is: idp, or bank (else PROPUSK_INSTANCE, else idp).")
@click.pass_context
def propusk(context: click.Context, instance: str | None) -> None:
    """The group of all commands."""
    if instance is not None:
        context.call_on_close(partial(_set_instance, os.environ.get(INSTANCE_VARIABLE)))
        _set_instance(instance)


def _set_instance(instance: str | None) -> None:
    """Say whose settings are read from now on, here and in every process that is started from here."""
    if instance is None:
        os.environ.pop(INSTANCE_VARIABLE, None)
    else:
        os.environ[INSTANCE_VARIABLE] = instance


def main() -> None:
    """Run `propusk`, and turn what an operator can mend into one sentence."""
    sys.exit(run(propusk))


def run(group: Callable[..., Any]) -> int:
    """The exit status of a command line."""
    try:
        group(standalone_mode=True)
    except OSError as error:
        click.echo(f"propusk: {error.strerror}: {error.filename}", err=True)
        return 1
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        click.echo(f"propusk: {sentence}", err=True)
        return 1
    return 0


def _sentence(error: Exception) -> str | None:
    """What the operator can do about it; None for a fault of ours."""
    from sqlalchemy.exc import DatabaseError

    from ground.alone import StandRuns
    from ground.database import DatabaseUnsafe
    from ground.journal.telling import JournalBroken
    from ground.listening import AddressUnusable
    from ground.migration import DatabaseNewer
    from ground.restoring import CopyUnusable
    from ground.sealing import SecretsUnusable
    from ground.settings import SettingRefused
    from ground.tombstones import TombstonesBroken
    from idp.errors import StandUnusable

    refusals = (
        AddressUnusable,
        CopyUnusable,
        DatabaseNewer,
        DatabaseUnsafe,
        JournalBroken,
        SecretsUnusable,
        SettingRefused,
        StandRuns,
        StandUnusable,
        TombstonesBroken,
    )
    if isinstance(error, refusals):
        return str(error)
    if isinstance(error, DatabaseError):
        return f"the database cannot be used: {error.orig}"
    return None
