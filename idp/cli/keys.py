"""Making and rotating what must never be in the repository."""

import os
from collections.abc import Iterator
from pathlib import Path

import click

from ground.chance import Chance, SystemChance, draw_token
from ground.clock import SystemClock
from ground.sealing import make_secrets
from idp.authority.signing_root import make_signing_root, signing_root_file
from idp.clients import of_organisations
from idp.esia import ready_systems
from idp.keyring.rotation import make_missing_keys, make_new_keys
from idp.oauth.registration import TOKEN_FILE
from idp.seed import read_esia_systems, read_organisation_systems
from idp.settings import Settings, read_settings


@click.command()
@click.option("--rotate", is_flag=True, help="Make new signing keys; the old ones go on verifying.")
def keys(rotate: bool) -> None:
    """Make the keys that are missing, or new signing keys."""
    for path in make_keys(read_settings(), rotate=rotate):
        click.echo(f"made {path}")


def make_keys(settings: Settings, *, rotate: bool = False) -> Iterator[Path]:
    """Make the secrets, tokens and signing keys that are missing, and name each file."""
    folder = settings.keys_folder
    chance, now = SystemChance(), SystemClock().now()
    if not (folder / "secrets.json").exists():
        make_secrets(folder / "secrets.json", chance)
        yield folder / "secrets.json"
    for path in (folder / TOKEN_FILE, *([settings.control_token_file] if settings.has_control else [])):
        if make_token(path, chance):
            yield path
    if settings.has_control and make_signing_root(settings, chance):
        yield signing_root_file(settings)
    make = make_new_keys if rotate else make_missing_keys
    yield from make(folder / "signing", now=now)
    yield from ready_systems.make_missing_keys(settings, read_esia_systems(settings), now=now, chance=chance)
    for entry in read_organisation_systems(settings):
        path = of_organisations.secret_file(settings, entry["client_id"])
        if make_token(path, chance):
            yield path


def make_token(path: Path, chance: Chance) -> bool:
    """Write a fresh token, readable by its owner only, unless the file is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(draw_token(chance, path.name) + "\n")
    return True
