"""R134: what people type into the registry stands nowhere on its disk in plain.

Every form that a citizen, a doctor, a laboratory and a registrar can reach is filled in with phrases that stand nowhere else, in
order and out of order, with files. Then everything is searched that the registry leaves: database, write-ahead log, files,
temporary files, logs, and copies of the database.
"""

import logging
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from itertools import cycle
from typing import Any

import pytest

from rp.patients.directory import find_by_snils
from tests.planted import Search
from tests.rp.conftest import Stand
from tests.rp.crawl import Visitor
from tests.rp.planting import Planter
from tests.rp.requests.desk import ANTON, GLEB, OLGA, VERA

PHRASES = 1_000
PEOPLE = (VERA, OLGA, ANTON, GLEB)
STARTS = ("/", "/staff")


def leaves_out(path: str) -> bool:
    """What would end the visit."""
    return path.startswith(("/sign-out", "/sign-in", "/static")) or path == "/documents/x"


def is_worth_it(shape: str) -> bool:
    """Has the form fields for several phrases, and no file, which takes a process of its own?"""
    return shape.startswith("post") and shape.count(",") > 2 and "file" not in shape


def visitor_of(stand: Stand, person: dict[str, Any]) -> Visitor:
    stand.provider.person = dict(person)
    browser = stand.browser()
    browser.sign_in()
    return Visitor(browser, leaves_out=leaves_out)


def patient_of(stand: Stand) -> str:
    with stand.realm.database.read() as connection:
        patient = find_by_snils(connection, stand.realm, VERA["snils"])
    assert patient is not None
    return patient.id


def reached(stand: Stand, visitors: Iterable[Visitor]) -> set[str]:
    """The views that take forms and were sent none."""
    adapter = stand.app().url_map.bind("localhost")
    taken = {rule.endpoint for rule in stand.app().url_map.iter_rules() if "POST" in (rule.methods or ())}
    shapes = {shape.split()[1].replace("*", "x" * 36) for visitor in visitors for shape in visitor.found}
    return taken - {adapter.match(path, "POST")[0] for path in shapes if adapter.test(path, "POST")}


@pytest.fixture
def temporary(sqlite_stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = sqlite_stand.home.root / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))


@pytest.mark.usefixtures("temporary")
def test_r134_thousand_phrases_typed_into_every_form_stand_nowhere_in_plain(
    sqlite_stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    stand, planter = sqlite_stand, Planter(sqlite_stand.clock.now())
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)  # it would log what it is handed, and says so
    visitors = [visitor_of(stand, person) for person in PEOPLE]
    starts = (*STARTS, f"/staff/patients/{patient_of(stand)}")
    answers = Counter[int]()
    import time

    t = time.time()
    for planter.is_proper in (True, False):
        for visitor in visitors:
            visitor.found.clear()
            visitor.seen.clear()
            answers.update(answer.status_code for answer in visitor.go_everywhere(planter, *starts))
    print("crawl", time.time() - t)
    planter.is_proper = True
    again = cycle([(visitor, shape) for visitor in visitors for shape in visitor.found if is_worth_it(shape)])
    while len(planter.phrases) < PHRASES:
        visitor, shape = next(again)
        answer = visitor.send_again(shape, planter)
        answers.update([answer.status_code] if answer is not None else [])
    assert max(answers) < 500, answers
    import time

    t = time.time()
    print(answers, len(planter.phrases), sorted({s for v in visitors for s in v.found}))
    print(reached(stand, visitors))

    with closing(sqlite3.connect(stand.home.sqlite_file)) as connection:
        connection.execute("VACUUM INTO ?", (str(stand.home.variable / "copy.sqlite3"),))
    search = Search(spelled for phrase in planter.phrases for spelled in {phrase, phrase.lower(), phrase.upper()})
    hits = search.hits_under(stand.home.root) | search.hits_in_text(caplog.text, "the log")
    print("search", time.time() - t, len(search._by_head))
    for hit in sorted(hits, key=str)[:60]:
        print(hit)
    assert not hits
