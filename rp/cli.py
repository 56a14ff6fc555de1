"""`propusk-registry`: the commands of the registry. Every fault of the operator is one sentence and exit code 1."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from pathlib import Path
from typing import Any, TextIO

import click

from ground.alone import StandRuns, alone_in
from ground.chance import SystemChance, draw_token
from ground.clock import as_datetime
from ground.journal.telling import JournalBroken, tell
from ground.migration import DatabaseNewer
from ground.preparation import bring_up_to_date
from ground.restoring import CopyUnusable, check_copy, put_in_place
from ground.sealing import SealBroken, SecretsUnusable, make_secrets
from ground.settings import SettingRefused
from ground.tombstones import TombstonesBroken
from rp.access.events import Event, note
from rp.access.heads import keeper_of, verified
from rp.access.session import end_sessions_of
from rp.database import MIGRATIONS, DatabaseNotReady
from rp.documents.verification import verify as verify_documents
from rp.epoch import settle
from rp.keys.rotation import exchange_keys
from rp.notices.publications import PublicationRefused, list_published, publish
from rp.notices.topics import PUBLISHED, Topic
from rp.patients.directory import find_by_snils
from rp.patients.matching import unlink_patient
from rp.patients.snils import SnilsRefused
from rp.realm import Realm, open_realm
from rp.records.bundle import BundleRefused
from rp.records.importer import import_bundle
from rp.records.people_import import PeopleReport, import_people
from rp.records.resealing import reseal_old
from rp.records.seed import SeedRefused
from rp.reports.statistics_file import StatisticsRefused
from rp.seed import enter_seed, take_statistics, tell_import, tell_statistics
from rp.settings import Home, Settings, read_settings

REFUSALS = (
    BundleRefused,
    CopyUnusable,
    DatabaseNewer,
    DatabaseNotReady,
    JournalBroken,
    PublicationRefused,
    SealBroken,
    SecretsUnusable,
    SeedRefused,
    SettingRefused,
    SnilsRefused,
    StandRuns,
    StatisticsRefused,
    TombstonesBroken,
)

Command = Callable[..., None]


def one_sentence(command: Command) -> Command:
    """Turn a refusal into its sentence on stderr and exit code 1."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except REFUSALS as error:
            raise SystemExit(_say_error(str(error))) from None
        except OSError as error:
            raise SystemExit(_say_error(f"{error.filename or 'a file'}: {error.strerror or error}")) from None

    return run


def _say_error(text: str) -> int:
    click.echo(text, err=True)
    return 1


@contextmanager
def opened() -> Iterator[Realm]:
    """The registry of the environment, closed when the command is done."""
    settings, home = read_settings(os.environ)
    home.variable.mkdir(parents=True, exist_ok=True)
    realm = open_realm(settings, home)
    try:
        yield realm
    finally:
        realm.database.close()


@contextmanager
def opened_when_prepared() -> Iterator[Realm]:
    """The same, for commands that need the tables. Raises DatabaseNotReady."""
    with opened() as realm:
        if not MIGRATIONS.check(realm.database):
            raise DatabaseNotReady("the database is not prepared: run propusk-registry prepare")
        yield realm


@click.group()
def main() -> None:
    """The registry of the test stand."""


@main.command()
@one_sentence
def keys() -> None:
    """Make what is missing under keys/rp/."""
    settings, home = read_settings(os.environ)
    make_keys(home, has_control=settings.is_test)


def make_keys(home: Home, *, has_control: bool = False) -> None:
    """Make secrets, keys and what is shared with the provider, and the token of the control plane where there is one; what exists
    is left alone."""
    chance = SystemChance()
    makers: list[tuple[Path, Callable[[Path], object]]] = [
        (home.secrets_file, lambda path: make_secrets(path, chance)),
        (home.encryption_keys_file, lambda path: make_secrets(path, chance)),
        (home.client_file, _make_token),
        *([(home.control_token_file, _make_token)] if has_control else []),
    ]
    for path, make in makers:
        if not path.exists():
            make(path)
            click.echo(f"made {path}")


