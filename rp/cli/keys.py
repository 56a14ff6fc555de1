"""The keys under `keys/rp`: made once, and the one that seals data keys exchanged in use."""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from ground.chance import SystemChance, draw_token
from ground.sealing import make_secrets
from rp.access.events import Event, note
from rp.cli.opening import one_sentence, opened_when_prepared
from rp.keys.rotation import exchange_keys
from rp.settings import Home, read_settings


@click.command()
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


@click.group("keys-at-rest")
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
