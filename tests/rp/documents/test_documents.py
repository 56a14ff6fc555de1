"""Files that people hand in: listed, handed back to their owner only, removed, counted, and never half there."""

import hashlib
import json
import os
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image
from sqlalchemy import insert
from werkzeug.datastructures import FileStorage

from ground.database import Database, table_of
from rp import documents
from rp.app import run_due_jobs
from rp.cli import main
from rp.documents import Document, UploadRefused
from rp.documents.files import Shelf
from rp.documents.models import DocumentRow
from rp.documents.room import room_of, take_room
from rp.documents.sweeping import Swept, sweep
from rp.patients.directory import find_by_snils
from rp.requests.erasure import erase_again, erase_patient
from rp.settings import DocumentLimits
from tests.rp.conftest import Browser, Stand
from tests.rp.documents import files
from tests.rp.documents.handing import files_on_disk, hand_in, journalled, kept, pyotr, remove, signed_in, token
from tests.rp.fake_provider import STRANGER

VERA = "000-000-017 00"


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


@pytest.fixture
def vera(stand: Stand) -> Browser:
    return signed_in(stand)


def patient_id(stand: Stand, snils: str = VERA) -> str:
    with stand.realm.database.read() as connection:
        patient = find_by_snils(connection, stand.realm, snils)
    assert patient is not None
    return patient.id


def stored(stand: Stand, content: bytes, name: str = "scan.pdf", *, purpose: str = "test") -> Document:
    """Stored as a room above stores it."""
    sent = FileStorage(BytesIO(content), filename=name)
    return documents.store(stand.realm, patient_id(stand), sent, purpose=purpose, actor="patient:test")


def test_r082_a_jpg_is_listed_with_name_size_and_time_and_can_be_downloaded(vera: Browser) -> None:
    response = hand_in(vera, files.photograph(), "Справка о прививке.JPG")
    assert (response.status_code, response.headers["Location"]) == (303, "/documents")
    page = vera.get("/documents").text
    assert "Справка о прививке.jpg" in page
    assert "JPG, 1 КБ" in page
    assert "22 ноября 2026, 20:16" in page
    answer = vera.get(kept(vera)["Справка о прививке.jpg"])
    assert answer.status_code == 200
    with Image.open(BytesIO(answer.data)) as image:
        assert image.size == (48, 64)


def test_r082_only_the_owner_downloads(stand: Stand, vera: Browser) -> None:
    hand_in(vera, files.pdf(), "scan.pdf")
    address = kept(vera)["scan.pdf"]
    other = pyotr(stand)
    theirs = other.get(address)
    nobodys = other.get("/documents/00000000-0000-4000-8000-000000000000")
    assert theirs.status_code == nobodys.status_code == 404
    assert _without_number(theirs.text) == _without_number(nobodys.text)
    assert "scan.pdf" not in other.get("/documents").text
    assert stand.browser().get(address).status_code == 302
    assert remove(other, address).status_code == 404
    assert vera.get(address).status_code == 200
    assert [row.outcome for row in journalled(stand, "document_read")] == ["refused", "refused", "done"]


def _without_number(page: str) -> str:
    """The page without what differs by chance: the error's number, the token, the id that was asked for."""
    return re.sub(r"ТН-\d{8}-[0-9a-f]{6}|[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f-]{27}", "", page)


