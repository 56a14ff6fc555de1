"""Writing behind the answer: whatever happens there, the answer has been given."""

import json
import threading
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from idp.realm import open_realm
from idp.requests import journal, recorder, writer
from idp.requests.exchange import Raw
from idp.requests.pending import Pending, wait_until_written
from idp.requests.sender import named_senders
from idp.requests.writer import Writer
from tests.idp.requests.reading import TOKEN_PATH, ask, recorded
from tests.idp.stand import SECRET, Stand


def raw(name: str) -> Raw:
    return Raw(name, 0, {}, b"", False, "200 OK", (), b"")


class Disk:
    """Where a writer writes: a list, and a gate that can be shut."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.batches: list[int] = []
        self.ended = threading.Event()
        self.reached = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def write(self, batch: Sequence[Raw]) -> None:
        self.reached.set()
        assert self.gate.wait(20)
        self.batches.append(len(batch))
        self.written += [one.id for one in batch]


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def queue(disk: Disk, tmp_path: Path) -> Iterator[Writer]:
    made = Writer(disk.write, disk.ended.set, Pending(tmp_path / "pending"))
    yield made
    disk.gate.set()
    made.close()


def test_everything_is_written_once_in_order(disk: Disk, queue: Writer) -> None:
    names = [str(number) for number in range(400)]
    for name in names:
        queue.put(raw(name))
    assert queue.flush()
    assert disk.written == names


def test_many_requests_share_a_transaction(disk: Disk, queue: Writer) -> None:
    disk.gate.clear()
    queue.put(raw("first"))
    assert disk.reached.wait(20)
    for number in range(100):
        queue.put(raw(str(number)))
    disk.gate.set()
    assert queue.flush()
    assert len(disk.batches) == 2


def test_full_queue_loses_its_oldest_and_says_how_many(
    disk: Disk, queue: Writer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(writer, "CAPACITY", 3)
    disk.gate.clear()
    queue.put(raw("first"))
    assert disk.reached.wait(20)
    for number in range(5):
        queue.put(raw(str(number)))
    disk.gate.set()
    assert queue.flush()
    assert disk.written == ["first", "2", "3", "4"]
    assert "2 requests are lost" in caplog.text


def test_thread_ends_when_nothing_comes_and_begins_anew(disk: Disk, queue: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "IDLE_SECONDS", 0.001)
    for name in ("one", "two"):
        disk.ended.clear()
        queue.put(raw(name))
        assert disk.ended.wait(20)
    assert queue.flush()
    assert disk.written == ["one", "two"]


def test_closing_writes_what_waits_and_takes_no_more(disk: Disk, queue: Writer) -> None:
    queue.put(raw("last"))
    queue.close()
    queue.put(raw("too late"))
    assert queue.flush()
    assert disk.written == ["last"]
    assert disk.ended.is_set()


def test_reader_of_another_process_waits_for_what_is_not_written_yet(disk: Disk, queue: Writer, tmp_path: Path) -> None:
    disk.gate.clear()
    queue.put(raw("slow"))
    assert not wait_until_written(tmp_path / "pending", patience_seconds=0)
    disk.gate.set()
    assert wait_until_written(tmp_path / "pending", patience_seconds=20)
    assert disk.written == ["slow"]


def test_nowhere_to_say_that_something_waits_stops_nobody(disk: Disk, tmp_path: Path) -> None:
    nowhere = tmp_path / "missing" / "pending"
    made = Writer(disk.write, disk.ended.set, Pending(nowhere))
    made.put(raw("one"))
    assert made.flush()
    assert not wait_until_written(nowhere, patience_seconds=0)
    made.close()
    assert disk.written == ["one"]


def test_second_process_reads_what_the_first_has_answered(stand: Stand) -> None:
    other = open_realm(stand.settings, clock=stand.clock)
    for number in range(20):
        ask(stand, f"grant-{number}")
        recorder.settle(other)
        with other.database.read() as connection:
            newest = journal.everything(other, connection)[-1]
        assert newest.exchange.parameters["grant_type"] == f"grant-{number}"
    other.database.close()


def test_each_request_is_taken_by_exactly_one(stand: Stand) -> None:
    for number in range(30):
        ask(stand, f"grant-{number}")
    recorder.settle(stand.realm)
    taken: list[list[int]] = [[] for _ in range(4)]
    start = threading.Barrier(len(taken))

    def take_all(mine: list[int]) -> None:
        other = open_realm(stand.settings, clock=stand.clock)
        start.wait(20)
        while True:
            with other.database.write() as connection:
                one = journal.take(other, connection)
            if one is None:
                break
            mine.append(one.number)
        other.database.close()

    threads = [threading.Thread(target=take_all, args=(mine,)) for mine in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    everybody = [number for mine in taken for number in mine]
    assert sorted(everybody) == [one.number for one in recorded(stand)]
    assert all(mine == sorted(mine) for mine in taken)


def fail(*_: object, **__: object) -> None:
    raise OperationalError("INSERT", {}, Exception("database is locked"))


def refused(stand: Stand) -> int:
    data = {"grant_type": "nonsense"}
    return stand.http().post(f"{stand.issuer}{TOKEN_PATH}", data=data, auth=("client", SECRET)).status_code


def test_journal_that_cannot_be_written_is_a_line_in_the_log_and_never_an_error(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(journal, "write", fail)
    assert refused(stand) == 400
    assert recorded(stand) == []
    assert "cannot be written into the request journal" in caplog.text
    assert "nonsense" not in caplog.text
    monkeypatch.undo()
    assert refused(stand) == 400
    assert len(recorded(stand)) == 1, "it goes on as soon as it can"


def test_table_that_is_not_there_stops_no_answer(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    stand.execute("DROP TABLE requests")
    assert refused(stand) == 400
    recorder.settle(stand.realm)
    assert "cannot be written into the request journal" in caplog.text


def test_locked_database_delays_no_answer_and_loses_no_request(stand: Stand) -> None:
    """An endpoint that only reads answers while somebody else holds the database."""
    with stand.realm.database.write() as connection:
        lock(connection)
        assert stand.http().get(f"{stand.issuer}/oauth2/jwks").status_code == 200
    assert [one.exchange.path for one in recorded(stand)] == ["/oauth2/jwks"]


def lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE requests IN ACCESS EXCLUSIVE MODE")


def test_request_that_cannot_be_put_is_answered(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_thread(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Writer, "put", no_thread)
    assert refused(stand) == 400
    assert "cannot be recorded" in caplog.text


def test_one_request_that_cannot_be_stored_takes_no_other_with_it(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    honest = journal.draft

    def draft(realm: object, exchange: object) -> object:
        if exchange.parameters["grant_type"] == "poison":  # type: ignore[attr-defined]
            raise ValueError("it cannot be sealed")
        return honest(realm, exchange)  # type: ignore[arg-type]

    monkeypatch.setattr(journal, "draft", draft)
    for grant in ("before", "poison", "after"):
        ask(stand, grant)
    assert [one.exchange.parameters["grant_type"] for one in recorded(stand)] == ["before", "after"]
    assert "cannot be recorded" in caplog.text


def test_closed_journal_leaves_no_thread(stand: Stand) -> None:
    before = set(threading.enumerate())
    ask(stand)
    recorder.close(stand.realm)
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("name", ["a\0", "\0"])
def test_name_with_a_nul_is_nobodys_and_costs_no_other_request_its_row(stand: Stand, name: str) -> None:
    """PostgreSQL raises on NUL, and the whole batch was lost: anybody could have the requests of others forgotten."""
    part = urlsafe_b64encode(json.dumps({"alg": "none", "client_id": name, "sub": name}).encode()).decode().rstrip("=")
    asked = (
        {"authorization": f"Bearer {part}.{part}."},
        {"authorization": "Basic " + b64encode(f"{quote(name)}:x".encode()).decode()},
    )
    for headers in asked:
        stand.http().post(f"{stand.issuer}{TOKEN_PATH}", data={"client_assertion": f"{part}.{part}."}, headers=headers)
    ask(stand)
    found = recorded(stand)
    assert [one.system for one in found] == ["", "", "client"]
    assert all("\0" not in sender for one in found for sender in named_senders(one.exchange))
