"""`propusk-registry`: the commands of the registry. Every fault of the operator is one sentence and exit code 1."""

import click

from rp.cli.checks import files_group, journal
from rp.cli.keys import keys, keys_at_rest
from rp.cli.people import notice, unlink
from rp.cli.prepare import prepare, restore
from rp.cli.serve import serve
from rp.cli.taking_in import import_group


@click.group()
def main() -> None:
    """The registry of the test stand."""


for command in (keys, prepare, restore, serve, import_group, unlink, notice, keys_at_rest, files_group, journal):
    main.add_command(command)
