"""How a file arrives: what is too long, has no length, comes too slowly or in too many parts costs nobody anything."""

import gc
import threading
import tracemalloc
from collections.abc import Callable
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest
from werkzeug.test import TestResponse

from rp.documents import receiving
from rp.documents.receiving import Patience, Places
from tests.rp.conftest import Browser, Stand
from tests.rp.documents import files
from tests.rp.documents.handing import FORM, files_on_disk, form, hand_in, kept, signed_in, token
from tests.rp.fake_provider import PYOTR, VERA

MEGABYTE = 1024 * 1024
MAYA = {"sub": "subject-maya", "given_name": "Майя", "birthdate": "1999-09-09", "snils": "000-000-019 00"}


@pytest.fixture
def vera(stand: Stand) -> Browser:
    return signed_in(stand)


class Unread(BytesIO):
    """A body that nobody may touch."""

    def read(self, size: int | None = -1) -> bytes:
        raise AssertionError(f"{size} bytes were asked for")


class Trickle(BytesIO):
    """A body of which a few bytes come, and then nothing until the server hangs up."""

    def __init__(self) -> None:
        super().__init__()
        self.has_been_asked, self.hung_up = threading.Event(), threading.Event()

    def read(self, size: int | None = -1) -> bytes:
        self.has_been_asked.set()
        self.hung_up.wait()
        return b""


def send(browser: Browser, body: BytesIO, length: int | None, path: str = "/documents", **environ: Any) -> TestResponse:
    """A body as it comes over the wire."""
    more = {"CONTENT_TYPE": FORM, "wsgi.input_terminated": True, **environ}
    if length is not None:
        more["CONTENT_LENGTH"] = str(length)
    return browser.client.post(path, input_stream=body, environ_overrides=more)


def test_rg_09_r084_what_is_too_long_is_refused_before_anything_is_read(stand: Stand, vera: Browser) -> None:
    answer = send(vera, Unread(), 11 * MEGABYTE)
    assert answer.status_code == 413
    assert "Файл больше 10 МБ. Загрузите PDF или JPG поменьше." in answer.text
    assert 'href="/documents"' in answer.text
    assert 'href="/confirmation"' in send(vera, Unread(), 11 * MEGABYTE, path="/confirmation/file").text
    assert files_on_disk(stand) == set()


def test_rg_09_a_file_just_over_the_limit_is_refused_and_one_just_below_is_not(vera: Browser) -> None:
    csrf, picture = token(vera), files.jpeg()
    assert hand_in(vera, picture + bytes(10 * MEGABYTE - len(picture) + 1), csrf=csrf).status_code == 413
    assert hand_in(vera, picture + bytes(10 * MEGABYTE - len(picture)), csrf=csrf).status_code == 303


def test_rg_09_a_body_without_a_length_is_refused_unread(vera: Browser) -> None:
    answer = send(vera, Unread(), None, HTTP_TRANSFER_ENCODING="chunked")
    assert answer.status_code == 400
    assert "не сказала, сколько" in answer.text


def test_rg_09_from_who_is_not_signed_in_nothing_is_read(stand: Stand) -> None:
    answer = send(stand.browser(), Unread(), 9 * MEGABYTE)
    assert answer.status_code == 302
    assert "/oauth2/authorize" in answer.headers["Location"]


def test_rg_09_where_no_file_is_taken_a_body_stays_a_form(vera: Browser) -> None:
    assert send(vera, Unread(), MEGABYTE, path="/sign-out").status_code == 413


def test_rg_09_a_file_that_trickles_in_loses_its_place(stand: Stand, vera: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "PATIENCE", Patience(piece_seconds=0.05))
    body = Trickle()
    answer = send(vera, body, 5 * MEGABYTE)
    assert answer.status_code == 408
    body.hung_up.set()
    monkeypatch.undo()
    assert hand_in(vera, files.jpeg()).status_code == 303
    assert len(files_on_disk(stand)) == 1


