"""The stand that tests share: one running provider process, in which each test gets a sandbox of its own."""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from propusk.control import Control
from propusk.errors import Refused, StandUnusable
from propusk.esia import Esia
from propusk.process import answers, default_home, find_or_start, last_lines

URL_VARIABLE = "PROPUSK_STAND_URL"
TOKEN_VARIABLE = "PROPUSK_CONTROL_TOKEN"


class Stand:
    """A running stand; `control` are its operations. Closed, it may end: it does when nobody else uses it either."""

    def __init__(self, control: Control, lease: int | None = None) -> None:
        self.control = control
        self._lease = lease

    @classmethod
    def open(cls, home: Path | None = None) -> "Stand":
        """The stand that PROPUSK_STAND_URL names (the address of a control plane, whose token is in PROPUSK_CONTROL_TOKEN): it
        is used and never stopped. Else that of a home folder (PROPUSK_STAND_HOME, or a folder of this environment in the
        user's cache), which is started unless it already runs. Raises StandUnusable.
        """
        url = os.environ.get(URL_VARIABLE)
        if url and home is None:
            return cls(_given(url.rstrip("/")))
        place = home or default_home()
        announced, lease = find_or_start(place)
        return cls(Control(announced.control_url, announced.token, lambda: last_lines(place)), lease)

    @contextlib.contextmanager
    def sandbox(self, **options: Any) -> Iterator[Esia]:
        """A fresh sandbox, thrown away in the end. `options` are those of POST /sandboxes: `seed`, `now`, `lifetimes` …."""
        esia = Esia(self.control, self.control.post("/sandboxes", options))
        try:
            yield esia
        finally:
            with contextlib.suppress(Refused):  # its time may have come already
                esia.discard()

    def close(self) -> None:
        """Let go of the stand."""
        if self._lease is not None:
            os.close(self._lease)
            self._lease = None

    def __enter__(self) -> "Stand":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class _Shared:
    """The stand of this process: opened once, by whoever comes first, and let go of when the process ends."""

    def __init__(self) -> None:
        self.home: Path | None = None
        """Another home than the one of this environment, for a test run that wants its own."""
        self._lock = threading.Lock()
        self._stand: Stand | None = None
        self._error: StandUnusable | None = None

    def open(self) -> Stand:
        with self._lock:
            if self._error is not None:
                raise self._error
            if self._stand is None:
                try:
                    self._stand = Stand.open(self.home)
                except StandUnusable as error:
                    self._error = error
                    raise
            return self._stand

    def open_ahead(self) -> None:
        """Begin now, in the background. Who needs the stand waits in `open`, and is told there what went wrong."""

        def begin() -> None:
            with contextlib.suppress(StandUnusable):
                self.open()

        threading.Thread(target=begin, name="propusk stand", daemon=True).start()


SHARED = _Shared()


def sandbox(**options: Any) -> contextlib.AbstractContextManager[Esia]:
    """A fresh sandbox in the stand of this process, which is started if need be: `with propusk.sandbox() as esia:`."""
    return SHARED.open().sandbox(**options)


def _given(url: str) -> Control:
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    if not token:
        raise StandUnusable(f"{URL_VARIABLE} names a stand; {TOKEN_VARIABLE} must hold the token of its control plane")
    if not url.startswith(("http://", "https://")):
        raise StandUnusable(f"{URL_VARIABLE} is {url!r}: it must begin with http://, as in http://127.0.0.1:8401")
    if not answers(url, token):
        raise StandUnusable(f"No stand answers at {url}, which {URL_VARIABLE} names, to the token in {TOKEN_VARIABLE}")
    return Control(url, token)
