"""Documents that a request names: read by whoever decides it, kept until then, and gone with the person."""

import pytest

from rp.app import run_due_jobs
from rp.requests import filing
from tests.rp.conftest import Stand
from tests.rp.documents.files import jpeg
from tests.rp.documents.handing import files_on_disk, hand_in, kept, remove
from tests.rp.requests.desk import ANTON, OLGA, PYOTR, Desk, desk_of
from tests.rp.requests.test_erasure import FIVE_YEARS, decide, record_of


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


def file_with_document(stand: Stand, desk: Desk, patient_id: str) -> tuple[str, str]:
    """A request that names a file: the paths of both."""
    assert hand_in(desk.browser, jpeg()).status_code == 303
    document = kept(desk.browser)["scan.jpg"]
    with stand.realm.database.write() as connection:
        request = filing.file(
            connection,
            stand.realm,
            kind="certificate",
            patient_id=patient_id,
            values={"about": "vaccination"},
            author=f"patient:{patient_id}",
            once="a-form-of-its-own",
            documents=[document.removeprefix("/documents/")],
        )
    return f"/requests/{request.id}", document


def test_r082_whoever_decides_a_request_reads_its_documents_and_nobody_else(stand: Stand) -> None:
    _record_id, patient_id = record_of(stand, "2021-01-29")
    pyotr = desk_of(stand, PYOTR)
    path, document = file_with_document(stand, pyotr, patient_id)
    assert "scan.jpg" in pyotr.open(path).text
    olga, anton, vera = desk_of(stand, OLGA), desk_of(stand, ANTON), desk_of(stand)
    assert "scan.jpg" in olga.open(f"/staff{path}").text
    assert olga.open(document).status_code == 200
    assert anton.open(document).status_code == 404
    assert vera.open(document).status_code == 404


def test_a_document_stays_until_the_request_is_decided(stand: Stand) -> None:
    _record_id, patient_id = record_of(stand, "2021-01-29")
    path, document = file_with_document(stand, desk_of(stand, PYOTR), patient_id)
    assert remove(desk_of(stand, PYOTR).browser, document).status_code == 409
    decide(stand, path, "refuse", "Не хватает данных.")
    pyotr = desk_of(stand, PYOTR)
    assert remove(pyotr.browser, document).status_code == 303
    assert "scan.jpg" not in pyotr.open(path).text


def test_rg_21_the_files_of_an_erased_person_leave_the_disk(stand: Stand) -> None:
    _record_id, patient_id = record_of(stand, "2021-01-29")
    _path, document = file_with_document(stand, desk_of(stand, PYOTR), patient_id)
    assert files_on_disk(stand)
    stand.clock.advance(FIVE_YEARS)
    decide(stand, desk_of(stand, PYOTR).file("full_deletion", sure="1", why=""))
    run_due_jobs(stand.realm)
    assert not files_on_disk(stand)
    assert desk_of(stand, OLGA).open(document).status_code == 404
