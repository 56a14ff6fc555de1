"""Whether what is kept is as it was written: the journal, and the files that people handed in."""

import click

from ground.journal.telling import tell
from rp.access.heads import keeper_of, verified
from rp.cli.opening import one_sentence, opened_when_prepared
from rp.documents.verification import verify as verify_documents


@click.group("files")
def files_group() -> None:
    """The files that people handed in."""


@files_group.command("verify")
@one_sentence
def verify_files() -> None:
    """Open every file and compare it with what was stored; name each that is missing or not whole."""
    with opened_when_prepared() as realm:
        verdict = verify_documents(realm)
    for fault in verdict.faults:
        click.echo(fault)
    strange = f"; {verdict.strange} files belong to no document" if verdict.strange else ""
    click.echo(f"{verdict.total} documents, {len(verdict.faults)} not whole{strange}")
    if verdict.faults:
        raise SystemExit(1)


@click.group()
def journal() -> None:
    """The journal of what happened."""


@journal.command()
@click.option("--json", "as_json", is_flag=True, help="Say it for programs.")
@one_sentence
def verify(as_json: bool) -> None:
    """Walk the chain, compare it with the heads kept outside the database, and name the first row that is wrong.

    Rows that were edited, removed, moved, cut off the end, or put back to an earlier day are told apart.
    """
    with opened_when_prepared() as realm:
        report = verified(realm)
    tell(report, as_json=as_json)


@journal.command()
@one_sentence
def anchor() -> None:
    """Begin another file of heads: after a restore from a backup. The old one stays beside it, and the journal says so."""
    with opened_when_prepared() as realm, keeper_of(realm).begin_anew():
        pass
    click.echo("another file of heads has begun")
