"""R134: what people type into the registry stands nowhere on its disk in plain.

Every form that a citizen, a doctor, a laboratory and a registrar can reach is filled in with phrases that stand nowhere else, in
order and out of order, with files. Then everything is searched that the registry leaves: database, write-ahead log, files,
temporary files, logs, and copies of the database.
"""

import logging
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, select

from rp.database import Base
from rp.patients.directory import find_by_snils
from tests.planted import Hit, Search
from tests.rp.api.systems import DOSE, System
from tests.rp.conftest import Stand
from tests.rp.crawl import Visitor
from tests.rp.fake_provider import STRANGER
from tests.rp.planting import Planter
from tests.rp.requests.desk import ANTON, GLEB, OLGA, VERA

PHRASES = 1_000


PEOPLE = ((VERA, "/"), (STRANGER, "/linking"), (OLGA, "/staff"), (ANTON, "/staff"), (GLEB, "/staff"))
NO_TEXT = {
    "family.act",
    "family.own_again",
    "provider.back_channel",
    "provider.initiate",
    "requests.sign",
    "sign_in.sign_out",
    "staff.change_workplace",
    "terms.agree",
}
"""Views that take no text of a person's. (What logout tokens and trips from elsewhere leave is of rp.sign_in.)"""
RECORDS = "/api/v1/patients/x/records"
CHECKS = ("/linking/check", "/confirmation/check")
"""What a script sends while somebody types."""


def leaves_out(start: str) -> Callable[[str], bool]:
    """What ends the visit, or is another visitor's."""
    return lambda path: (
        path.startswith(("/sign-out", "/sign-in", "/static", "/family/act", "/family/own")) or (not path.startswith(start))
    )


def visitor_of(stand: Stand, person: dict[str, Any], start: str) -> Visitor:
    stand.provider.person = dict(person)
    browser = stand.browser()
    browser.sign_in()
    return Visitor(browser, leaves_out=leaves_out(start))


def patient_of(stand: Stand) -> str:
    with stand.realm.database.read() as connection:
        patient = find_by_snils(connection, stand.realm, VERA["snils"])
    assert patient is not None
    return patient.id


def is_worth_it(shape: str) -> bool:
    """Has the form fields for several phrases, and no file, which takes a process of its own?"""
    return shape.startswith("post") and shape.count(",") > 2 and "file" not in shape


def not_reached(stand: Stand, visitors: Iterable[Visitor]) -> set[str]:
    """The views that take forms and were sent none."""
    adapter = stand.app().url_map.bind("localhost")
    taken = {rule.endpoint for rule in stand.app().url_map.iter_rules() if "POST" in (rule.methods or ())}
    paths = {shape.split()[1].replace("*", "x" * 36) for visitor in visitors for shape in visitor.found}
    reached = {adapter.match(path, "POST")[0] for path in {*paths, *CHECKS, RECORDS} if adapter.test(path, "POST")}
    return taken - reached


def told_by_a_clinic(stand: Stand, planter: Planter) -> list[int]:
    """Records that a program sends: one in order, and one that has the phrases where nothing belongs."""
    clinic, path = System(stand, "clinic"), f"/patients/{patient_of(stand)}/records"
    texts = {"lot": planter.text(), "comment": planter.text()}
    answers = [clinic.post(path, {**DOSE, "lot": planter.text()}), clinic.post(path, {name: planter.text() for name in DOSE})]
    answers.append(clinic.post(path, {**DOSE, **texts}))
    assert answers[0].status_code == 201, answers[0].text
    return [answer.status_code for answer in answers]


def logged(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)


@pytest.fixture
def temporary(both_stands: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = both_stands.home.root / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))


@pytest.mark.usefixtures("temporary")
def test_r134_thousand_phrases_typed_into_every_form_stand_nowhere_in_plain(
    both_stands: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    stand, planter = both_stands, Planter(both_stands.clock.now())
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)  # below that it logs what it is handed, and says so
    visitors = [(visitor_of(stand, person, start), start) for person, start in PEOPLE]
    answers = Counter[int]()
    for planter.is_proper in (True, False):
        for visitor, start in visitors:
            starts = (start, f"/staff/patients/{patient_of(stand)}", f"/staff/patients/{patient_of(stand)}/hold")
            answers.update(answer.status_code for answer in visitor.go_everywhere(planter, *starts))
    for path in CHECKS:
        answer = visitors[0][0].post(path, field="email", value=planter.text())
        assert answer.json and answer.json["error"]
    answers.update(told_by_a_clinic(stand, planter))
    planter.is_proper = True
    again = cycle([(visitor, shape) for visitor, _start in visitors for shape in visitor.found if is_worth_it(shape)])
    while len(planter.phrases) < PHRASES:
        visitor, shape = next(again)
        sent = visitor.send_again(shape, planter)
        answers.update([sent.status_code] if sent is not None else [])
    assert max(answers) < 500, answers
    assert answers[303] > 100, "most forms are in order"
    assert not_reached(stand, [visitor for visitor, _start in visitors]) == NO_TEXT

    search = Search(spelled for phrase in planter.phrases for spelled in {phrase, phrase.lower(), phrase.upper()})
    hits = search.hits_in_text(logged(caplog), "the log") | hits_in_database(stand, search)
    assert not hits, "\n".join(sorted(str(hit) for hit in hits)[:20])
    assert hits_in_database(stand, Search(["Поликлиника № 0"])), "what is no secret is found: the search looks at the right place"


def hits_in_database(stand: Stand, search: Search) -> set[Hit]:
    """What stands in the database, its write-ahead log and a copy of it."""
    if stand.realm.database.is_sqlite:
        assert (stand.home.variable / "rp.sqlite3-wal").stat().st_size > 0
        with closing(sqlite3.connect(stand.home.sqlite_file)) as connection:
            copy = stand.home.root / "copy.sqlite3"
            copy.unlink(missing_ok=True)
            connection.execute("VACUUM INTO ?", (str(copy),))
        return search.hits_under(stand.home.root)
    hits = search.hits_under(stand.home.root) | search.hits_under(
        Path(str(make_url(stand.realm.settings.database_url).query["host"]))
    )
    with stand.realm.database.read() as connection:
        for table in Base.metadata.sorted_tables:
            hits |= search.hits_in_rows(connection.execute(select(table)), f"table {table.name}")
    return hits
