"""`propusk esia`: what an integrator of ESIA needs beside the registry of clients."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import click

from idp.authority import files
from idp.cli.esia_systems import find_system, print_system, register_system
from idp.clients import registry
from idp.errors import RequestRefused, StandUnusable
from idp.esia import systems
from idp.esia.migration.gather import situation_of
from idp.esia.migration.steps import DEADLINE, DEADLINE_SOURCE, Report, Version, check
from idp.esia.new_identity import KEY_ALGORITHMS, Identity, KeyAlgorithm, make_identity
from idp.protocol.esia.mnemonic import MnemonicUnusable, check_mnemonic
from idp.protocol.esia.scopes import SCOPES
from idp.protocol.vocabulary import EsiaAlgorithm
from idp.realm import Realm, open_realm
from idp.settings import read_settings

ACTOR = "operator:command line"
STATES: Mapping[bool | None, str] = {True: "done", False: "to do", None: "not needed"}
VERSIONS: Mapping[Version, str] = {"v1": "v1", "v2": "v2 and v3"}
EVERY_SCOPE = " ".join(name for name, scope in SCOPES.items() if scope.about in ("person", "kid", "organisation"))


@click.group()
def esia() -> None:
    """ESIA's dialect: keys to begin with, and the way from v1 to v2 and v3."""


@esia.command("new-key")
@click.argument("mnemonic")
@click.option("--algorithm", type=click.Choice(KEY_ALGORITHMS), default="gost", show_default=True, help="Of the key.")
@click.option("--out", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="Where the files go.")
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="Of a system that is new: where its answers may go.")
@click.option("--scope", default=EVERY_SCOPE, help="Of a system that is new (default: all but those of the digital profile).")
@click.option("--name", default="", help="Of a system that is new, as people read it (default: the mnemonic).")
@click.option(
    "--token-algorithm", type=click.Choice(get_args(EsiaAlgorithm)), default="RS256", show_default=True, help="Signs its tokens."
)
def new_key(
    mnemonic: str,
    algorithm: KeyAlgorithm,
    folder: Path,
    redirect_uris: tuple[str, ...],
    scope: str,
    name: str,
    token_algorithm: EsiaAlgorithm,
) -> None:
    """Make a key and a self-signed certificate for MNEMONIC, and register both, and the system too if it is new.

    Writes MNEMONIC-gost.key and MNEMONIC-gost.pem (or -rsa) into the folder.
    """
    realm = open_realm(read_settings())
    if not realm.settings.is_test:
        raise StandUnusable('keys for systems are made only where environment = "test"')
    try:
        check_mnemonic(mnemonic)
    except MnemonicUnusable as reason:
        raise StandUnusable(str(reason)) from None
    with realm.database.read() as connection:
        is_new = registry.find(connection, mnemonic) is None
    if is_new and not redirect_uris:
        raise StandUnusable(f"{mnemonic} is new here: say by --redirect-uri where its answers may go")
    key_file, certificate_file = folder / f"{mnemonic}-{algorithm}.key", folder / f"{mnemonic}-{algorithm}.pem"
    if key_file.exists():
        raise StandUnusable(f"{key_file} exists: remove it, or choose another folder")
    identity = make_identity(mnemonic, algorithm, now=realm.clock.now(), chance=realm.chance)
    if is_new:
        terms = systems.Terms(mnemonic, redirect_uris, name, scope, token_algorithm)
        register_system(realm, terms, [identity.certificate_pem], actor=ACTOR)
    else:
        _add(realm, mnemonic, identity)
    files.write_secret(key_file, identity.private)
    certificate_file.write_bytes(identity.certificate_pem)
    click.echo(f"made {key_file}\nmade {certificate_file}", err=True)
    print_system(realm, find_system(realm, mnemonic))


def _add(realm: Realm, mnemonic: str, identity: Identity) -> None:
    system = find_system(realm, mnemonic)
    try:
        with realm.database.write() as connection:
            systems.add_certificate(realm, connection, system.client_id, identity.certificate, actor=ACTOR)
    except RequestRefused as refusal:
        raise StandUnusable(refusal.description) from None


@esia.command("migrate-check")
@click.argument("client_id", metavar="CLIENT")
@click.option("--days", type=click.IntRange(1, 3650), default=14, show_default=True, help="How far to look back.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def migrate_check(context: click.Context, client_id: str, days: int, as_json: bool) -> None:
    """Say what CLIENT, a system of v1, still has to do for v2 and v3, as its own requests show it.

    Exit status 1 while something remains. Look into a request with `propusk why`.
    """
    realm = open_realm(read_settings())
    system = find_system(realm, client_id)
    if not realm.settings.keeps_requests:
        raise StandUnusable(
            "the request journal is off, and nothing else knows how the system signs: set request_journal.enabled"
        )
    with realm.database.read() as connection:
        report = check(situation_of(realm, connection, system, days=days))
    click.echo(_as_json(report, days) if as_json else _as_text(report, days))
    if report.remaining:
        context.exit(1)


def _as_json(report: Report, days: int) -> str:
    document = {
        "client_id": report.situation.client_id,
        "deadline": DEADLINE,
        "deadline_source": DEADLINE_SOURCE,
        "days": days,
        "requests": {
            name: {"sent": report.situation.count(version), "taken": [each.id for each in report.situation.taken(version)]}
            for version, name in VERSIONS.items()
        },
        "remaining": len(report.remaining),
        "steps": [
            {
                "name": line.step.name,
                "title": line.step.title,
                "state": STATES[line.judged.is_done],
                "why": line.judged.why,
                "requests": list(line.judged.requests),
                "fidelity": line.step.fact.fidelity,
                "source": line.step.fact.source,
            }
            for line in report.lines
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _as_text(report: Report, days: int) -> str:
    situation = report.situation
    head = f"{situation.client_id}: {len(situation.seen)} signed requests in the last {days} days"
    lines = [f"{head}; the old way ends on {DEADLINE} ({DEADLINE_SOURCE})"]
    lines += [
        f"{name}: {situation.count(each)}, of which {len(situation.taken(each))} were taken" for each, name in VERSIONS.items()
    ]
    lines.append("")
    for line in report.lines:
        state = {"done": "[x]", "to do": "[ ]", "not needed": "[-]"}[STATES[line.judged.is_done]]
        lines.append(f"{state} {line.step.title}")
        lines.append(f"    {line.judged.why}{' (' + ', '.join(line.judged.requests) + ')' if line.judged.requests else ''}")
    end = f"{len(report.remaining)} of {len(report.lines)} remain" if report.remaining else "nothing remains"
    return "\n".join((*lines, "", end))
