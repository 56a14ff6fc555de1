"""The journal of the registry: kept, purged and verified as that of the provider, by the same code."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from ground.settings import SettingRefused
from rp.access import retention
from rp.access.heads import keeper_of, verified
from rp.app import run_due_jobs
from rp.database import JOURNAL
from rp.settings import read_settings
from tests.rp.conftest import Stand

DAY = 24 * 3_600


def events(stand: Stand) -> list[dict[str, object]]:
    with stand.realm.database.read() as connection:
        return [dict(row) for row in connection.execute(select(JOURNAL).order_by(JOURNAL.c.seq)).mappings()]


def test_r143_event_older_than_the_setting_goes_and_the_chain_stays_verifiable(stand: Stand) -> None:
    retention.plan(stand.realm)
    keeper_of(stand.realm).write()
    stand.browser().sign_in()
    before = events(stand)
    stand.clock.advance(365 * DAY)
    assert run_due_jobs(stand.realm) == 1
    assert events(stand) == before
    stand.clock.advance(2 * DAY)
    assert run_due_jobs(stand.realm) == 1
    (event,) = events(stand)
    assert (event["action"], event["seq"]) == ("journal.purged", len(before) + 1)
    assert verified(stand.realm).is_whole


def test_r143_setting_below_six_months_is_refused_at_start(tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match="journal_days must be at least 183, six months, not 182"):
        read_settings(
            {"PROPUSK_HOME": str(tmp_path), "REGISTRY_ENVIRONMENT": "test", "REGISTRY_JOURNAL_DAYS": "182"},
        )


def test_r142_bad_token_at_the_api_is_one_event_a_minute(stand: Stand) -> None:
    client = stand.app().test_client()
    for _ in range(3):
        assert client.get("/api/v1/me/records", headers={"Authorization": "Bearer no-token"}).status_code == 401
    (event,) = [event for event in events(stand) if event["action"] == "api_read"]
    assert (event["actor"], event["object"], event["outcome"]) == ("address:127.0.0.1", "records", "refused")
    assert json.loads(str(event["detail"])) == {"error": "invalid_token", "from": "127.0.0.1"}
    stand.clock.advance(60)
    client.get("/api/v1/me/records", headers={"Authorization": "Bearer no-token"})
    assert [event["action"] for event in events(stand)].count("api_read") == 2


def test_cut_tail_is_found_by_the_heads(stand: Stand) -> None:
    stand.browser().sign_in()
    keeper_of(stand.realm).write()
    last = events(stand)[-1]["seq"]
    assert isinstance(last, int)
    with stand.realm.database.write() as connection:
        connection.execute(JOURNAL.delete().where(JOURNAL.c.seq == last))
    assert [(finding.kind, finding.seq) for finding in verified(stand.realm).findings] == [("cut", last)]


def test_op_24_nobody_reads_records_while_the_journal_cannot_be_written(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Who looked is written before the page is shown, or it is not shown."""
    browser = stand.browser()
    browser.sign_in()
    path = re.findall(r'href="(/records/[^"]+)"', browser.get("/").text)[0]
    shown = browser.get(path)
    assert shown.status_code == 200
    heading = re.findall(r"<h1>(.*?)</h1>", shown.text)[0]

    def fail(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as full:
        full.setattr("ground.journal.Journal.append", fail)
        token = stand.provider.access_token()
        for page, headers in (
            (path, {}),
            ("/", {}),
            ("/history", {}),
            ("/api/v1/me/records", {"Authorization": f"Bearer {token}"}),
        ):
            answer = browser.get(page, headers=headers)
            assert answer.status_code == 500, page
            assert heading not in answer.text and "vaccination" not in answer.text
    assert "the disk is full" in caplog.text, "the operator is told"
    assert browser.get(path).status_code == 200
