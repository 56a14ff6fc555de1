"""«Копия»: everything of one person and nothing of another, for programs and for people."""

import importlib
import io
import json
from typing import Any

import pikepdf
import pytest

from rp.access.events import Event
from rp.pages.printing import Press, PrintingUnavailable
from rp.records.bundle import read_bundle
from tests.pdf_text import sheets
from tests.rp.conftest import Browser, Stand
from tests.rp.fake_provider import PYOTR, STRANGER, VERA
from tests.rp.pages import press, rows_of

BUNDLE, DOCUMENT = "bundle-form", "pdf-form"
MARK = "Учебный стенд. Это не Госуслуги."


@pytest.fixture
def pango(stand: Stand) -> None:
    try:
        stand.realm.room(Press).print("<html lang=ru><title>x</title><p>x</p>")
    except PrintingUnavailable:
        pytest.skip("this machine has no Pango")


def signed_in(stand: Stand, person: dict[str, Any] = VERA) -> Browser:
    stand.provider.person = dict(person)
    browser = stand.browser()
    browser.sign_in()
    return browser


def test_r136_bundle_holds_every_record_of_the_person_and_none_of_others(stand: Stand) -> None:
    answer = press(signed_in(stand), "/copy", BUNDLE)
    assert answer.status_code == 200
    assert answer.mimetype == "application/fhir+json"
    bundle = json.loads(answer.data)
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert (kinds.count("Patient"), len(kinds)) == (1, 12)
    person = bundle["entry"][0]["resource"]
    assert {"system": "urn:propusk:snils", "value": "000-000-017 00"} in person["identifier"]
    patients = {reference(entry["resource"]) for entry in bundle["entry"][1:]}
    assert patients == {f"Patient/{person['id']}"}
    other = json.loads(press(signed_in(stand, PYOTR), "/copy", BUNDLE).data)
    ids = {entry["resource"]["id"] for entry in bundle["entry"]}
    assert not ids & {entry["resource"]["id"] for entry in other["entry"]}


def reference(resource: dict[str, Any]) -> str:
    return str((resource.get("patient") or resource["subject"])["reference"])


def test_r136_the_register_reads_its_own_bundle(stand: Stand) -> None:
    answer = press(signed_in(stand), "/copy", BUNDLE)
    assert len(read_bundle(answer.data, source="copy").drafts) == 11


def test_r136_every_reference_within_the_bundle_leads_to_an_entry(stand: Stand) -> None:
    bundle = json.loads(press(signed_in(stand), "/copy", BUNDLE).data)
    addresses = {entry["fullUrl"] for entry in bundle["entry"]}
    assert len(addresses) == len(bundle["entry"])
    assert {f"http://localhost:8500/fhir/{reference(entry['resource'])}" for entry in bundle["entry"][1:]} < addresses


@pytest.mark.usefixtures("pango")
def test_r136_document_can_be_read_and_every_sheet_says_that_this_is_a_test_stand(stand: Stand) -> None:
    answer = press(signed_in(stand), "/copy", DOCUMENT)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    text = sheets(answer.data)
    assert all(MARK in sheet for sheet in text)
    words = " ".join(text)
    for told in (
        "Ромашкина Вера Тимофеевна",
        "000-000-017 00",
        "000000001773",
        "0000000000000174",
        "АО «Учебная страховая»",
        "УЧ-0417",
        "11 марта 2026",
        "Антитела IgG: 133 BAU/мл",
        "vera@example.test",
        "LOINC 94505-5",
    ):
        assert told in words
    assert words.count("Источник") == 11
    assert "Незабудкин" not in words
    with pikepdf.open(io.BytesIO(answer.data)) as document:
        assert "/StructTreeRoot" in document.Root
        assert str(document.docinfo["/Title"]).endswith("учебный стенд")


@pytest.mark.usefixtures("pango")
def test_document_of_a_person_without_records_says_so(stand: Stand) -> None:
    person = {**STRANGER, "sub": "subject-maya", "snils": "000-000-019 00", "birthdate": "1999-09-09"}
    words = " ".join(sheets(press(signed_in(stand, person), "/copy", DOCUMENT).data))
    assert "Прививок в регистре нет." in words


@pytest.mark.usefixtures("pango")
def test_document_is_in_the_language_of_the_page(stand: Stand) -> None:
    browser = signed_in(stand)
    browser.get("/copy?lang=en")
    words = " ".join(sheets(press(browser, "/copy", DOCUMENT).data))
    assert "This is not Gosuslugi" in words


@pytest.mark.parametrize(("form", "ending"), [(BUNDLE, "json"), (DOCUMENT, "pdf")])
@pytest.mark.usefixtures("pango")
def test_r136_copy_is_written_down_and_is_a_file_that_no_page_runs(stand: Stand, form: str, ending: str) -> None:
    answer = press(signed_in(stand), "/copy", form)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="registry-copy-2026-11-22.{ending}"'
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "no-store"
    (row,) = rows_of(stand, Event.COPY_MADE)
    assert row.actor == row.object
    assert json.loads(row.detail)["form"] == ending


def test_a_copy_needs_the_form_of_the_page(stand: Stand) -> None:
    browser = signed_in(stand)
    for path in ("/copy/records.json", "/copy/records.pdf"):
        assert browser.client.post(path).status_code == 403
        assert browser.client.get(path).status_code == 405
    assert not rows_of(stand, Event.COPY_MADE)


def test_whoever_is_in_no_register_has_nothing_to_copy(stand: Stand) -> None:
    browser = signed_in(stand, STRANGER)
    page = browser.get("/copy")
    assert page.status_code == 200
    assert "Вас нет в регистре" in page.text
    assert BUNDLE not in page.text


def test_where_no_pdf_can_be_made_a_page_says_so_and_the_bundle_is_there(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = importlib.import_module

    def without_pango(name: str, package: str | None = None) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'pango-1.0-0'")
        return honest(name, package)

    monkeypatch.setattr(importlib, "import_module", without_pango)
    browser = signed_in(stand)
    answer = press(browser, "/copy", DOCUMENT)
    assert answer.status_code == 503
    assert "PDF здесь не сделать" in answer.text
    assert not rows_of(stand, Event.COPY_MADE)
    assert press(browser, "/copy", BUNDLE).status_code == 200


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x.png", "file:///etc/passwd", "print:///../../secrets.json", "data:,x"])
@pytest.mark.usefixtures("pango")
def test_a_printed_page_loads_nothing_but_its_style_and_its_faces(stand: Stand, address: str) -> None:
    """A record's text is no markup; if it were, nothing would be fetched for it."""
    page = f'<html lang="ru"><title>x</title><link rel="attachment" href="{address}"><img src="{address}" alt="x"><p>x</p>'
    made = stand.realm.room(Press).print(page)
    with pikepdf.open(io.BytesIO(made)) as document:
        assert not document.attachments
        assert not any(page.get_images() for page in document.pages)
