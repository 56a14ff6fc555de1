"""What a stolen file would tell, and what an edited one would hide."""

import shutil
import sqlite3
import tomllib
from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from ground.journal import Journal
from ground.sealing import SealBroken
from idp.citizens import directory
from tests.idp.stand import Stand

PERSONAL = (
    "family_name",
    "given_name",
    "middle_name",
    "birthdate",
    "snils",
    "inn",
    "policy",
    "passport_number",
    "phone",
    "email",
    "password",
)


def journey(stand: Stand) -> None:
    """Everything that leaves a trace: a wrong pair, a code, consent, tokens, logout."""
    browser = stand.browser().open(
        stand.authorize_url(acr_values="substantial", scope="openid profile snils", login_hint="vera@example.test")
    )
    stand.sign_in(browser, login="vera@example.test", password="a wrong password")
    stand.sign_in(browser, login="80000000017").submit("code-form", "submit", code=stand.last_code()).submit("consent", "allow")
    token = str(stand.redeem(stand.code_from(browser)).body["access_token"])
    stand.userinfo(token)
    browser.open(f"{stand.issuer}/oauth2/logout").submit("logout", "submit")


def test_database_and_its_log_hold_no_personal_data_and_no_message(stand: Stand) -> None:
    journey(stand)
    people = tomllib.loads((stand.settings.home / "config" / "seed" / "people.toml").read_text())["people"]
    planted = {str(person[name]) for person in people for name in PERSONAL}
    planted |= {
        "80000000017",
        "70000000017",
        "00000001700",
        "a wrong password",
        "Ромашкина Вера",
        "код для входа",
        stand.last_code(),
    }
    planted |= {text.encode("unicode_escape").decode() for text in planted}
    files = [file for file in stand.settings.var_folder.iterdir() if file.name.startswith("idp.sqlite3")]
    assert any(file.name.endswith("-wal") and file.stat().st_size for file in files), "the log is part of the proof"
    found = [(file.name, text) for file in files for text in planted if text.encode() in file.read_bytes()]
    # Short numbers such as 000017 also occur in random bytes; six digits of a code do not stand alone in a row of ours.
    assert [hit for hit in found if len(hit[1]) > 6] == []


def test_sealed_row_moved_to_another_person_does_not_open(stand: Stand) -> None:
    vera, maya = stand.citizen("vera@example.test"), stand.citizen("maya@example.test")
    stand.execute("UPDATE citizens SET sealed = (SELECT sealed FROM citizens WHERE id = ?) WHERE id = ?", vera, maya)
    with stand.realm.database.read() as connection, pytest.raises(SealBroken):
        directory.find(stand.realm, connection, maya)


def test_message_moved_to_another_row_does_not_open(stand: Stand) -> None:
    for _ in range(2):
        stand.sign_in(stand.browser().open(stand.authorize_url(acr_values="substantial")))
    stand.execute("UPDATE outbox SET sealed = (SELECT sealed FROM outbox WHERE number = 1) WHERE number = 2")
    with pytest.raises(SealBroken):
        stand.sms()


def findings(stand: Stand) -> list[tuple[int, str]]:
    with stand.realm.database.read() as connection:
        return [(finding.seq, finding.kind) for finding in stand.realm.journal.verify(connection)]


def test_chain_is_whole_after_a_journey(stand: Stand) -> None:
    journey(stand)
    assert findings(stand) == []
    assert {"password.checked refused", "password.checked", "code.sent", "code.checked", "session.opened opened", "consent.given",
            "authorization.issued", "authorization.redeemed", "session.ended",
            "tokens.revoked"} <= set(stand.actions())  # fmt: skip


@pytest.mark.parametrize(
    "column",
    [
        "at = at + 1",
        "actor = 'x'",
        "action = 'x'",
        "object = 'x'",
        "outcome = 'x'",
        "detail = '{}'",
        "previous = x'00'",
        "link = x'00'",
    ],
)
def test_edited_row_is_found_and_named(stand: Stand, column: str) -> None:
    journey(stand)
    number = stand.rows("SELECT seq FROM journal WHERE action = 'consent.given'")[0][0]
    stand.execute(f"UPDATE journal SET {column} WHERE seq = ?", number)  # noqa: S608 - columns of the table above
    assert (number, "edited") in findings(stand)


def test_removed_row_is_found(stand: Stand) -> None:
    journey(stand)
    stand.execute("DELETE FROM journal WHERE seq = 5")
    assert (5, "gap") in findings(stand)


def test_removed_row_whose_followers_were_renumbered_is_found(stand: Stand) -> None:
    journey(stand)
    stand.execute("DELETE FROM journal WHERE seq = 5")
    for number in range(6, len(stand.events()) + 2):
        stand.execute("UPDATE journal SET seq = ? WHERE seq = ?", number - 1, number)
    assert (5, "unlinked") in findings(stand)
    assert (5, "edited") in findings(stand)


def test_reordered_rows_are_found(stand: Stand) -> None:
    journey(stand)
    for old, new in ((5, 0), (6, 5), (0, 6)):
        stand.execute("UPDATE journal SET seq = ? WHERE seq = ?", new, old)
    assert {5, 6} <= {number for number, _ in findings(stand)}


def test_journal_holds_no_personal_data_and_no_secret(stand: Stand) -> None:
    journey(stand)
    text = str(stand.events())
    for word in ("Ромашкина", "vera@", "0000000017", "000-000-017", "romashka", "wrong password", stand.last_code()):
        assert word not in text


def test_refused_sign_in_leaves_its_row(stand: Stand) -> None:
    browser = stand.browser().open(stand.authorize_url())
    stand.sign_in(browser, password="wrong")
    stand.sign_in(browser, login="nobody@example.test")
    rows = stand.events()[-2:]
    assert [row["outcome"] for row in rows] == ["refused", "refused"]
    assert [row["actor"] for row in rows] == [f"citizen:{stand.citizen('vera@example.test')}", "citizen:unknown"]


def test_deed_whose_row_cannot_be_written_is_not_done(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = stand.sign_in(stand.browser().open(stand.authorize_url()))
    honest: Callable[..., int] = Journal.append

    def fail_for_codes(self: Journal, connection: Connection, **row: str) -> int:
        if row["action"] == "authorization.issued":
            raise OSError("no room")
        return honest(self, connection, **row)

    monkeypatch.setattr(Journal, "append", fail_for_codes)
    assert browser.submit("consent", "allow").status == 500
    assert stand.rows("SELECT count(*) FROM authorization_codes") == [(0,)]
    monkeypatch.undo()
    address = browser.url
    assert "code=" in browser.open(address).url, "the request was not used up by the failure"


def test_killed_writer_loses_nothing_acknowledged(stand: Stand) -> None:
    # What a kill leaves is the database and its log as they are on disk at that moment.
    stand.obtain_code()
    copy = stand.settings.home / "after the kill"
    copy.mkdir()
    for file in stand.settings.var_folder.glob("idp.sqlite3*"):
        shutil.copy(file, copy / file.name)
    with sqlite3.connect(copy / "idp.sqlite3") as connection:
        (count,) = connection.execute("SELECT count(*) FROM authorization_codes").fetchone()
        (whole,) = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    assert (count, whole) == (1, "ok")
