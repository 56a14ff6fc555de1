"""What a sandbox was made to be: a small file in its folder, which every process reads before it opens the realm."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import msgspec

from idp.settings import Delivery, Lifetimes, PasswordHashing, Settings

FILE = "sandbox.json"
CHEAP = PasswordHashing(memory_kib=8, iterations=1)
"""In a sandbox a password protects nobody, and a test waits for every hash."""


class SettingUnknown(Exception):
    """A sandbox was asked for with a setting that it does not have. The text says which it has."""


@dataclass(frozen=True)
class Description:
    """One sandbox. `lifetimes` in seconds override those of `Lifetimes`; `seed` makes every draw repeatable; at
    `now` its own clock stands still; `created_at` and `expires_at` are of the machine's."""

    id: str
    created_at: int
    expires_at: int
    seed: str | None = None
    now: int | None = None
    lifetimes: Mapping[str, int] = field(default_factory=dict)
    version: int = 0

    @property
    def path(self) -> str:
        """Where its issuer is on the host."""
        return f"/t/{self.id}"


def settings_of(description: Description, main: Settings, folder: Path) -> Settings:
    """The settings of the sandbox's realm: those of the stand, with a home, an issuer and lifetimes of its own.

    Raises SettingUnknown.
    """
    known = {known.name for known in fields(Lifetimes)}
    for name in description.lifetimes:
        if name not in known:
            raise SettingUnknown(f"{name} is not a lifetime; there are {', '.join(sorted(known))}")
    try:
        lifetimes = replace(main.lifetimes, **description.lifetimes)
    except ValueError as error:
        raise SettingUnknown(str(error)) from None
    return replace(
        main,
        home=folder,
        issuer=main.issuer + description.path,
        database_url="",
        registration_is_open=True,
        codes_per_hour=0,
        pushes_per_ten_minutes=0,
        registrations_per_hour=0,
        lifetimes=lifetimes,
        password_hashing=CHEAP,
        delivery=Delivery(),  # what happens in a sandbox stays there
    )


def write(folder: Path, description: Description) -> None:
    """Write the file whole: a process that looks at this moment sees the old one or the new one."""
    draft = folder / f"{FILE}.new"
    draft.write_bytes(msgspec.json.encode(description))
    os.replace(draft, folder / FILE)


def read(folder: Path) -> Description:
    """The description in a sandbox's folder. Raises FileNotFoundError."""
    return msgspec.json.decode((folder / FILE).read_bytes(), type=Description)