def test_r084_what_is_refused_leaves_nothing_and_the_page_says_why(stand: Stand, vera: Browser) -> None:
    for content, name, sentence in (
        (files.HTML, "scan.pdf", "Это не PDF и не JPG. Загрузите файл в формате PDF или JPG."),
        (files.PNG, "scan.png", "Это не PDF и не JPG. Загрузите файл в формате PDF или JPG."),
        (files.EXE, "scan.exe", "Это не PDF и не JPG. Загрузите файл в формате PDF или JPG."),
        (b"", "scan.pdf", "Файл пуст. Выберите файл в формате PDF или JPG."),
        (b"", "", "Выберите файл в формате PDF или JPG."),
    ):
        response = hand_in(vera, content, name)
        assert response.status_code == 422
        assert sentence in response.text
        assert 'aria-invalid="true"' in response.text
    assert kept(vera) == {}
    assert files_on_disk(stand) == set()
    reasons = [json.loads(row.detail)["reason"] for row in journalled(stand, "document_stored")]
    assert reasons == ["kind", "kind", "kind", "empty", "missing"]


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [(files.pdf(), "scan.jpg", "application/pdf"), (files.jpeg(), "scan.pdf", "image/jpeg")],
    ids=["a PDF named .jpg", "a JPG named .pdf"],
)
def test_rg_08_a_file_is_what_its_bytes_say(vera: Browser, content: bytes, name: str, kind: str) -> None:
    assert hand_in(vera, content, name).status_code == 303
    ((shown, address),) = kept(vera).items()
    answer = vera.get(address)
    assert answer.headers["Content-Type"] == kind
    assert shown == {"application/pdf": "scan.pdf", "image/jpeg": "scan.jpg"}[kind]


def test_rg_08_what_acts_in_a_pdf_is_not_handed_back(vera: Browser) -> None:
    assert hand_in(vera, files.pdf_with_everything_that_acts(), "scan.pdf").status_code == 303
    answer = vera.get(kept(vera)["scan.pdf"])
    assert b"JavaScript" not in answer.data
    assert answer.data.startswith(b"%PDF-")


@pytest.mark.parametrize(
    "name", ["../../x.pdf", "..\\x.pdf", "x" * 5000, "боюсь\u202efdp.exe", "a\r\nSet-Cookie: b=c", 'q"u".pdf', "a\0b.pdf"]
)
def test_rg_11_a_name_leads_nowhere(stand: Stand, name: str) -> None:
    document = stored(stand, files.pdf(), name)
    assert files_on_disk(stand) == {document.id}
    answer = signed_in(stand).get(document.path)
    header = answer.headers["Content-Disposition"]
    assert header.isascii()
    assert header.startswith("attachment; filename=\"document.pdf\"; filename*=UTF-8''")
    assert len(header) < 1500
    assert "Set-Cookie" not in answer.headers or "b=c" not in answer.headers["Set-Cookie"]
    assert not any(character in document.name for character in '/\\\r\n\0"\u202e')


def test_rg_12_a_download_is_saved_and_never_opened_as_a_page(vera: Browser) -> None:
    hand_in(vera, files.pdf(), "scan.pdf")
    headers = vera.get(kept(vera)["scan.pdf"]).headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("content", [files.EICAR, files.jpeg() + files.EICAR, files.pdf_with_packed_signature()])
def test_rg_13_what_our_own_list_knows_is_refused_and_told(stand: Stand, vera: Browser, content: bytes) -> None:
    response = hand_in(vera, content, "letter.pdf")
    assert response.status_code == 422
    assert "вредоносный код" in response.text
    assert files_on_disk(stand) == set()
    (row,) = journalled(stand, "document_stored")
    assert (row.outcome, json.loads(row.detail)["reason"]) == ("refused", "infected")


def test_rg_14_a_person_keeps_so_many_files_and_no_more(make_stand: Callable[..., Stand]) -> None:
    stand = make_stand(documents=DocumentLimits(per_person=3))
    vera = signed_in(stand)
    csrf = token(vera)
    for _round in range(2):
        statuses = [hand_in(vera, files.jpeg(), f"{number}.jpg", csrf=csrf).status_code for number in range(5)]
        assert statuses == [303, 303, 303, 422, 422]
        assert "Места больше нет: файлов 3 из 3" in hand_in(vera, files.jpeg(), csrf=csrf).text
        assert len(files_on_disk(stand)) == 3
        for address in kept(vera).values():
            assert remove(vera, address).status_code == 303
        assert (kept(vera), files_on_disk(stand)) == ({}, set())


