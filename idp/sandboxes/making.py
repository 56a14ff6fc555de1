"""Making sandboxes and throwing them away, keeping a state of one and going back to it."""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from ground.chance import Chance, SeededChance, SystemChance, draw_token
from ground.clock import Clock, FileClock
from ground.database import Database
from ground.sealing import make_secrets
from idp.database import MIGRATIONS
from idp.keyring import rotation
from idp.realm import Realm
from idp.sandboxes import description
from idp.sandboxes.description import Description
from idp.sandboxes.opened import IDENTIFIER, folder_of, open_sandbox
from idp.seed import enter_seed

ABANDONED_SECONDS = 600
MIGRATING = threading.Lock()
"""Alembic migrates one database of a process at a time."""
SNAPSHOT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class SandboxUnknown(Exception):
    """There is no sandbox of this name, or no more; or it has no snapshot of this name."""


class SandboxExists(Exception):
    """The name is taken by another sandbox, or by another snapshot."""


class NameMalformed(Exception):
    """A sandbox or a snapshot cannot be called so."""


def make(
    main: Realm,
    *,
    machine: Clock,
    chance: Chance,
    lives_for: int,
    sandbox_id: str | None = None,
    seed: str | None = None,
    now: int | None = None,
    lifetimes: Mapping[str, int] | None = None,
) -> Description:
    """Make a sandbox: the people of the seed, no clients, keys and secrets of its own.

    Without a name it is given one; one with a seed is named after it, so that its issuer is the same every time. With
    `now` its clock stands still there. It appears whole: nobody sees it before it is done. Raises SandboxExists,
    NameMalformed, SettingUnknown.
    """
    name = sandbox_id or _name(chance, seed)
    if not IDENTIFIER.fullmatch(name):
        raise NameMalformed("a sandbox is called by 1 to 40 small letters, digits and hyphens, and does not begin with a hyphen")
    created_at = machine.now()
    described = Description(name, created_at, created_at + lives_for, seed=seed, now=now, lifetimes=dict(lifetimes or {}))
    place = folder_of(main.settings, name)
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".making-", dir=place.parent))
    try:
        description.settings_of(described, main.settings, draft)  # refuses before anything is written
        _write(main, draft, described)
        try:
            os.rename(draft, place)  # refuses where a folder with something in it is
        except OSError:
            raise SandboxExists(f"there is a sandbox {name} already") from None
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return described


def remove(main: Realm, sandbox_id: str) -> None:
    """Throw a sandbox away. Raises SandboxUnknown."""
    with _alone(main, sandbox_id) as place:
        grave = Path(tempfile.mkdtemp(prefix=".removing-", dir=place.parent))
        os.rename(place, grave / "sandbox")  # from now on nobody finds it
    shutil.rmtree(grave, ignore_errors=True)


def everything(main: Realm) -> Sequence[Description]:
    """Every sandbox there is, the oldest first."""
    found = []
    for folder in (main.settings.var_folder / "sandboxes").glob("[a-z0-9]*"):
        # It may go at this moment, and what somebody else has put there is no sandbox.
        with contextlib.suppress(OSError, msgspec.DecodeError):
            found.append(description.read(folder))
    return sorted(found, key=lambda described: (described.created_at, described.id))


def remove_expired(main: Realm, machine: Clock) -> int:
    """Throw away whatever has outlived its time, and what a killed process left half made; say how many sandboxes that were."""
    count = 0
    for draft in (main.settings.var_folder / "sandboxes").glob(".*ing-*"):
        with contextlib.suppress(OSError):
            if draft.stat().st_mtime < machine.now() - ABANDONED_SECONDS:
                shutil.rmtree(draft)
    for described in everything(main):
        if described.expires_at <= machine.now():
            with contextlib.suppress(SandboxUnknown):
                remove(main, described.id)
                count += 1
    return count


def find(main: Realm, sandbox_id: str) -> Description:
    """The description of a sandbox. Raises SandboxUnknown."""
    try:
        return description.read(_existing(main, sandbox_id))
    except FileNotFoundError:  # it goes at this moment
        raise SandboxUnknown(f"there is no sandbox {sandbox_id}") from None


def keep(main: Realm, sandbox_id: str, name: str) -> None:
    """Keep the present state of a sandbox under a name. Raises SandboxUnknown, SandboxExists, NameMalformed."""
    with _alone(main, sandbox_id) as place:
        kept = _snapshot(place, name)
        if kept.exists():
            raise SandboxExists(f"sandbox {sandbox_id} has a snapshot {name} already")
        draft = Path(tempfile.mkdtemp(prefix=".making-", dir=place))
        shutil.copytree(_signing_keys(main, place), draft / "signing")
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(place / "var" / "clock", draft / "clock")
        _copy_database(_database(main, place), draft / "database")
        kept.parent.mkdir(exist_ok=True)
        os.rename(draft, kept)


