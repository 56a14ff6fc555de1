"""What is kept as long as it has to be, and what is thrown away when nobody needs it any more."""

import pytest
from sqlalchemy import insert

from ground.database import table_of
from ground.settings import SettingRefused
from idp import retention
from idp.app import run_due_jobs
from idp.audit.heads import keeper_of, verified
from idp.clients.models import UsedAssertion
from idp.database import Base
from idp.settings import read_settings
from idp.throttling import counters
from tests.browser import Browser
from tests.idp.control.conftest import Control
from tests.idp.stand import SECRET, Stand, Tokens

DAY = 24 * 3_600


@pytest.fixture
def stand_settings() -> dict[str, object]:
    """As short as may be."""
    return {"journal_days": 183}


def obtain_refresh_token(stand: Stand, browser: Browser) -> str:
    stand.add_client("refreshing", grant_types=("authorization_code", "refresh_token"))
    code = stand.obtain_code(browser, client_id="refreshing", scope="openid offline_access")
    return str(stand.redeem(code, auth=("refreshing", SECRET)).body["refresh_token"])


def refresh(stand: Stand, token: str) -> Tokens:
    data = {"grant_type": "refresh_token", "refresh_token": token}
    answer = stand.http().post(f"{stand.issuer}/oauth2/token", data=data, auth=("refreshing", SECRET))
    return Tokens(answer.status_code, answer.json())


def run_jobs(stand: Stand) -> int:
    return run_due_jobs(stand.realm)


@pytest.fixture
def kept(stand: Stand) -> Stand:
    """A stand whose process has begun to look after it."""
    retention.plan(stand.realm)
    keeper_of(stand.realm).write()
    return stand


def leftover_tables(stand: Stand) -> set[str]:
    return {leftover.table.name for leftover in retention.leftovers(stand.realm)}


def counts(stand: Stand) -> dict[str, int]:
    """How many rows there are in each table that is purged."""
    return {name: int(str(stand.rows(f"SELECT count(*) FROM {name}")[0][0])) for name in sorted(leftover_tables(stand))}  # noqa: S608


def test_r143_event_of_five_months_and_29_days_stays_and_one_older_than_the_setting_goes(kept: Stand) -> None:
    browser = kept.browser()
    kept.tokens(browser)
    browser.open(f"{kept.issuer}/oauth2/logout").submit("logout", "submit")
    before = kept.events()
    kept.clock.advance(181 * DAY)
    assert run_jobs(kept) == 3, "two that purge, and one for the session, which is over by then"
    assert kept.events()[: len(before)] == before
    kept.clock.advance(2 * DAY)
    run_jobs(kept)
    assert kept.events()[: len(before)] == before, "the last second of the last day"
    kept.clock.advance(DAY)
    run_jobs(kept)
    (event,) = kept.events()
    assert (event["actor"], event["action"], event["seq"]) == ("system", "journal.purged", len(before) + 1)
    keeper_of(kept.realm).write()
    assert verified(kept.realm).sentence == f"the journal is whole: rows {len(before) + 1} to {len(before) + 1}, " + (
        "2 heads outside the database agree"
    )


@pytest.mark.parametrize("days", ["182", "0", "-1"])
def test_r143_setting_below_six_months_is_refused_at_start(days: str) -> None:
    with pytest.raises(SettingRefused, match="journal_days must be at least 183, six months, not "):
        read_settings({"PROPUSK_ENVIRONMENT": "test", "PROPUSK_JOURNAL_DAYS": days})


def test_purge_recurs(kept: Stand) -> None:
    assert run_jobs(kept) == 0
    kept.clock.advance(retention.HOUR_SECONDS)
    assert run_jobs(kept) == 2
    assert run_jobs(kept) == 0
    kept.clock.advance(retention.HOUR_SECONDS)
    assert run_jobs(kept) == 1
    retention.plan(kept.realm)
    assert run_jobs(kept) == 0, "a process that begins changes nothing"
    kept.clock.advance(retention.DAY_SECONDS)
    assert run_jobs(kept) == 2


