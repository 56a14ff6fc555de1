"""How a file arrives: only where files are taken, only from who is signed in, into memory, and not slower than anybody has to be.

Everywhere else a body stays a form (256 KB). What is longer is refused by its length before anything of it is read, what has
no length is refused too, and what trickles in loses its place: a server's threads are few, and half of them are never busy with
files.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, TypeVar, cast

from flask import Flask, Request, current_app, g, request
from werkzeug.exceptions import RequestTimeout

from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from rp.access.current import require_session
from rp.documents.refusals import UploadRefused
from rp.realm import Realm, current_realm

FORM_BYTES = 64 * 1024
"""What a form brings besides its file."""
MEGABYTE = 1024 * 1024
_TAKES_FILES = "_takes_files"

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Patience:
    """How long a body may take: each piece of 64 KB, and all of it by its length."""

    piece_seconds: float = 10.0
    seconds: float = 20.0
    bytes_per_second: int = 32 * 1024


PATIENCE = Patience()
FORM_PATIENCE = Patience(piece_seconds=5.0, seconds=5.0)


def takes_files(view: View) -> View:
    """Mark a view to which a signed-in person may send a file."""
    setattr(view, _TAKES_FILES, True)
    return view


class Places:
    """How many files one worker receives at a time: no more than half as many as it has threads, and one of each account, so that
    nobody alone keeps everybody from handing in theirs."""

    def __init__(self, realm: Realm) -> None:
        self._lock = threading.Lock()
        self._most = max(1, realm.settings.threads // 2)
        self._taken: set[str] = set()

    def take(self, account: str) -> bool:
        """Take a place, if there is one for this account."""
        with self._lock:
            has_room = len(self._taken) < self._most and account not in self._taken
            if has_room:
                self._taken.add(account)
            return has_room

    def leave(self, account: str) -> None:
        """Give the place of an account back."""
        with self._lock:
            self._taken.remove(account)


class ReceivingRequest(Request):
    """A request whose files stay in memory: on disk they would stand unsealed."""

    def _get_file_stream(self, *_arguments: Any, **_options: Any) -> IO[bytes]:
        return BytesIO()


class UnhurriedBody:
    """A body that is read by pieces, each in a thread of its own, because a server's `read` waits for as long as it takes."""

    def __init__(self, body: IO[bytes], monotonic: Callable[[], float], length: int, patience: Patience) -> None:
        self._body = body
        self._monotonic = monotonic
        self._patience = patience
        self._ends_at = monotonic() + patience.seconds + length / patience.bytes_per_second

    def read(self, size: int = -1) -> bytes:
        """The next piece. Raises RequestTimeout."""
        seconds = min(self._patience.piece_seconds, self._ends_at - self._monotonic())
        if seconds <= 0:
            raise RequestTimeout
        pieces: list[bytes] = []
        reader = threading.Thread(target=lambda: pieces.append(self._body.read(size)), daemon=True)
        reader.start()
        reader.join(seconds)
        if reader.is_alive() or not pieces:  # it ends when the server closes the connection, after our answer
            raise RequestTimeout
        return pieces[0]


def install_receiving(app: Flask) -> None:
    """Have files received as this module says."""
    app.request_class = ReceivingRequest
    app.url_value_preprocessor(_receive)
    app.teardown_request(_leave_place)


def _receive(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Decide before anything is read, the token against forgery included."""
    realm, length, patience = current_realm(), request.content_length, FORM_PATIENCE
    if endpoint is not None and request.method == "POST" and getattr(current_app.view_functions[endpoint], _TAKES_FILES, False):
        session = require_session()
        if length is None:
            raise _without_length()
        most = realm.settings.documents.file_megabytes * MEGABYTE + FORM_BYTES
        if length > most:
            raise too_large(realm.settings.documents.file_megabytes)
        request.max_content_length = most
        patience = PATIENCE
        _take_place(realm, f"{session.issuer}\0{session.subject}")
    if length:
        body = cast(IO[bytes], request.environ["wsgi.input"])
        request.environ["wsgi.input"] = UnhurriedBody(body, realm.monotonic, length, patience)


def _take_place(realm: Realm, account: str) -> None:
    if not realm.room(Places).take(account):
        raise PageProblem(
            status=503,
            title=_("Загружают много файлов"),
            lead=UploadRefused("busy").message,
            actions=((_("На главную"), "/"),),
            code="busy",
        )
    g.upload_place = account


def _leave_place(_error: BaseException | None) -> None:
    account: str | None = g.pop("upload_place", None)
    if account is not None:
        current_realm().room(Places).leave(account)


def too_large(megabytes: int) -> PageProblem:
    """The page for a file that is longer than allowed, which nobody reads to its end."""
    return PageProblem(
        status=413,
        title=_("Файл слишком большой"),
        lead=UploadRefused("size", megabytes=megabytes).message,
        explanation=_("Ничего не сохранено."),
        advice=(_("Вернитесь к форме, уменьшите файл или сохраните его заново и отправьте ещё раз."),),
        actions=((_("К форме"), _form_page()), (_("На главную"), "/")),
        code="too_large",
    )


def _form_page() -> str:
    """The page with the form that was sent here: this address, or the one above it where this one only takes."""
    has_page = current_app.url_map.bind("").test(request.path, "GET")
    return request.path if has_page else request.path.rpartition("/")[0] or "/"


def _without_length() -> PageProblem:
    return PageProblem(
        status=400,
        title=_("Файл не принят"),
        lead=_("Программа, которая его отправила, не сказала, сколько она отправит. Ничего не сохранено."),
        advice=(_("Отправьте файл PDF или JPG из браузера."),),
        actions=((_("На главную"), "/"),),
        cause="the request has no Content-Length",
    )
