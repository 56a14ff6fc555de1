"""Records requests: a WSGI application around another, for the addresses that systems call.

Nothing is worked out and nothing is written before the answer: the recorder keeps what it saw and hands it on. Where the
journal is off there is no recorder at all.
"""

import io
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from ground.chance import draw_identifier
from ground.wire import StartResponse, Wsgi, WsgiEnvironment
from idp.realm import Realm
from idp.requests import exchange, journal
from idp.requests.exchange import MAX_BODY_BYTES, Raw
from idp.requests.journal import Draft, KnowsSystem
from idp.requests.pending import Pending, file_of, wait_until_written
from idp.requests.writer import Writer

HEADER = "X-Propusk-Request"
REQUEST_ID = "propusk.request_id"
"""The key of a WSGI environment under which a page finds the id of the request that it answers."""
OTHERS_PATIENCE_SECONDS = 1.0
MAKING = threading.Lock()
"""A sandbox is opened by the first request for it, and two may come at once."""

log = logging.getLogger(__name__)


def recorded(realm: Realm, application: Wsgi, *, is_recorded: Callable[[str], bool], knows_system: KnowsSystem) -> Wsgi:
    """The application with its requests written down, or as it is where the journal is off."""
    if not realm.settings.keeps_requests:
        return application
    with MAKING:
        writers = _writers(realm)
        if not writers:
            store = partial(_store, realm, knows_system)
            writers.append(Writer(store, realm.database.release, Pending(file_of(realm.settings))))
    return Recorder(realm, application, is_recorded, writers[0])


def settle(realm: Realm) -> None:
    """Wait until everything answered so far, by this process and the others of this machine, can be read.

    Call it outside any transaction. Under steady load it gives up after a moment.
    """
    for writer in _writers(realm):
        writer.flush()
    wait_until_written(file_of(realm.settings), patience_seconds=OTHERS_PATIENCE_SECONDS)


def close(realm: Realm) -> None:
    """Write what waits in this process and record no more. Call it before the database is closed."""
    for writer in _writers(realm):
        writer.close()


class Recorder:
    """The WSGI application. In the test environment its answers name the id of their request in `X-Propusk-Request`."""

    def __init__(self, realm: Realm, application: Wsgi, is_recorded: Callable[[str], bool], writer: Writer) -> None:
        self._realm = realm
        self._application = application
        self._is_recorded = is_recorded
        self._writer = writer
        self._shows_id = realm.settings.is_test

    def __call__(self, environment: WsgiEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not self._is_recorded(environment.get("PATH_INFO", "")):
            return self._application(environment, start_response)
        request_id, at = draw_identifier(self._realm.chance, "request"), self._realm.clock.now()
        body, is_cut = _take_body(environment)
        came = environment.copy()  # what is behind us changes it
        environment[REQUEST_ID] = request_id
        status, answered = "", list[tuple[str, str]]()

        def start(given_status: str, headers: list[tuple[str, str]], *rest: object) -> object:
            nonlocal status, answered
            status, answered = given_status, headers
            if self._shows_id:
                headers = [*headers, (HEADER, request_id)]
            return start_response(given_status, headers, *rest)

        answer = _whole(self._application(environment, start))
        try:
            self._writer.put(Raw(request_id, at, came, body, is_cut, status, answered, answer))
        except Exception:
            log.exception("request %s cannot be recorded", request_id)
        return [answer]


def _store(realm: Realm, knows_system: KnowsSystem, batch: Sequence[Raw]) -> None:
    """What the writer's thread does."""
    try:
        with realm.database.write_behind() as connection:
            journal.write(realm, connection, list(_drafts(realm, batch)), knows_system)
    except Exception:
        # The folder of a sandbox that was thrown away a moment ago is gone, and nobody will ask.
        if file_of(realm.settings).parent.exists():
            raise


def _drafts(realm: Realm, batch: Sequence[Raw]) -> Iterator[Draft]:
    """What can be stored of a batch: a request that cannot takes no other with it."""
    for raw in batch:
        try:
            yield journal.draft(realm, exchange.read(raw))
        except Exception:
            log.exception("request %s cannot be recorded", raw.id)


def _take_body(environment: WsgiEnvironment) -> tuple[bytes, bool]:
    """Read the body and put it back, and say whether it is cut. One that the endpoints refuse unread stays unread."""
    declared = environment.get("CONTENT_LENGTH") or ""
    is_chunked = not declared and "chunked" in environment.get("HTTP_TRANSFER_ENCODING", "").lower()
    if declared and not declared.isdecimal():
        return b"", True
    if not is_chunked and not (declared and int(declared)):
        return b"", False
    if declared and int(declared) > MAX_BODY_BYTES:
        return b"", True
    try:
        body: bytes = environment["wsgi.input"].read(int(declared) if declared else MAX_BODY_BYTES + 1)
    except Exception:
        return b"", True  # it breaks for the endpoint, too, which knows what to say
    environment["wsgi.input"] = io.BytesIO(body)
    return body[:MAX_BODY_BYTES], len(body) > MAX_BODY_BYTES


def _whole(parts: Iterable[bytes]) -> bytes:
    try:
        return b"".join(parts)
    finally:
        close_parts = getattr(parts, "close", None)
        if close_parts is not None:
            close_parts()


def _writers(realm: Realm) -> list[Writer]:
    """The writer of the realm in this process, if it has one."""
    return realm.remember("request journal", list[Writer])
