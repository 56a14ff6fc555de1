"""R134: what people type into the registry stands nowhere on its disk in plain.

Every form that a citizen, a doctor, a laboratory and a registrar can reach is filled in with phrases that stand nowhere else, in
order and out of order, with files. Then everything is searched that the registry leaves: database, write-ahead log, files,
temporary files, logs, and copies of the database.
"""

import logging
import sqlite3
import tempfile
from contextlib import closing

import pytest

from tests.planted import Search
from tests.rp.conftest import Stand
from tests.rp.crawl import Visitor
from tests.rp.planting import Planter
from tests.rp.requests.desk import ANTON, GLEB, OLGA, VERA

PHRASES = 1_000
PEOPLE = {"citizen": (VERA, "/"), "registrar": (OLGA, "/staff"), "doctor": (ANTON, "/staff"), "laboratory": (GLEB, "/staff")}


def leaves_out(path: str) -> bool:
    """What would end the visit."""
    return path.startswith(("/sign-out", "/sign-in", "/static")) or path == "/documents/x"


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
    stand = sqlite_stand
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)
    planter = Planter(stand.clock.now())
    visitors = {}
    shown: set[str] = set()
    for name, (person, start) in PEOPLE.items():
        stand.provider.person = dict(person)
        browser = stand.browser()
        browser.sign_in()
        visitors[name] = Visitor(browser, leaves_out=leaves_out)
        for answer in visitors[name].go_everywhere(planter, start=start):
            assert answer.status_code < 500, answer.text
            print(name, answer.request.method, answer.request.path, answer.status_code)
    print(len(planter.phrases))
