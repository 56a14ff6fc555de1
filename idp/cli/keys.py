"""Making and rotating what must never be in the repository."""

import os
from pathlib import Path

import click

from ground.chance import Chance, SystemChance, draw_token
from ground.clock import SystemClock
from ground.sealing import make_secrets
from idp.control.gate import TOKEN_FILE as CONTROL_TOKEN_FILE
from idp.keyring.rotation import make_missing_keys, make_new_keys
from idp.oauth.registration import TOKEN_FILE
from idp.settings import read_settings


@click.command()
@click.option("--rotate", is_flag=True, help="Make new signing keys; the old ones go on verifying.")
def keys(rotate: bool) -> None:
    """Make the keys that are missing, or new signing keys."""
    settings = read_settings()
    folder = settings.keys_folder
    chance, now = SystemChance(), SystemClock().now()
    if not (folder / "secrets.json").exists():
        make_secrets(folder / "secrets.json", chance)
        click.echo(f"made {folder / 'secrets.json'}")
    tokens = [folder / TOKEN_FILE, *([settings.var_folder / CONTROL_TOKEN_FILE] if settings.is_test else [])]
    for path in tokens:
        if _make_token(path, chance):
            click.echo(f"made {path}")
    make = make_new_keys if rotate else make_missing_keys
    for path in make(folder / "signing", now=now):
        click.echo(f"made {path}")


def _make_token(path: Path, chance: Chance) -> bool:
    """Write a fresh token, readable by its owner only, unless the file is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(draw_token(chance, path.name) + "\n")
    return True
