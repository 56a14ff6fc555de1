"""The phone and the mailbox of a sandbox's people."""

import re
from dataclasses import dataclass
from typing import Literal

from propusk.citizens import Citizen
from propusk.control import Control
from propusk.errors import PropuskError

CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
PATIENCE_SECONDS = 10


@dataclass(frozen=True)
class Message:
    """One SMS or mail; `channel` is `sms` or `email`, `number` grows with each message of the sandbox. One whose
    `delivery` is `failed` reached nobody."""

    number: int
    id: str
    channel: str
    address: str
    text: str
    created_at: int
    delivery: str

    @property
    def code(self) -> str | None:
        """The one-time code in the text, if there is one."""
        found = CODE.search(self.text)
        return found[0] if found else None


class Outbox:
    """What would have been sent. Each code is handed out once, so that no test takes an old one for the new one."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._handed_out: dict[str, int] = {}

    def messages(self, citizen: Citizen | None = None, *, channel: Literal["sms", "email"] | None = None) -> list[Message]:
        """Everything sent so far, oldest first: to one citizen, or to all."""
        found: list[Message] = []
        for address in _addresses(citizen, channel):
            found += self._read(address)
        return sorted((each for each in found if channel in (None, each.channel)), key=lambda each: each.number)

    def wait_for_code(
        self, citizen: Citizen, *, timeout: float = PATIENCE_SECONDS, channel: Literal["sms", "email"] = "sms"
    ) -> str:
        """The newest code sent to the citizen and not handed out before, waiting `timeout` seconds for one if there is none."""
        (address,) = _addresses(citizen, channel)
        after = self._handed_out.get(str(address), 0)
        # A message without a code (a notice) may come first: whoever waits for a code waits on.
        for _ in range(10):
            messages = self._read(address, after=after, wait_for=max(0, round(timeout)))
            coded = [message for message in messages if message.code and message.delivery != "failed"]
            if coded:
                self._handed_out[str(address)] = coded[-1].number
                return str(coded[-1].code)
            if not messages:
                break
            after = messages[-1].number
        raise PropuskError(f"no code was sent to {address} within {timeout:g} seconds")

    def let_fail(self, citizen: Citizen, *, fails: bool = True, channel: Literal["sms", "email"] = "sms") -> None:
        """Have no message reach the citizen's phone or mailbox from now on, or every message again."""
        (address,) = _addresses(citizen, channel)
        self._control.post("/outbox/failing", {"address": address, "fails": fails})

    def _read(self, address: str | None, *, after: int = 0, wait_for: int = 0) -> list[Message]:
        query = {"address": address, "after": after or None, "wait_for": wait_for or None}
        answer = self._control.get("/outbox", patience=wait_for, **query)
        names = Message.__dataclass_fields__
        return [Message(**{name: each[name] for name in names}) for each in answer["messages"]]


def _addresses(citizen: Citizen | None, channel: str | None) -> list[str | None]:
    if citizen is None:
        return [None]
    found = [address for name, address in (("sms", citizen.phone), ("email", citizen.email)) if channel in (None, name)]
    given: list[str | None] = [address for address in found if address]
    if channel and not given:
        raise PropuskError(f"this citizen has no {'phone' if channel == 'sms' else 'e-mail address'}")
    return given