def restore(main: Realm, sandbox_id: str, name: str) -> None:
    """Go back to a state that was kept: people, clients, sessions, keys, clock. Raises SandboxUnknown, NameMalformed.

    Whoever has the sandbox open opens it anew, because its description has another version; whoever opens it meanwhile can.
    """
    with _alone(main, sandbox_id) as place:
        kept = _snapshot(place, name)
        if not kept.exists():
            raise SandboxUnknown(f"sandbox {sandbox_id} has no snapshot {name}")
        _copy_database(kept / "database", _database(main, place))
        _bring_back_keys(kept / "signing", _signing_keys(main, place))
        clock = place / "var" / "clock"
        if (kept / "clock").exists():
            shutil.copyfile(kept / "clock", clock.with_suffix(".new"))
            os.replace(clock.with_suffix(".new"), clock)
        else:
            clock.unlink(missing_ok=True)
        _touch(place)


def _touch(place: Path) -> None:
    """Have every process open the sandbox anew."""
    described = description.read(place)
    description.write(place, replace(described, version=described.version + 1))


def _bring_back_keys(kept: Path, signing: Path) -> None:
    """Have the signing keys that were kept, and no others. There is never a moment without keys: others may look now.

    The master secret is made once and needs no bringing back.
    """
    names = {path.name for path in kept.iterdir()}
    for name in names - {path.name for path in signing.iterdir()}:
        shutil.copy(kept / name, signing / f"{name}.new")
        os.replace(signing / f"{name}.new", signing / name)
    for path in signing.iterdir():
        if path.name not in names:
            path.unlink()


@contextlib.contextmanager
def _alone(main: Realm, sandbox_id: str) -> Iterator[Path]:
    """The folder of a sandbox, while nobody else changes it as a whole. Raises SandboxUnknown."""
    place = _existing(main, sandbox_id)
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise SandboxUnknown(f"there is no sandbox {sandbox_id}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield _existing(main, sandbox_id)  # it may have been thrown away while we waited
    finally:
        os.close(descriptor)


def ensure_template(main: Realm) -> Path:
    """The empty database that every sandbox begins with, migrated once for each state of the schema."""
    template = main.settings.var_folder / "sandboxes" / f".template-{MIGRATIONS.head()}.sqlite3"
    with MIGRATING:
        if not template.exists():
            _make_template(template)
    return template


def _make_template(template: Path) -> None:
    template.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(prefix=".template-", suffix=".new", dir=template.parent)
    os.close(descriptor)
    database = Database(f"sqlite:///{draft}")
    MIGRATIONS.upgrade(database)
    database.close()  # the last connection takes the log into the file
    os.replace(draft, template)


def _write(main: Realm, folder: Path, described: Description) -> None:
    """Everything of a sandbox but its place."""
    seed = None if described.seed is None else described.seed.encode()
    (folder / "var").mkdir()
    # Its seed has the people of the stand and no systems, also when it is reset.
    seed_folder = folder / "config" / main.settings.seed
    seed_folder.mkdir(parents=True)
    for name in ("people.toml", "esia.toml", "without_snils.toml"):
        (seed_folder / name).symlink_to(main.settings.seed_folder / name)
    shutil.copyfile(ensure_template(main), _database(main, folder))
    if described.now is not None:
        FileClock(folder / "var" / "clock").freeze(described.now)
    make_secrets(
        folder / "keys" / main.settings.instance / "secrets.json", SeededChance(seed) if seed is not None else SystemChance()
    )
    description.write(folder, described)
    realm = open_sandbox(main, folder)
    try:
        with realm.database.write() as connection:
            enter_seed(realm, connection)
        rotation.make_realm_keys(realm, rotation.algorithms_here())
    finally:
        realm.database.close()


def _name(chance: Chance, seed: str | None) -> str:
    if seed is not None:
        return f"seed-{hashlib.sha256(seed.encode()).hexdigest()[:12]}"
    return re.sub(r"[^a-z0-9]", "", draw_token(chance, "sandbox").lower())[:12]


def _existing(main: Realm, sandbox_id: str) -> Path:
    place = folder_of(main.settings, sandbox_id)
    if not IDENTIFIER.fullmatch(sandbox_id) or not (place / description.FILE).exists():
        raise SandboxUnknown(f"there is no sandbox {sandbox_id}")
    return place


def _signing_keys(main: Realm, folder: Path) -> Path:
    return folder / "keys" / main.settings.instance / "signing"


def _database(main: Realm, folder: Path) -> Path:
    return folder / "var" / f"{main.settings.instance}.sqlite3"


def _snapshot(place: Path, name: str) -> Path:
    if not SNAPSHOT.fullmatch(name):
        raise NameMalformed("a snapshot is called by 1 to 64 letters, digits and _ . -")
    return place / "snapshots" / name


def _copy_database(source: Path, target: Path) -> None:
    """Copy a database that others may have open; they see all of the copy or nothing of it."""
    with contextlib.closing(sqlite3.connect(source)) as one, contextlib.closing(sqlite3.connect(target)) as other:
        one.backup(other)
