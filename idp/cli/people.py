"""Who the test stand is for: its people, and their phone."""

import json

import click

from idp.control.gate import read_token
from idp.errors import StandUnusable
from idp.seed import SEED, read_people
from idp.settings import Settings, read_settings

SHOWN = ("key", "phone", "email", "snils", "password", "note")


@click.command()
def people() -> None:
    """Print the test people and their passwords as JSON."""
    settings = _test_settings()
    entries = read_people(settings.home / "config" / SEED)
    shown = [
        {"name": f"{entry['family_name']} {entry['given_name']} {entry['middle_name']}"}
        | {name: entry.get(name, "") for name in SHOWN}
        for entry in entries
    ]
    click.echo(json.dumps(shown, ensure_ascii=False))


@click.command("phone-link")
def phone_link() -> None:
    """Print the address of the phone; it lets in whoever has it."""
    settings = _test_settings()
    token = read_token(settings)
    click.echo(f"http://{settings.control_listen}/open?token={token}")


def _test_settings() -> Settings:
    settings = read_settings()
    if not settings.is_test:
        raise StandUnusable('there are test people only with environment = "test"')
    return settings
