"""A virus scanner, where the settings name one: asked about each file, believed, and missed when it does not answer."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rp.documents import scanning
from tests.rp.conftest import Browser, Stand
from tests.rp.documents import files
from tests.rp.documents.handing import files_on_disk, hand_in, journalled, kept, signed_in

OK = b"stream: OK\0"


class Clamd:
    """A scanner that answers what it is told to, and keeps what it was sent."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.answer = OK
        self.scanned: list[bytes] = []
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(path))
        self._server.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                content = b""
                while length := int.from_bytes(stream.read(4), "big"):
                    content += stream.read(length)
                self.scanned.append(content)
                connection.sendall(self.answer)

    def stop(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[Clamd]:
    clamd = Clamd(tmp_path / "clamd.socket")
    yield clamd
    clamd.stop()


@pytest.fixture
def stand(make_stand: Callable[..., Stand], tmp_path: Path) -> Stand:
    return make_stand(clamd_socket=tmp_path / "clamd.socket")


@pytest.fixture
def vera(stand: Stand) -> Browser:
    return signed_in(stand)


def test_rg_13_the_scanner_sees_the_whole_file_as_it_came(vera: Browser, clamd: Clamd) -> None:
    content = files.noise(200_000)
    assert hand_in(vera, content).status_code == 303
    assert clamd.scanned == [content]
    assert len(kept(vera)) == 1


def test_rg_13_what_the_scanner_finds_is_refused_and_told(stand: Stand, vera: Browser, clamd: Clamd) -> None:
    clamd.answer = b"stream: Win.Test.EICAR_HDB-1 FOUND\0"
    answer = hand_in(vera, files.pdf())
    assert answer.status_code == 422
    assert "вредоносный код" in answer.text
    assert files_on_disk(stand) == set()
    (row,) = journalled(stand, "document_stored")
    assert (row.outcome, json.loads(row.detail)["signature"]) == ("refused", "Win.Test.EICAR_HDB-1")


@pytest.mark.parametrize("said", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: O", b"x" * 5000])
def test_rg_13_while_the_scanner_cannot_say_nothing_is_taken(stand: Stand, vera: Browser, clamd: Clamd, said: bytes) -> None:
    clamd.answer = said
    answer = hand_in(vera, files.pdf())
    assert answer.status_code == 503
    assert "Проверить файл сейчас не получается." in answer.text
    assert files_on_disk(stand) == set()
    clamd.answer = OK
    assert hand_in(vera, files.pdf()).status_code == 303


def test_rg_13_without_its_scanner_nothing_is_taken(stand: Stand, vera: Browser) -> None:
    assert hand_in(vera, files.pdf()).status_code == 503
    assert files_on_disk(stand) == set()


def test_rg_13_a_scanner_that_says_nothing_is_not_waited_for_long(
    stand: Stand, vera: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "SECONDS", 0.05)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as silent:
        silent.bind(str(tmp_path / "clamd.socket"))
        silent.listen()
        assert hand_in(vera, files.pdf()).status_code == 503
    assert files_on_disk(stand) == set()