def _make_token(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(draw_token(SystemChance(), path.name) + "\n")
        file.flush()
        os.fsync(file.fileno())


@main.command()
@one_sentence
def prepare() -> None:
    """Bring the database to this version and load the seed; what is done already is not done again."""
    with opened() as realm:
        prepare_database(realm)


def prepare_database(realm: Realm, *, because: str | None = None) -> None:
    """Migrate, backing up first what would be changed, end what an older copy would bring to life, and load the seed.

    `because` is why a new epoch begins in any case. Raises the refusals of the command.
    """
    file = realm.database.engine.url.database if realm.database.is_sqlite else None
    done = bring_up_to_date(
        realm.database,
        MIGRATIONS,
        sqlite_file=Path(file) if file else None,
        backups=realm.home.variable,
        clock=realm.clock,
    )
    click.echo(f"rp: {done}")
    if count := reseal_old(realm):
        click.echo(f"rp: {count} people and records sealed by keys of their own")
    for line in settle(realm, because=because):
        click.echo(f"rp: {line}")
    with realm.database.write() as connection:
        for line in enter_seed(connection, realm):
            click.echo(f"rp: {line}")


@main.command()
@click.argument("copy", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@one_sentence
def restore(copy: Path) -> None:
    """Put COPY in the place of the database: everybody signs in anew."""
    settings, home = read_settings(os.environ)
    if settings.database_url:
        raise CopyUnusable("the database is a server's: restore it there, and run propusk-registry prepare before it serves")
    check_copy(copy)
    with alone_in(home.variable), opened() as realm:
        realm.tombstones.lines()  # refuses while everything is as it was
        for line in put_in_place(copy, home.sqlite_file, realm.clock):
            click.echo(line)
        prepare_database(realm, because="a copy of the database was restored")
        with keeper_of(realm).begin_anew():  # the heads of the time after the copy belong to the database that was there
            pass


@main.command()
@click.option("--control", is_flag=True, help="Run the control plane of the test stand instead of the registry.")
@click.option("--plain", is_flag=True, help="Send browsers from plain http (plain_listen) to https, and serve nobody.")
@one_sentence
def serve(control: bool, plain: bool) -> None:
    """Serve the registry with Granian."""
    from granian import Granian
    from granian.constants import Interfaces, SSLProtocols

    settings, home = read_settings(os.environ)
    if control:
        _serve_control(settings)
        return
    if plain:
        if not (settings.is_secure and settings.plain_listen):
            raise SettingRefused("serve --plain needs a url of https and plain_listen, the address to listen at")
    elif not settings.is_reached_securely:
        raise SettingRefused("the url is https, so set tls_certificate and tls_private, or trusted_proxies")
    else:
        with opened_when_prepared() as realm:  # refuse in one sentence here, and not in every worker
            for line in settle(realm):
                click.echo(f"registry: {line}")
    address, _, port = (settings.plain_listen if plain else settings.listen).rpartition(":")
    click.echo(f"registry: {settings.url}, environment = {settings.environment}")
    Granian(
        "rp.serve:plain" if plain else "rp.serve:app",
        address=address.strip("[]"),
        port=int(port),
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        # Some programs of our users know no TLS 1.3.
        ssl_protocol_min=SSLProtocols.tls12,
        ssl_cert=home.resolve(settings.tls_certificate) if settings.tls_certificate and not plain else None,
        ssl_key=home.resolve(settings.tls_private) if settings.tls_private and not plain else None,
        # An access log would write the code of the callback.
        log_access=False,
    ).serve()
    if not plain:
        with opened() as realm:
            keeper_of(realm).write()  # the workers have ended in good order: what they wrote last stays known


def _serve_control(settings: Settings) -> None:
    """With Waitress: whoever waits for a message may leave before it comes, and Granian has been seen to die of that."""
    from ground.listening import AddressUnusable, Listener, listen_to_signals
    from rp.control.app import THREADS, make_control
    from rp.control.gate import ControlUnusable

    try:
        with opened_when_prepared() as realm:
            control = make_control(realm)
            stop, listener = threading.Event(), Listener(settings.control_listen)
            listener.serve(control, threads=THREADS)
            listen_to_signals(stop)
            stop.wait()
            listener.stop()
    except (AddressUnusable, ControlUnusable) as refusal:
        raise SettingRefused(str(refusal)) from None


@main.group("import")
def import_group() -> None:
    """Take data into the register: whole files, or nothing of them."""


@import_group.command("fhir")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--snils", required=True, help="The patient whose records these are, by СНИЛС.")
@one_sentence
def import_fhir(files: tuple[Path, ...], snils: str) -> None:
    """Take FHIR R4 bundles as the records of one registered patient. All files or none."""
    with opened_when_prepared() as realm, realm.database.write() as connection:
        latest = as_datetime(realm.clock.now()).date()
        patient = find_by_snils(connection, realm, snils)
        if patient is None:
            raise SnilsRefused("no patient of that СНИЛС is registered")
        lines = []
        for file in files:
            report = import_bundle(connection, realm, file.read_bytes(), patient_id=patient.id, source=file.name, latest=latest)
            lines.append(f"{file.name}: {tell_import(report)}")
            lines.extend(f"{file.name}: {reason}" for reason in report.skipped)
    click.echo("\n".join(lines))


@main.command()
@click.option("--snils", required=True, help="The patient whose account is to be another one, by СНИЛС.")
@one_sentence
def unlink(snils: str) -> None:
    """Part a patient from their account at the provider, whose sessions end. The next account that fits is the patient's.

    For somebody who has a new account: a second account of one person is refused otherwise.
    """
    with opened_when_prepared() as realm, realm.database.write() as connection:
        patient, issuer = find_by_snils(connection, realm, snils), realm.settings.issuer
        if patient is None:
            raise SnilsRefused("no patient of that СНИЛС is registered")
        subject = unlink_patient(connection, issuer=issuer, patient_id=patient.id)
        if subject is None:
            raise SnilsRefused("no account is linked to that patient")
        ended = end_sessions_of(connection, realm, issuer=issuer, subject=subject, provider_session=None)
        detail: dict[str, str | int] = {"subject": subject, "sessions": ended}
        note(connection, realm, Event.PATIENT_UNLINKED, actor="operator", object=f"patient:{patient.id}", detail=detail)
    click.echo(f"{subject} is not this patient any more; sessions ended: {ended}")


@import_group.command("people")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@one_sentence
def import_people_of(file: Path) -> None:
    """Take a register of people from FILE: one FHIR R4 bundle a line (NDJSON), each with its Patient.

    What is known already is not taken again. Lines that cannot be taken are named, and the exit code is 1 then.
    """
    report = PeopleReport()
    with opened_when_prepared() as realm, file.open("rb") as lines:
        latest = as_datetime(realm.clock.now()).date()
        with click.progressbar(length=file.stat().st_size, label="people", file=sys.stderr) as bar:
            for progress in import_people(realm, lines, source=file.name, latest=latest):
                report = progress.report
                bar.update(progress.bytes_read - bar.pos)
    people = f"{report.people} people new, {report.known_people} known"
    click.echo(f"{file.name}: {people}; {report.records} records new, {report.known_records} known")
    for refusal in report.refused:
        click.echo(f"{file.name}: {refusal}", err=True)
    if report.refused:
        raise SystemExit(1)


@import_group.command("regions")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@one_sentence
def import_regions(file: Path) -> None:
    """Take regional statistics in the form of config/data/ru_regions_covid_2020.csv."""
    with opened_when_prepared() as realm, realm.database.write() as connection:
        report = take_statistics(connection, realm, file.read_bytes(), file.name)
    click.echo(f"{file.name}: {tell_statistics(report)}")


@main.group()
def notice() -> None:
    """Recommendations and changes of protocols, for everybody who wants to hear of them."""


@notice.command("publish")
@click.argument("text", type=click.File("r", encoding="utf-8"))
@click.option("--topic", type=click.Choice([topic.value for topic in PUBLISHED]), required=True, help="What it is about.")
@click.option("--subject", required=True, help="Its heading, and the subject of the letters.")
@one_sentence
def publish_notice(text: TextIO, topic: str, subject: str) -> None:
    """Publish the file TEXT (- reads from standard input). The registry that serves tells the subscribers."""
    with opened_when_prepared() as realm, realm.database.write() as connection:
        publication_id = publish(connection, realm, Topic(topic), subject=subject, text=text.read(), actor="operator")
    click.echo(f"published as {publication_id}; subscribers are told as soon as the registry serves")


@notice.command("list")
@one_sentence
def list_notices() -> None:
    """Show the newest publications, and how many people each has reached."""
    with opened_when_prepared() as realm, realm.database.read() as connection:
        published = list_published(connection, realm)
    for each in published:
        state = "told" if each.is_finished else "told so far"
        click.echo(f"{as_datetime(each.published_at):%Y-%m-%d %H:%M}Z  {each.topic}  {each.told} {state}  {each.subject}")


@main.group("keys-at-rest")
def keys_at_rest() -> None:
    """The keys that seal what is stored."""


@keys_at_rest.command()
@one_sentence
def exchange() -> None:
    """Make a new key-encryption key, seal every data key by it, and remove the old one. The registry may serve meanwhile."""
    with opened_when_prepared() as realm:
        with click.progressbar(length=1, label="data keys", file=sys.stderr) as bar:
            done = exchange_keys(realm, partial(_show, bar))
        with realm.database.write() as connection:
            detail = {"number": done.newest, "renewed": done.renewed}
            note(connection, realm, Event.KEYS_EXCHANGED, actor="operator", object="keys", detail=detail)
    click.echo(f"key {done.newest} seals from now on; {done.renewed} data keys sealed anew, older keys removed")


def _show(bar: Any, done: int, total: int) -> None:
    bar.length = max(total, 1)
    bar.update(done - bar.pos)


@main.group("files")
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


@main.group()
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


if __name__ == "__main__":
    main()
