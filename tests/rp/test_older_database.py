"""An older copy of the registry's database comes back: whoever was signed out, or was on the way, is not signed in by it."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from ground.preparation import back_up
from rp.cli import main
from rp.epoch import settle
from rp.organisations.directory import find_by_ogrn
from rp.patients.directory import find_by_snils
from rp.relations.hiding import Group, hidden_groups, hide_groups
from rp.relations.partners import give_consent, has_consent, withdraw_consent
from tests.rp.conftest import Browser, Stand
from tests.rp.fake_provider import VERA
from tests.rp.relations.test_family import person_in, send, trust


@pytest.fixture
def stand(make_stand: object, monkeypatch: pytest.MonkeyPatch) -> Stand:
    stand: Stand = make_stand()  # type: ignore[operator]
    monkeypatch.setenv("PROPUSK_HOME", str(stand.home.root))
    settle(stand.realm)
    return stand


def is_signed_in(stand: Stand, cookie: str) -> bool:
    browser = stand.browser()
    browser.client.set_cookie("rp_session", cookie, domain="localhost")
    return browser.get("/").status_code == 200


def signed_in(stand: Stand) -> tuple[Browser, str]:
    browser = stand.browser()
    browser.sign_in()
    cookie = browser.client.get_cookie("rp_session")
    assert cookie is not None
    return browser, cookie.value


def put_back(stand: Stand, copy: Path) -> Stand:
    """By hand, and then a process that begins anew."""
    stand.realm.database.close()
    for log in ("-wal", "-shm"):
        stand.home.sqlite_file.with_name(f"rp.sqlite3{log}").unlink(missing_ok=True)
    shutil.copyfile(copy, stand.home.sqlite_file)
    return stand.restarted()


def test_i2_trust_that_was_withdrawn_is_not_alive_in_an_older_copy(stand: Stand) -> None:
    vera = person_in(stand, VERA)
    trust(vera)
    trust(vera, snils="000-000-019 00", label="Майя")
    copy = back_up(stand.home.sqlite_file, stand.home.variable, stand.clock)
    settle(stand.realm)
    end = re.findall(r'href="(/family/[^"]+/end)"', vera.get("/family").text)[0]
    send(vera, end, end)
    trust(vera, snils="000-000-019 00", label="Майя, снова")
    again = put_back(stand, copy)
    lines = settle(again.realm)
    assert "2 representations withdrawn again, which a copy of the database had brought back" in lines
    page = person_in(again, VERA).get("/family").text
    assert "Сосед Пётр" not in page
    assert "Майя" not in page


def test_i2_what_insurers_and_partners_may_not_see_is_not_shown_them_by_an_older_copy(stand: Stand) -> None:
    with stand.realm.database.write() as connection:
        vera = find_by_snils(connection, stand.realm, "000-000-017 00")
        partner = find_by_ogrn(connection, "1000000000219")
        assert vera is not None and partner is not None
        pair = {"patient_id": vera.id, "organisation_id": partner.id}
        give_consent(connection, stand.realm, **pair, actor="patient:vera")
    copy = back_up(stand.home.sqlite_file, stand.home.variable, stand.clock)
    settle(stand.realm)
    with stand.realm.database.write() as connection:
        withdraw_consent(connection, stand.realm, **pair, actor="patient:vera")
        hide_groups(connection, stand.realm, patient_id=vera.id, groups=[Group.ANTIBODIES], actor="patient:vera")
    again = put_back(stand, copy)
    lines = settle(again.realm)
    assert "2 times people's word against insurers and partners holds again, which a copy had taken back" in lines
    with again.realm.database.read() as connection:
        assert not has_consent(connection, **pair)
        assert hidden_groups(connection, vera.id) == {Group.ANTIBODIES}


def test_i2_session_that_was_ended_and_answer_that_was_used_are_dead_in_an_older_copy(stand: Stand) -> None:
    browser, cookie = signed_in(stand)
    underway = stand.browser()
    answer = stand.provider.approve(underway.leave_for())
    copy = back_up(stand.home.sqlite_file, stand.home.variable, stand.clock)
    settle(stand.realm)
    underway.come_back(answer)
    stand.realm.database.close()

    raw = put_back(stand, copy)
    assert is_signed_in(raw, cookie), "as the copy has it"
    again = put_back(raw, copy)
    assert settle(again.realm)[0].endswith("epoch 2 begins, and everybody signs in anew (2 things ended)")
    assert not is_signed_in(again, cookie)
    returning = Browser(again, underway.client)
    assert returning.come_back(answer).headers["Location"].startswith("/sign-in/refused?reason=")
    assert settle(again.realm) == []
    with again.realm.database.read() as connection:
        assert again.realm.journal.verify(connection) == []
    assert browser.get("/health").status_code in (200, 404)
    again.realm.database.close()


def test_restore_is_a_command_of_the_registry_too(stand: Stand) -> None:
    _, cookie = signed_in(stand)
    copy = back_up(stand.home.sqlite_file, stand.home.variable, stand.clock)
    settle(stand.realm)
    stand.realm.database.close()
    done = CliRunner().invoke(main, ["restore", str(copy)])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0].startswith("the database that was there is kept as ")
    assert lines[3].startswith("rp: a copy of the database was restored; epoch 2 begins")
    again = stand.restarted()
    assert not is_signed_in(again, cookie)
    again.realm.database.close()


def test_ordinary_start_ends_nothing(stand: Stand) -> None:
    _, cookie = signed_in(stand)
    assert settle(stand.realm) == []
    assert is_signed_in(stand, cookie)