def test_rg_14_a_person_keeps_so_many_bytes_and_no_more(make_stand: Callable[..., Stand]) -> None:
    stand = make_stand(documents=DocumentLimits(megabytes_per_person=1))
    content = files.noise(400_000)
    sizes = [stored(stand, content).size, stored(stand, content).size]
    sizes += [stored(stand, content).size for _number in range((1024 * 1024 - sum(sizes)) // sizes[0])]
    with pytest.raises(UploadRefused, match="quota"):
        stored(stand, content)
    assert len(files_on_disk(stand)) == len(sizes)
    with stand.realm.database.read() as connection:
        assert room_of(connection, stand.realm, patient_id(stand)).size == sum(sizes)


def test_rg_14_the_last_byte_fits_and_no_more(stand: Stand) -> None:
    owner, most = patient_id(stand), stand.realm.settings.documents.megabytes_per_person * 1024 * 1024
    with stand.realm.database.write() as connection:
        take_room(connection, stand.realm, owner, most - 1)
        take_room(connection, stand.realm, owner, 1)
        with pytest.raises(UploadRefused, match="quota"):
            take_room(connection, stand.realm, owner, 1)
        assert room_of(connection, stand.realm, owner).size == most


def test_rg_14_the_limit_holds_when_eight_come_at_the_same_time(stand: Stand) -> None:
    realm = replace(stand.realm, settings=replace(stand.realm.settings, documents=DocumentLimits(per_person=3)))
    owner, content, barrier = patient_id(stand), files.jpeg(), threading.Barrier(8)

    def send(number: int) -> str:
        """One of them, at a node of its own."""
        node = replace(realm, database=Database(realm.home.database_url(realm.settings)))
        barrier.wait()
        try:
            sent = FileStorage(BytesIO(content), filename=f"{number}.jpg")
            documents.store(node, owner, sent, purpose="test", actor="patient:test")
            return "stored"
        except UploadRefused as refusal:
            return refusal.reason
        finally:
            node.database.close()

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(send, range(8)))
    assert outcomes == ["quota"] * 5 + ["stored"] * 3
    assert len(files_on_disk(stand)) == 3


def test_a_file_and_its_name_are_sealed_on_disk_and_in_the_row(stand: Stand) -> None:
    document = stored(stand, files.pdf(), "Ромашкина Вера.pdf")
    content = (stand.home.documents / document.id).read_bytes()
    assert b"%PDF" not in content
    assert oct((stand.home.documents / document.id).stat().st_mode)[-3:] == "600"
    with stand.realm.database.read() as connection:
        row = connection.execute(table_of(DocumentRow).select()).mappings().one()
        opened = documents.open_content(connection, stand.realm, document)
    assert "Ромашкина".encode() not in row["sealed"]
    assert hashlib.sha256(opened).hexdigest() == document.sha256


def test_i6_a_file_that_is_gone_or_another_is_never_handed_over(stand: Stand, vera: Browser) -> None:
    first, second = stored(stand, files.pdf(), "first.pdf"), stored(stand, files.pdf(2), "second.pdf")
    folder = stand.home.documents
    os.replace(folder / second.id, folder / first.id)
    for document in (first, second):
        answer = vera.get(document.path)
        assert answer.status_code == 500
        assert "Файл не открывается" in answer.text
        assert "ТН-2026" in answer.text


def test_i6_an_operator_is_told_which_file_is_not_whole(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, changed, gone = (stored(stand, files.pdf(), f"{number}.pdf") for number in range(3))
    monkeypatch.setenv("PROPUSK_HOME", str(stand.home.root))
    if stand.realm.settings.database_url:
        monkeypatch.setenv("REGISTRY_DATABASE_URL", stand.realm.settings.database_url)
    result = CliRunner().invoke(main, ["files", "verify"])
    assert (result.exit_code, result.output) == (0, "3 documents, 0 not whole\n")
    folder = stand.home.documents
    (folder / gone.id).unlink()
    spoiled = bytearray((folder / changed.id).read_bytes())
    spoiled[-1] ^= 1
    (folder / changed.id).write_bytes(spoiled)
    (folder / "33333333-3333-4333-8333-333333333333").write_bytes(b"nobody's")
    result = CliRunner().invoke(main, ["files", "verify"])
    assert result.exit_code == 1
    assert f"the file of document {gone.id} is missing" in result.output
    assert f"the file of document {changed.id} is not what was stored" in result.output
    assert "3 documents, 2 not whole; 1 files belong to no document" in result.output
    assert whole.id not in result.output


def test_op_07_files_of_uploads_that_were_broken_off_are_swept_at_the_next_start(stand: Stand) -> None:
    whole = stored(stand, files.pdf())
    assert sweep(stand.realm) == Swept(0, 0, 0)
    shelf = Shelf(stand.home.documents)
    with shelf.arriving():
        shelf.put("11111111-1111-4111-8111-111111111111", b"a file whose row never came")
    (stand.home.documents / "22222222-2222-4222-8222-222222222222.part").write_bytes(b"half")
    assert sweep(stand.realm) == Swept(1, 0, 0)
    assert files_on_disk(stand) == {whole.id}
    with stand.realm.database.read() as connection:
        assert documents.open_content(connection, stand.realm, whole).startswith(b"%PDF-")


def test_op_07_a_sweep_waits_for_who_is_between_the_file_and_its_row(stand: Stand) -> None:
    shelf, swept = Shelf(stand.home.documents), []
    with shelf.arriving():
        shelf.put("11111111-1111-4111-8111-111111111111", b"its row is about to come")
        sweeping = threading.Thread(target=lambda: swept.append(sweep(stand.realm)))
        sweeping.start()
        _insert_row(stand, "11111111-1111-4111-8111-111111111111")
    sweeping.join()
    assert swept == [Swept(0, 0, 0)]
    assert files_on_disk(stand) == {"11111111-1111-4111-8111-111111111111"}


def _insert_row(stand: Stand, document_id: str) -> None:
    row = {
        "id": document_id,
        "patient_id": patient_id(stand),
        "purpose": "test",
        "kind": "pdf",
        "size": 1,
        "sealed": b"",
        "created_at": 1,
    }
    with stand.realm.database.write() as connection:
        connection.execute(insert(DocumentRow), row)


def test_op_07_with_another_database_files_stay(stand: Stand, make_stand: Callable[..., Stand]) -> None:
    """Whoever starts beside a database that is not theirs, by mistake, loses nothing."""
    document = stored(stand, files.pdf())
    sweep(stand.realm)
    stranger = make_stand()
    mistaken = replace(stand.realm, database=stranger.realm.database)
    assert sweep(mistaken) == Swept(0, 1, 0)
    assert sweep(stand.realm) == Swept(0, 0, 0)
    assert files_on_disk(stand) == {document.id}


def test_op_07_a_row_whose_file_is_gone_is_told(stand: Stand) -> None:
    document = stored(stand, files.pdf())
    (stand.home.documents / document.id).unlink()
    assert sweep(stand.realm) == Swept(0, 0, 1)


def test_op_08_a_full_disk_is_a_fault_with_a_number_and_leaves_nothing(
    stand: Stand, vera: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    csrf = token(vera)
    for broken in ("fsync", "rename"):
        with monkeypatch.context() as patch:
            if broken == "fsync":
                patch.setattr("rp.documents.files.os.fsync", _no_space)
            else:
                patch.setattr(Path, "rename", _no_space)
            answer = hand_in(vera, files.jpeg(), csrf=csrf)
        assert answer.status_code == 500
        assert "Технические неполадки" in answer.text
        assert (files_on_disk(stand), kept(vera)) == (set(), {})
    assert hand_in(vera, files.jpeg(), csrf=csrf).status_code == 303
    assert len(kept(vera)) == len(files_on_disk(stand)) == 1


def _no_space(*_arguments: object) -> None:
    raise OSError(28, "No space left on device")


def test_op_08_a_row_that_cannot_be_written_takes_its_file_along(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("database or disk is full")

    monkeypatch.setattr("rp.documents.keeping.note", refuse)
    with pytest.raises(RuntimeError):
        stored(stand, files.jpeg())
    assert files_on_disk(stand) == set()
    with stand.realm.database.read() as connection:
        assert room_of(connection, stand.realm, patient_id(stand)).documents == 0


def test_a_document_is_removed_once_and_its_room_is_given_back(stand: Stand) -> None:
    document = stored(stand, files.jpeg())
    assert documents.remove(stand.realm, document, actor="patient:test")
    assert not documents.remove(stand.realm, document, actor="patient:test")
    with stand.realm.database.read() as connection:
        assert room_of(connection, stand.realm, document.patient_id).documents == 0
        assert documents.find(connection, stand.realm, document.id) is None
    assert len(journalled(stand, "document_removed")) == 1
    run_due_jobs(stand.realm)
    assert files_on_disk(stand) == set()


def test_rg_21_with_a_person_all_their_files_go(stand: Stand) -> None:
    for number in range(3):
        stored(stand, files.jpeg(), f"{number}.jpg")
    owner = patient_id(stand)
    with stand.realm.database.write() as connection:
        erase_patient(connection, stand.realm, owner, actor="staff:test")
    assert run_due_jobs(stand.realm) >= 1
    assert files_on_disk(stand) == set()
    with stand.realm.database.read() as connection:
        assert documents.of(connection, stand.realm, owner) == []


def test_rg_21_an_older_copy_does_not_bring_a_removed_document_back(stand: Stand) -> None:
    document = stored(stand, files.jpeg())
    documents.remove(stand.realm, document, actor="patient:test")
    _insert_row(stand, document.id)
    lines = [line for line in stand.realm.tombstones.lines() if line.kind == documents.TOMBSTONE]
    assert [line.identifiers for line in lines] == [(document.id,)]
    with stand.realm.database.write() as connection:
        assert erase_again(connection, stand.realm.without_tombstones(), lines) == 1
        assert documents.find(connection, stand.realm, document.id) is None


def test_documents_are_listed_by_their_purpose(stand: Stand) -> None:
    stored(stand, files.jpeg(), "a.jpg", purpose="identity")
    stand.clock.advance(5)
    stored(stand, files.pdf(), "b.pdf", purpose="vaccination")
    with stand.realm.database.read() as connection:
        names = [document.name for document in documents.of(connection, stand.realm, patient_id(stand))]
        identity = [each.name for each in documents.of(connection, stand.realm, patient_id(stand), purpose="identity")]
    assert (names, identity) == (["b.pdf", "a.jpg"], ["a.jpg"])


def test_who_is_not_in_the_registry_has_no_files_here(stand: Stand) -> None:
    stranger = signed_in(stand, STRANGER)
    page = stranger.get("/documents")
    assert page.status_code == 200
    assert 'id="upload-form"' not in page.text
    assert "Пока ничего нет" in page.text


@pytest.mark.parametrize(
    ("back", "goes_to"),
    [("/confirmation?step=2", "/confirmation?step=2"), ("//evil.example", "/documents"), ("https://evil.example", "/documents"),
     ("/\\evil.example", "/documents"), ("", "/documents")],
)  # fmt: skip
def test_after_removing_the_person_is_back_on_a_page_of_ours(stand: Stand, vera: Browser, back: str, goes_to: str) -> None:
    document = stored(stand, files.jpeg())
    answer = remove(vera, document.path, back=back)
    assert (answer.status_code, answer.headers["Location"]) == (303, goes_to)
