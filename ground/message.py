"""A message to somebody, and what is expected of whoever carries it."""

import re
from dataclasses import dataclass
from typing import Protocol

CODE = re.compile(r"(?<![\w/=&?#%+-])([0-9]{6})(?![\w/=&#%-])")
"""Six digits that stand alone: not a piece of a number, of a word, or of a link."""


@dataclass(frozen=True)
class Message:
    """One message: `channel` is `sms` or `email`; `number` grows with each message of the outbox. Mail may have a subject.

    `delivery` is `waiting` (its courier has it, or will), `delivered`, `failed`, or `kept`: it never leaves the outbox.
    """

    number: int
    id: str
    channel: str
    address: str
    text: str
    created_at: int
    subject: str | None = None
    language: str = "ru"
    delivery: str = "kept"


class NotNow(Exception):
    """A courier could not hand a message over, and may be able to later. The text has no address and no word of the message."""


class Undeliverable(Exception):
    """A message will not be taken, however often it is tried. The text has no address and no word of the message."""


class Courier(Protocol):
    """Somebody who carries messages of one channel."""

    def carry(self, message: Message) -> None:
        """Hand one message over, within a minute. Raises NotNow, Undeliverable."""
        ...
