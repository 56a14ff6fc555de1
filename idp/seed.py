"""The seed: the people and information systems that a stand begins with, and begins with again when it is reset."""

import tomllib
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import ValidationError
from sqlalchemy import Connection, delete, true

from idp.authentication.methods import METHODS
from idp.authentication.methods.bank_id import identities
from idp.authentication.methods.bank_id.id_token import Customer
from idp.authentication.methods.password.store import checker, set_hash
from idp.citizens import children, directory, oids, organisations, roles
from idp.citizens.children import BirthCertificate, ChildRefused
from idp.citizens.directory import CitizenExists
from idp.citizens.models import MEDICAL_SERVICE, PersonalData
from idp.citizens.organisations import Particulars
from idp.citizens.profile import as_stored, read_profile
from idp.clients import of_organisations, registry
from idp.database import DRAWS, JOBS, WATERMARKS, Base
from idp.errors import StandUnusable
from idp.esia import ready_systems
from idp.protocol.client import Client
from idp.realm import Realm
from idp.settings import Settings

ACTOR = "operator:seed"
FILES = ("people.toml", "organisations.toml", "esia.toml", "workplaces.toml", "without_snils.toml")
"""Who is where: `esia.toml` has the people of ESIA's own test system, and their organisations, `workplaces.toml` those where
people of the registry work, `without_snils.toml` somebody whom the registry finds by another number."""


def load_seed(realm: Realm) -> list[str]:
    """Enter who is missing, in one transaction, and say in lines what that was."""
    with realm.database.write() as connection:
        return enter_seed(realm, connection)


def enter_seed(realm: Realm, connection: Connection) -> list[str]:
    """Enter who is missing. People are for the test environment only."""
    lines = []
    if realm.settings.is_test:
        folder, hashes = realm.settings.seed_folder, dict[str, str]()
        everybody, every_organisation = read_people(folder), read_organisations(folder)
        new = [_enter_person(realm, connection, person, hashes) for person in everybody]
        people = sum(citizen_id is not None for citizen_id in new)
        lines += [f"{people} test people entered"] if people else []
        entered = sum(_enter_organisation(realm, connection, each) for each in every_organisation)
        lines += [f"{entered} organisations entered"] if entered else []
        if not realm.settings.is_bank:
            # In the order of the files, so that numbers are the same on every fresh stand.
            known = (citizen_id or _known(realm, connection, entry) for citizen_id, entry in zip(new, everybody, strict=True))
            oids.give(connection, [each for each in known if each], [each["id"] for each in every_organisation])
    systems = sum(_enter_system(realm, connection, system) for system in read_systems(realm.settings))
    for system in read_esia_systems(realm.settings):
        systems += ready_systems.enter_ready(realm, connection, system, actor=ACTOR)
    for system in read_organisation_systems(realm.settings):
        systems += of_organisations.enter(realm, connection, system, actor=ACTOR)
    lines += [f"{systems} information systems registered"] if systems else []
    return lines


def start_over(realm: Realm, connection: Connection) -> None:
    """Empty every table, the journal too, and enter the seed: what is left is as after preparing. Jobs that recur stay owed."""
    for table in reversed(Base.metadata.sorted_tables):
        if table is WATERMARKS:
            continue  # starting over is no roll-back: what the database knows of the list beside it, it goes on knowing
        # A seeded realm draws again what it drew before, but never a signing key that it has already.
        which = {DRAWS: DRAWS.c.purpose.not_like("key %"), JOBS: JOBS.c.every_seconds.is_(None)}.get(table, true())
        connection.execute(delete(table).where(which))
    oids.begin_anew(realm, connection)
    enter_seed(realm, connection)


def read_people(folder: Path) -> list[dict[str, Any]]:
    """The test people of the seed, as their files say."""
    return [entry for file in FILES for entry in _read(folder / file, "people")]


def read_organisations(folder: Path) -> list[dict[str, Any]]:
    """The organisations of the seed, as their files say."""
    return [entry for file in FILES for entry in _read(folder / file, "organisations")]


def read_systems(settings: Settings) -> list[dict[str, Any]]:
    """The information systems of the seed, as their file says."""
    return _read(settings.seed_folder / "systems.toml", "systems")


def read_esia_systems(settings: Settings) -> list[dict[str, Any]]:
    """The systems of ESIA's dialect in the same file: for a test stand only, and no bank has any."""
    is_there = settings.is_test and not settings.is_bank
    return _read(settings.seed_folder / "systems.toml", "esia_systems") if is_there else []


def read_organisation_systems(settings: Settings) -> list[dict[str, Any]]:
    """The systems of organisations in the same file, which is for a test stand too."""
    is_there = settings.is_test and not settings.is_bank
    return _read(settings.seed_folder / "systems.toml", "organisation_systems") if is_there else []


def secret_file_of(settings: Settings, system: dict[str, Any]) -> Path | None:
    """Where the secret of a seeded system is, which its own set-up made; None for one that signs with keys of its own."""
    return settings.home / "keys" / str(system["secret_file"]) if "secret_file" in system else None


def _read(file: Path, name: str) -> list[dict[str, Any]]:
    try:
        place = file.resolve()
        entries: list[dict[str, Any]] = _parse(place, place.stat().st_mtime_ns).get(name, [])
    except FileNotFoundError:
        return []
    except tomllib.TOMLDecodeError as error:
        raise StandUnusable(f"{file} is not TOML: {error}") from None
    return entries


