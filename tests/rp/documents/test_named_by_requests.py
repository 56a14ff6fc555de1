"""A file that an application names: whoever decides it reads it, nobody else does, and it stays until it is decided."""

import pytest

from rp import documents
from rp.documents import Document
from rp.requests.store import name_documents
from tests.rp.conftest import Stand
from tests.rp.documents import files
from tests.rp.documents.handing import journalled, pyotr, remove
from tests.rp.documents.test_documents import stored
from tests.rp.requests.desk import ANTON, GLEB, OLGA, Desk, ask_for_vaccination, desk_of


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


@pytest.fixture
def vera(stand: Stand) -> Desk:
    return desk_of(stand)


@pytest.fixture
def document(stand: Stand) -> Document:
    return stored(stand, files.pdf(), "Справка.pdf")


def ask(stand: Stand, vera: Desk, document: Document, button: str = "action=send") -> str:
    """Vera's application for a vaccination at the clinic names the document: its path."""
    path = ask_for_vaccination(stand, vera, button)
    with stand.realm.database.write() as connection:
        name_documents(connection, path.rpartition("/")[2], [document.id])
    return path


def test_r082_whoever_decides_an_application_reads_the_file_it_names(stand: Stand, vera: Desk, document: Document) -> None:
    olga, anton = desk_of(stand, OLGA), desk_of(stand, ANTON)
    assert olga.open(document.path).status_code == anton.open(document.path).status_code == 404
    path = ask(stand, vera, document)
    page = olga.open(f"/staff{path}").text
    assert f'href="{document.path}"' in page
    assert olga.open(document.path).data.startswith(b"%PDF-")
    assert anton.open(document.path).status_code == 200
    told = [(row.outcome, row.actor.startswith("staff:")) for row in journalled(stand, "document_read")]
    assert told == [("refused", False), ("refused", False), ("done", True), ("done", True)]


def test_r082_who_does_not_decide_it_does_not_read_it(stand: Stand, vera: Desk, document: Document) -> None:
    ask(stand, vera, document)
    assert desk_of(stand, GLEB).open(document.path).status_code == 404  # a laboratory decides no vaccination
    assert pyotr(stand).get(document.path).status_code == 404


def test_a_draft_shows_its_files_to_nobody(stand: Stand, vera: Desk, document: Document) -> None:
    ask(stand, vera, document, "action=draft")
    assert desk_of(stand, OLGA).open(document.path).status_code == 404


def test_one_proof_is_not_enough_for_who_is_at_work(stand: Stand, vera: Desk, document: Document) -> None:
    ask(stand, vera, document)
    answer = desk_of(stand, OLGA, acr="low").open(document.path)
    assert answer.status_code in (302, 303)
    assert "acr_values=" in answer.headers["Location"]


def test_a_file_that_somebody_has_to_decide_about_stays(stand: Stand, vera: Desk, document: Document) -> None:
    path = ask(stand, vera, document)
    refused = remove(vera.browser, document.path)
    assert refused.status_code == 409
    assert "ещё нет решения" in refused.text
    vera.press(vera.open(path).text, "withdraw-form")
    assert remove(vera.browser, document.path).status_code == 303
    with stand.realm.database.read() as connection:
        assert documents.find(connection, stand.realm, document.id) is None
