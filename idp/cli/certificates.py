"""Certificates of the test authority from the command line: of servers, and of people to sign with."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from cryptography import x509

from ground.chance import SystemChance
from ground.clock import SystemClock
from idp.authority import register
from idp.authority.citizen_certificates import Terms, issue
from idp.authority.containers import draw_password
from idp.authority.private_keys import ALGORITHMS, Algorithm
from idp.authority.root import certificate_file, open_root
from idp.authority.server_certificates import ensure_server_certificate, server_files
from idp.authority.specimens import KINDS, expired, make_specimen, write_specimen
from idp.citizens import directory
from idp.citizens.models import Person
from idp.errors import StandUnusable
from idp.realm import Realm, open_realm
from idp.seed import read_people
from idp.settings import Settings, read_settings

OWNER = re.compile(r"[a-z][a-z0-9-]{0,30}")
SERIAL = re.compile(r"0*([0-9a-f]{1,40})\Z", re.ASCII)
ACTOR = "operator:command line"
README = """\
# Certificates to sign in with

Made by `propusk certificate bundle`. A folder belongs to a test person; each certificate is there twice, as `.p12`, which
the password `{password}` opens, and as `.pem` with its unencrypted key, for openssl.

| file | what becomes of it |
|---|---|
{rows}

Certificates follow the clock of the stand. After a reset the stand knows none of them: make the bundle anew.
"""


@click.group()
def certificate() -> None:
    """Certificates of the test authority, which vouches for test names only."""


@certificate.command()
@click.argument("names", metavar="NAME…", nargs=-1, required=True)
@click.option("--for", "owner", default=None, help="Whose certificate it is: a folder under keys/ (default: this instance).")
def server(names: tuple[str, ...], owner: str | None) -> None:
    """Have a server certificate for the names, in keys/<owner>/tls; one that is still good is left alone.

    A NAME is localhost, a name under .localhost or .test, or a loopback address.
    """
    settings = _test_settings()
    owner = owner or settings.instance
    if not OWNER.fullmatch(owner) or owner.startswith("authority"):
        raise StandUnusable(f"--for is a folder under keys/, such as idp or rp, not {owner!r}")
    # The clock of the stand is moved by tests; browsers and libraries judge certificates by the machine's own.
    clock, chance = SystemClock(), SystemChance()
    keys = settings.home / "keys"
    root, is_new = open_root(keys / "authority", clock=clock, chance=chance)
    if is_new:
        click.echo(f"made {certificate_file(keys / 'authority')}, the authority to trust")
    place = server_files(keys / owner / "tls")
    if ensure_server_certificate(root, keys / owner / "tls", names, clock=clock, chance=chance):
        click.echo(f"made {place.certificate} for {', '.join(names)}")


PERSON = click.option("--person", "login", required=True, help="Phone, e-mail, СНИЛС or key of a test person.")
ALGORITHM = click.option("--algorithm", type=click.Choice(ALGORITHMS), default="ec", show_default=True)
FOLDER = click.option(
    "--out", "folder", type=click.Path(file_okay=False, path_type=Path), default=None, help="Default: var/certificates."
)
PASSWORD = click.option("--password", default=None, help="Of the .p12 file (default: one is made and printed).")


@certificate.command("issue")
@PERSON
@ALGORITHM
@FOLDER
@PASSWORD
def issue_one(login: str, algorithm: Algorithm, folder: Path | None, password: str | None) -> None:
    """Issue a certificate that a test person can sign in with."""
    _issue(login, folder, password, "certificate", lambda _: Terms(algorithm=algorithm))


@certificate.command()
@PERSON
@ALGORITHM
@FOLDER
@PASSWORD
def expire(login: str, algorithm: Algorithm, folder: Path | None, password: str | None) -> None:
    """Issue a certificate that was good until yesterday."""
    _issue(login, folder, password, "expired", lambda now: expired(Terms(algorithm=algorithm), now))


@certificate.command()
@click.argument("which", metavar="SERIAL|FILE")
def revoke(which: str) -> None:
    """Revoke a certificate, named by its serial number or by its .pem file."""
    with _test_realm() as realm, realm.database.write() as connection:
        serial = _serial(which)
        if register.find(connection, serial) is None:
            raise StandUnusable(f"no certificate with the serial number {serial} was issued by this stand")
        is_new = register.revoke(realm, connection, serial, actor=ACTOR)
    click.echo(f"revoked {serial}" if is_new else f"{serial} was revoked before")


@certificate.command()
@ALGORITHM
@FOLDER
@PASSWORD
def bundle(algorithm: Algorithm, folder: Path | None, password: str | None) -> None:
    """Make specimens for every test person: a good one, and one for each reason to refuse it."""
    with _test_realm() as realm:
        folder = folder or realm.settings.var_folder / "certificates"
        password = password or draw_password(realm.chance)
        with realm.database.write() as connection:
            people = [(key, _find(realm, key)) for key in _seeded(realm.settings)]
            for key, person in people:
                other = next((each.data.snils for _, each in people if each.id != person.id and each.data.snils), "")
                for kind in KINDS:
                    made = make_specimen(realm, connection, person, kind, algorithm, other_snils=other, actor=ACTOR)
                    write_specimen(made, folder / key, kind, password=password)
    rows = "\n".join(f"| `{name}` | {kind.outcome} |" for name, kind in KINDS.items())
    (folder / "README.md").write_text(README.format(password=password, rows=rows), encoding="utf-8")
    click.echo(f"made {len(KINDS)} certificates for each of {len(people)} people in {folder}; the password is {password}")


def _issue(login: str, folder: Path | None, password: str | None, name: str, terms_at: Callable[[int], Terms]) -> None:
    with _test_realm() as realm:
        person, terms = _find(realm, login), terms_at(realm.clock.now())
        password = password or draw_password(realm.chance)
        with realm.database.write() as connection:
            issued = issue(realm, connection, person.id, person.data, terms, actor=ACTOR)
        place = folder or realm.settings.var_folder / "certificates"
        packed, plain = write_specimen(issued, place, f"{name}-{issued.serial[:8]}", password=password)
    click.echo(f"made {packed}, which the password {password} opens")
    click.echo(f"made {plain}, for openssl")
    click.echo(f"the serial number is {issued.serial}")


def _find(realm: Realm, login: str) -> Person:
    """The person of a login, or of a key of the seed."""
    login = _seeded(realm.settings).get(login, login)
    with realm.database.read() as connection:
        person = directory.find_by_login(realm, connection, login) or directory.find(realm, connection, login)
    if person is None:
        raise StandUnusable(f"there is no test person {login}; `propusk people` lists them")
    return person


def _seeded(settings: Settings) -> dict[str, str]:
    """The keys of the seed's people, and a login of each."""
    people = read_people(settings.seed_folder)
    return {entry["key"]: next(entry[login] for login in directory.LOGINS if entry.get(login)) for entry in people}


def _serial(which: str) -> str:
    path = Path(which)
    if path.is_file():
        try:
            return f"{x509.load_pem_x509_certificate(path.read_bytes()).serial_number:x}"
        except ValueError:
            raise StandUnusable(f"{path} is not a certificate in PEM") from None
    match = SERIAL.match(which.replace(":", "").lower())
    if match is None:
        raise StandUnusable(f"{which!r} is neither a file nor a serial number in hexadecimal")
    return match[1]


@contextmanager
def _test_realm() -> Iterator[Realm]:
    realm = open_realm(_test_settings())
    try:
        yield realm
    finally:
        realm.database.close()


def _test_settings() -> Settings:
    settings = read_settings()
    if not settings.is_test:
        raise StandUnusable('the test authority works only with environment = "test"')
    return settings
