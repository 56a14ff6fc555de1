"""Who the test stand is for: its people, and their phone."""

import json

import click

from idp.cli.build import demand_test_build
from idp.errors import StandUnusable
from idp.seed import read_people
from idp.settings import Settings, read_settings

NAMES = ("family_name", "given_name", "middle_name")
SHOWN = ("key", "phone", "email", "snils", "password", "note")


@click.command()
def people() -> None:
    """Print the test people and their passwords as JSON."""
    click.echo(json.dumps(shown_people(_test_settings()), ensure_ascii=False, indent=2))


def shown_people(settings: Settings) -> list[dict[str, str]]:
    """The people of the seed as they are told to whoever starts a stand."""
    return [
        {"name": " ".join(entry[name] for name in NAMES if name in entry)}
        | {name: entry.get(name, "") for name in SHOWN}
        | {"roles": ", ".join(entry.get("roles", ()))}
        for entry in read_people(settings.seed_folder)
    ]


@click.command("phone-link")
def phone_link() -> None:
    """Print the address of the phone; it lets in whoever has it."""
    demand_test_build()
    from idp.control.token import read_token

    settings = _test_settings()
    click.echo(f"http://{settings.control_listen}/open?token={read_token(settings)}")


def _test_settings() -> Settings:
    settings = read_settings()
    if not settings.is_test:
        raise StandUnusable('there are test people only with environment = "test"')
    return settings
