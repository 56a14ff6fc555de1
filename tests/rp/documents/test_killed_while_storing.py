"""Processes that store files are killed with SIGKILL: what was acknowledged is whole, and of the rest nothing is left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from ground.database import table_of
from rp import documents
from rp.documents.files import Shelf
from rp.documents.models import DocumentRow
from rp.documents.room import room_of
from rp.documents.sweeping import sweep
from rp.patients.directory import find_by_snils
from tests.rp.conftest import Stand
from tests.running_stand import ROOT, clean_environment

CYCLES = int(os.environ.get("RELIABILITY_CYCLES", "3"))
THREADS = 3
KILLED_AFTER = (1, 5, 3, 7, 2)


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


def test_op_07_i6_kills_leave_whole_documents_or_none(stand: Stand) -> None:
    with stand.realm.database.read() as connection:
        patient = find_by_snils(connection, stand.realm, "000-000-017 00")
    assert patient is not None
    acknowledged: dict[str, str] = {}
    for cycle in range(CYCLES):
        acknowledged |= _store_until_killed(stand, patient.id, after=KILLED_AFTER[cycle % len(KILLED_AFTER)])
        sweep(stand.realm)
        _assert_whole(stand, patient.id, acknowledged)
    assert len(acknowledged) >= CYCLES


def _store_until_killed(stand: Stand, patient_id: str, *, after: int) -> dict[str, str]:
    """Have a process store files, and kill it when it has acknowledged so many: others are on their way then."""
    settings = stand.realm.settings
    variables = {
        "REGISTRY_DATABASE_URL": settings.database_url,
        "REGISTRY_DOCUMENTS_PER_PERSON": "10000",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.rp.documents.storing_process", patient_id, str(THREADS)],
        cwd=ROOT,
        env=clean_environment(stand.home.root, **{name: value for name, value in variables.items() if value}),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    with process:
        lines = [process.stdout.readline() for _number in range(after)]
        os.killpg(process.pid, signal.SIGKILL)
        lines += process.stdout.readlines()
    pairs = [line.split() for line in lines if line.endswith("\n")]
    assert len(pairs) >= after, "the process died by itself"
    return dict(pairs)


def _assert_whole(stand: Stand, patient_id: str, acknowledged: dict[str, str]) -> None:
    with stand.realm.database.read() as connection:
        kept = {document.id: document for document in documents.of(connection, stand.realm, patient_id)}
        rows = set(connection.execute(select(table_of(DocumentRow).c.id)).scalars())
        assert rows == kept.keys() == Shelf(stand.home.documents).names(), "each row has its file, and each file its row"
        for document in kept.values():
            documents.open_content(connection, stand.realm, document)  # raises where it is not what was stored
        assert {document_id: kept[document_id].sha256 for document_id in acknowledged} == acknowledged
        room = room_of(connection, stand.realm, patient_id)
        assert (room.documents, room.size) == (len(kept), sum(document.size for document in kept.values()))
        assert stand.realm.journal.verify(connection) == []
    assert not list(Path(stand.home.documents).glob("*.part"))
