"""What the registry of the stand would have sent, read at its own control plane for the phone.

It is another application, and may be down, reset, or not there at all: then there is nothing of it to show.
"""

import logging
import os
from dataclasses import dataclass
from typing import Any

from ground.clock import monotonic_seconds
from ground.fetch import FetchFailed
from ground.message import Message
from idp.realm import Realm

TOKEN_VARIABLE = "REGISTRY_CONTROL_TOKEN"
TOKEN_FILE = "registry-control-token"
"""Made by the registry's own set-up, in the `var/` that both share."""
ANSWER_SECONDS = 1.0
ASKED_AGAIN_AFTER_SECONDS = 0.5
"""However many phones look: half a second is soon enough for whoever waits for an SMS."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Letters:
    """Messages of the registry, oldest first. `newest` is the number of its newest to anybody; None when it does not answer."""

    messages: tuple[Message, ...]
    newest: int | None


NOTHING = Letters((), None)


def outbox_of(realm: Realm) -> "RegistryOutbox":
    """The outbox of the registry beside this realm."""
    return realm.remember("registry outbox", lambda: RegistryOutbox(realm))


class RegistryOutbox:
    """Asks the registry's control plane. Threads share one."""

    def __init__(self, realm: Realm) -> None:
        # A sandbox has no registry: the one of the stand knows the people of the main realm.
        self._url = "" if realm.name else realm.settings.registry_control_url
        self._token_file = realm.settings.var_folder / TOKEN_FILE
        self._fetch = realm.fetch
        self._newest: int | None = None
        self._asked_at = -ASKED_AGAIN_AFTER_SECONDS

    def newest(self) -> int | None:
        """The number of the newest message to anybody, as of half a second ago; None when the registry does not answer."""
        if monotonic_seconds() - self._asked_at >= ASKED_AGAIN_AFTER_SECONDS:
            self._asked_at = monotonic_seconds()
            self._newest = self.read(after=999_999_999_999).newest
        return self._newest

    def read(self, *, after: int = 0, address: str | None = None) -> Letters:
        """Messages with a number above `after` that have not failed, all or those to one address."""
        token = self._token()
        if not self._url or token is None:
            return NOTHING
        query = {"after": str(after)} | ({"address": address} if address is not None else {})
        headers = {"Authorization": f"Bearer {token}"}
        try:
            answer = self._fetch.get(f"{self._url}/outbox", params=query, headers=headers, timeout=ANSWER_SECONDS)
            if answer.status_code != 200:
                return NOTHING
            document = answer.json()
            messages = tuple(_message(each) for each in document["messages"] if each["delivery"] != "failed")
            return Letters(messages, int(document["newest"]))
        except (FetchFailed, ValueError, KeyError, TypeError) as trouble:
            log.debug("the outbox of the registry cannot be read (%s)", type(trouble).__name__)
            return NOTHING

    def _token(self) -> str | None:
        own = os.environ.get(TOKEN_VARIABLE, "").strip()
        if own:
            return own
        try:
            return self._token_file.read_text(encoding="ascii").strip() or None
        except (OSError, ValueError):
            return None


def _message(told: dict[str, Any]) -> Message:
    return Message(
        number=int(told["number"]),
        id=str(told["id"]),
        channel=str(told["channel"]),
        address=str(told["address"]),
        text=str(told["text"]),
        created_at=int(told["created_at"]),
        subject=told["subject"],
        delivery=str(told["delivery"]),
    )