@lru_cache(maxsize=16)
def _parse(file: Path, changed_at: int) -> dict[str, Any]:
    """A file of the seed as it was at that moment: every sandbox is made of the same."""
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _enter_person(realm: Realm, connection: Connection, entry: dict[str, Any], hashes: dict[str, str]) -> str | None:
    """The id of whoever is new. `hashes` has every password that was hashed before: many of the seed are one."""
    data = PersonalData.from_fields(entry)
    if data.esia is not None:
        data = replace(data, esia=_profile(entry))
    try:
        citizen_id = directory.enter(
            realm,
            connection,
            data,
            phone_is_verified=data.phone is not None and entry.get("phone_verified", True),
            email_is_verified=data.email is not None and entry.get("email_verified", True),
            second_factor_required=entry.get("second_factor_required", False),
            risk_is_judged=entry.get("risk", "on") != "off",
            actor=ACTOR,
            citizen_id=entry.get("id"),
        )
    except CitizenExists:
        return None
    password = entry["password"]
    if password not in hashes:
        hashes[password] = checker(realm).hash(password)
    set_hash(realm, connection, citizen_id, hashes[password])
    if "identity" in entry:
        directory.prove_identity(realm, connection, citizen_id, by=entry["identity"], actor=ACTOR)
    for child in entry.get("children", ()):
        _enter_child(realm, connection, citizen_id, child)
    for role in entry.get("roles", () if realm.settings.is_bank else (MEDICAL_SERVICE,)):
        roles.give(realm, connection, citizen_id, role, actor=ACTOR)
    for method in METHODS:
        method.seed(realm, connection, citizen_id, entry)
    issuer, subject = realm.settings.bank.issuer, entry.get("bank_subject")
    if issuer and subject:
        identities.link(realm, connection, citizen_id, Customer(issuer, subject, account=entry.get("bank_shown")))
    return citizen_id


def _profile(entry: dict[str, Any]) -> dict[str, Any]:
    """What only ESIA tells of somebody, as it is stored."""
    try:
        return as_stored(read_profile(entry["esia"]))
    except ValidationError as error:
        raise StandUnusable(f"the seed says of {entry.get('key', 'somebody')} what ESIA does not tell: {error}") from None


def _enter_child(realm: Realm, connection: Connection, parent_id: str, entry: dict[str, Any]) -> None:
    """Put a child on a parent's list, where the clock of the stand makes it one."""
    parent = directory.find(realm, connection, parent_id)
    certificate = BirthCertificate(children.series(entry["series"]), children.number(entry["number"]))
    if parent is not None:
        with suppress(ChildRefused):
            children.add(realm, connection, parent, PersonalData.from_fields(entry), certificate, actor=ACTOR)


def _known(realm: Realm, connection: Connection, entry: dict[str, Any]) -> str | None:
    """Whoever of the seed was here before."""
    person = directory.find_by_login(realm, connection, entry.get("snils") or entry.get("phone") or entry["email"])
    return person.id if person is not None else None


def _enter_organisation(realm: Realm, connection: Connection, entry: dict[str, Any]) -> bool:
    members = {directory.find_by_login(realm, connection, login): position for login, position in entry["members"].items()}
    chiefs = [directory.find_by_login(realm, connection, login) for login in entry.get("chiefs", ())]
    return organisations.enter(
        realm,
        connection,
        entry["id"],
        name=entry["name"],
        ogrn=entry["ogrn"],
        inn=entry["inn"],
        positions={person.id: position for person, position in members.items() if person is not None},
        chiefs={person.id for person in chiefs if person is not None},
        particulars=Particulars(**entry["particulars"]) if "particulars" in entry else None,
    )


def _enter_system(realm: Realm, connection: Connection, entry: dict[str, Any]) -> bool:
    """Register a system of the seed, or bring its terms up to date. True when it is new."""
    wanted = _system(realm, entry)
    known = registry.find(connection, wanted.client_id)
    if known is None:
        registry.register(realm, connection, wanted, actor=ACTOR)
    elif known != wanted:
        registry.replace_terms(realm, connection, wanted, actor=ACTOR)
    return known is None


def _system(realm: Realm, entry: dict[str, Any]) -> Client:
    """The seed gives paths; where the system is reached is a setting, which `served_at` names."""
    base, paths = str(getattr(realm.settings, entry.get("served_at", "registry_url"))), entry["paths"]
    client = Client(
        client_id=entry["client_id"],
        name=entry["name"],
        redirect_uris=tuple(base + path for path in paths["redirect_uris"]),
        post_logout_redirect_uris=tuple(base + path for path in paths.get("post_logout_redirect_uris", ())),
        authentication=entry["authentication"],
        secret_hash=_secret_hash(secret_file_of(realm.settings, entry)),
        jwks_uri=_address(base, paths.get("jwks_uri")),
        scopes=frozenset(entry["scope"].split()),
        grant_types=tuple(entry.get("grant_types", Client.grant_types)),
        require_pkce=entry["require_pkce"],
        require_confirmed_account=entry.get("require_confirmed_account", False),
        backchannel_logout_uri=_address(base, paths.get("backchannel_logout_uri")),
        backchannel_logout_session_required=entry.get("backchannel_logout_session_required", False),
        initiate_login_uri=_address(base, paths.get("initiate_login_uri")),
        organisation=entry["organisation"],
        purpose=entry["purpose"],
    )
    return replace(client, resource=_address(base, paths.get("resource")))


def _secret_hash(secret_file: Path | None) -> bytes | None:
    try:
        return None if secret_file is None else registry.hash_secret(secret_file.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        raise StandUnusable(f"{secret_file} is missing: run scripts/keys") from None


def _address(base: str, path: str | None) -> str | None:
    return None if path is None else base + path