def test_what_expires_is_thrown_away_a_day_later_and_not_before(kept: Stand) -> None:
    kept.tokens(acr_values="substantial")
    kept.browser().open(kept.authorize_url())
    with kept.realm.database.write() as connection:
        counters.count_up(kept.realm, connection, "sign-in failures", "somebody")
    kept.userinfo("no token")
    whole = counts(kept)
    assert {name for name, count in whole.items() if count} >= {
        "authorization_codes", "counters", "interactions", "one_time_codes",
        "outbox", "sessions", "sign_in_attempts", "token_families",
    }  # fmt: skip
    kept.clock.advance(DAY)
    run_jobs(kept)
    assert counts(kept) == whole
    kept.clock.advance(3_600)
    run_jobs(kept)
    left = counts(kept)
    for name in ("interactions", "one_time_codes", "sign_in_attempts"):
        assert left[name] == 0, name
    for name in ("authorization_codes", "outbox", "sessions", "token_families"):
        assert left[name] == whole[name], name
    kept.clock.advance(400 * DAY)
    run_jobs(kept)
    left = counts(kept)
    assert {name: count for name, count in left.items() if count} == {"counters": 1, "outbox": 1}
    assert kept.rows("SELECT name FROM counters") == [("sign-in failures",)]


def test_ended_session_and_its_dead_tokens_are_remembered_for_a_month(kept: Stand) -> None:
    browser = kept.browser()
    kept.tokens(browser)
    browser.open(f"{kept.issuer}/oauth2/logout").submit("logout")
    assert kept.rows("SELECT count(*) FROM sessions WHERE ended_at IS NOT NULL") == [(1,)]
    for days, count in ((29, 1), (2, 0)):
        kept.clock.advance(days * DAY)
        run_jobs(kept)
        assert kept.rows("SELECT count(*) FROM sessions") == [(count,)]
        assert kept.rows("SELECT count(*) FROM token_families") == [(count,)]
        assert kept.rows("SELECT count(*) FROM authorization_codes") == [(count,)]


def test_refresh_token_that_comes_back_is_seen_for_what_it_is_as_long_as_its_family_lives(kept: Stand) -> None:
    token = first = obtain_refresh_token(kept, kept.browser())
    for _ in range(8):
        kept.clock.advance(10 * DAY)
        run_jobs(kept)
        answer = refresh(kept, token)
        assert answer.status == 200
        token = str(answer.body["refresh_token"])
    assert refresh(kept, first).status == 400
    assert kept.actions()[-2:] == ["refresh.reused refused", "tokens.revoked"]
    assert refresh(kept, token).status == 400


def test_many_rows_are_thrown_away_piece_by_piece(kept: Stand) -> None:
    """More than one transaction takes."""
    rows = [{"assertion_hash": bytes([*divmod(number, 256)]), "expires_at": Stand.START} for number in range(750)]
    assert len(rows) > retention.PURGED_AT_ONCE
    with kept.realm.database.write() as connection:
        connection.execute(insert(table_of(UsedAssertion)), rows)
    kept.clock.advance(DAY + 1)
    run_jobs(kept)
    assert kept.rows("SELECT count(*) FROM used_assertions") == [(0,)]


def test_every_table_whose_rows_expire_is_purged(stand: Stand) -> None:
    """Whoever adds a table of things with a term says here that they go, too."""
    expiring = {table.name for table in Base.metadata.sorted_tables if "expires_at" in table.c}
    assert expiring <= leftover_tables(stand) | {"authorization_codes", "refresh_tokens"}


def test_i31_removed_person_stays_in_the_journal_by_their_pseudonym(kept: Stand) -> None:
    kept.sign_in(kept.browser().open(kept.authorize_url()))
    vera = kept.citizen("vera@example.test")
    before = [event for event in kept.events() if f"citizen:{vera}" in (event["actor"], event["object"])]
    assert before
    Control(kept.control()).ask("DELETE", f"/people/{vera}")
    after = [event for event in kept.events() if f"citizen:{vera}" in (event["actor"], event["object"])]
    assert after[: len(before)] == before
    assert after[-1]["action"] == "citizen.removed"
    assert verified(kept.realm).is_whole


def test_reset_leaves_the_jobs_that_recur(kept: Stand) -> None:
    Control(kept.control()).ask("POST", "/reset")
    assert kept.rows("SELECT id FROM jobs ORDER BY id") == [("purge.journal",), ("purge.leftovers",)]
    assert verified(kept.realm).is_whole