def test_rg_09_a_body_that_comes_in_time_by_pieces_but_takes_too_long_is_cut_off(
    stand: Stand, vera: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each piece comes in time; the machine's clock runs on by eight seconds with each."""

    class Slow(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            stand.monotonic.seconds += 8
            return super().read(1)

    assert send(vera, Slow(form(token(vera), files.jpeg())), 1 * MEGABYTE).status_code == 408


def test_rg_09_while_files_trickle_in_others_are_served(make_stand: Callable[..., Stand]) -> None:
    stand = make_stand(threads=4)
    vera = signed_in(stand)
    bodies = [Trickle(), Trickle()]
    answers: list[TestResponse] = []

    def dawdle(browser: Browser, body: Trickle) -> None:
        answers.append(send(browser, body, 5 * MEGABYTE))

    slow = [
        threading.Thread(target=dawdle, args=(signed_in(stand, person), body))
        for person, body in zip((PYOTR, MAYA), bodies, strict=True)
    ]
    for thread, body in zip(slow, bodies, strict=True):
        thread.start()
        body.has_been_asked.wait()
    assert vera.get("/").status_code == 200
    busy = hand_in(vera, files.jpeg())
    assert busy.status_code == 503
    assert "Сейчас загружают много файлов." in busy.text
    for body in bodies:
        body.hung_up.set()
    for thread in slow:
        thread.join()
    assert {answer.status_code for answer in answers} == {403}  # an empty form proves nothing
    assert hand_in(vera, files.jpeg()).status_code == 303


def test_rg_09_a_refused_file_gives_its_place_back(stand: Stand, vera: Browser) -> None:
    csrf = token(vera)
    for _number in range(8):
        assert hand_in(vera, files.HTML, csrf=csrf).status_code == 422
        assert hand_in(vera, files.jpeg(), csrf="0" * 64).status_code == 403
    places = stand.realm.room(Places)
    assert [places.take(account) for account in ("one", "two", "three")] == [True, True, False]
    places.leave("one")
    assert places.take("three")


def test_rg_09_one_person_alone_keeps_nobody_from_handing_in(make_stand: Callable[..., Stand]) -> None:
    stand = make_stand(threads=4)
    pyotr, body = signed_in(stand, PYOTR), Trickle()
    vera, again = signed_in(stand, VERA), signed_in(stand, VERA)
    slow = threading.Thread(target=send, args=(vera, body, 5 * MEGABYTE))
    slow.start()
    body.has_been_asked.wait()
    assert hand_in(again, files.jpeg()).status_code == 503
    assert hand_in(pyotr, files.jpeg()).status_code == 303
    body.hung_up.set()
    slow.join()
    assert hand_in(vera, files.jpeg()).status_code == 303


def test_rg_09_ten_thousand_parts_are_refused(stand: Stand, vera: Browser) -> None:
    part = b'Content-Disposition: form-data; name="x"\r\n\r\n1'
    body = form(token(vera), files.jpeg(), "scan.jpg", *[part] * 10_000)
    assert send(vera, BytesIO(body), len(body)).status_code == 413
    assert files_on_disk(stand) == set()


@pytest.mark.parametrize("filling", [b"\r", b"\n", b"\r\n", b"\r\n--boundar"])
def test_rg_09_a_part_full_of_line_ends_is_read_in_no_time(vera: Browser, filling: bytes) -> None:
    """CVE-2023-46136: each line end was looked at again with every piece that came."""
    body = form(token(vera), b"\xff\xd8\xff" + filling * (8 * MEGABYTE // len(filling)))
    answer = send(vera, BytesIO(body), len(body))
    assert (answer.status_code, "Файл повреждён" in answer.text) == (422, True)


@pytest.mark.parametrize("cut", [10, 200, 2000])
def test_rg_09_half_an_upload_is_nothing(stand: Stand, vera: Browser, cut: int) -> None:
    body = form(token(vera), files.noise(20_000))
    answer = send(vera, BytesIO(body[:-cut]), len(body))
    assert answer.status_code in (400, 403)
    assert (files_on_disk(stand), kept(vera)) == (set(), {})


def test_a_file_never_stands_on_disk_before_it_is_sealed(vera: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise AssertionError("a plain temporary file")

    monkeypatch.setattr(SpooledTemporaryFile, "__init__", refuse)
    monkeypatch.setattr("tempfile._TemporaryFileWrapper.__init__", refuse)
    assert hand_in(vera, files.noise(3_000_000)).status_code == 303


def test_rg_09_the_longest_file_costs_fifty_megabytes_at_most(vera: Browser) -> None:
    csrf, picture = token(vera), files.noise(5 * MEGABYTE)
    body = form(csrf, picture + bytes(10 * MEGABYTE - len(picture)))
    del picture
    gc.collect()
    tracemalloc.start()
    try:
        assert send(vera, BytesIO(body), len(body)).status_code == 303
        assert tracemalloc.get_traced_memory()[1] < 50 * MEGABYTE
    finally:
        tracemalloc.stop()
