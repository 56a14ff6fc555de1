"""What the commands `journal verify` of both applications say."""

import json
import sys

import click

from ground.journal.verification import Report


class JournalBroken(Exception):
    """The journal is not whole. The text is the sentence that says what was found first."""


def tell(report: Report, *, as_json: bool) -> None:
    """Say the verdict. Raises JournalBroken, or ends the command with status 1 once the document is written."""
    if as_json:
        click.echo(json.dumps(report.as_document(), ensure_ascii=False, indent=1))
        if not report.is_whole:
            sys.exit(1)
    elif report.is_whole:
        click.echo(report.sentence)
    else:
        raise JournalBroken(report.sentence)
