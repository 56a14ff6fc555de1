"""Who gives roles to whom: administrators, to others, one at a time, and never so that none is left."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import pytest

from idp.citizens import roles
from idp.citizens.last_administrator import LastAdministrator
from idp.epoch.again import kill_again
from idp.tombstones import Buried
from tests.browser import Browser
from tests.idp.control.conftest import Control
from tests.idp.staff.work import PASSWORDS, STAFF, VERA, actor, at_work, found, written
from tests.idp.stand import ISSUER, Stand

Done = TypeVar("Done")
GLEB, NINA, MAYA = "gleb@example.test", "nina@example.test", "maya@example.test"


def deed(stand: Stand, login: str, name: str, role: str, browser: Browser | None = None) -> Browser:
    """The administrator confirms that a role is given or taken."""
    path = f"/members/{stand.citizen(login)}/{name}/{role}"
    browser = browser.open(STAFF + path) if browser else at_work(stand, "administrator", path)
    return browser.submit("deed-form", "submit")


def at_once(stand: Stand, *deeds: Callable[[], Done]) -> list[Done]:
    """What came of deeds that are done at the same time."""
    begin = threading.Barrier(len(deeds))

    def do(deed: Callable[[], Done]) -> Done:
        begin.wait()
        try:
            return deed()
        finally:
            stand.realm.database.release()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def roles_of(stand: Stand, login: str) -> set[str]:
    query = f"SELECT role FROM citizen_roles WHERE citizen_id = '{stand.citizen(login)}'"  # noqa: S608 - names of ours
    return {str(role) for (role,) in stand.rows(query)} - {"citizen.medical_service"}


def test_r144_i36_administrator_gives_a_role_and_takes_it_and_the_journal_says_so(stand: Stand) -> None:
    browser = found(stand, "administrator", "/members", VERA)
    assert "Ромашкина Вера Тимофеевна" in browser.text and "000-000-017" not in browser.text
    page = deed(stand, VERA, "give", "support", browser)
    assert page.url == f"{STAFF}/members/{stand.citizen(VERA)}"
    assert roles_of(stand, VERA) == {"support"}
    assert "Ромашкина Вера Тимофеевна" in page.open(f"{STAFF}/members").text
    deed(stand, VERA, "take", "support", browser)
    assert roles_of(stand, VERA) == set()
    gleb, vera = actor(stand, GLEB), actor(stand, VERA)
    assert written(stand, "role.given")[-1] == (gleb, vera, "done", {"role": "support"})
    assert written(stand, "role.taken") == [(gleb, vera, "done", {"role": "support"})]


def test_role_works_at_once_and_ends_at_once(stand: Stand) -> None:
    browser = at_work(stand, "administrator")
    deed(stand, VERA, "give", "operator", browser)
    vera = at_work(stand, "citizen", "/people")
    assert "find" in vera.forms()
    deed(stand, VERA, "take", "operator", browser)
    assert vera.submit("find", "submit", login=MAYA).status == 403


@pytest.mark.parametrize("role", ["operator", "support", "officer"])
def test_i26_nobody_gives_a_role_to_themselves(stand: Stand, role: str) -> None:
    browser = at_work(stand, "administrator", f"/members/{stand.citizen(GLEB)}")
    assert "Себе роль не даёт никто" in browser.text and "/give/" not in browser.answer.text
    page = deed(stand, GLEB, "give", role, browser)
    assert page.status == 403 and "Себе роль не дать" in page.text
    assert roles_of(stand, GLEB) == {"administrator"}
    assert written(stand, "role.given")[-1][2:] == ("own", {"role": role})


@pytest.mark.parametrize("who", ["citizen", "operator", "support", "officer"])
def test_i26_nobody_but_an_administrator_gives_a_role(stand: Stand, who: str) -> None:
    login, password = PASSWORDS[who]
    path = f"{STAFF}/members/{stand.citizen(VERA)}/give/{'support' if who != 'support' else 'operator'}"
    browser = stand.browser().open(path)
    token = browser.forms()["sign-in"].values["csrf_token"]
    stand.sign_in(browser, login=login, password=password)
    if "code-form" in browser.forms():
        browser.submit("code-form", "submit", code=stand.last_code())
    assert browser.url == path and browser.status == 403 and "Недостаточно прав" in browser.text
    assert browser.session.post(path, data={"csrf_token": token}).status_code == 403
    assert roles_of(stand, VERA) == set()
    refused = {row[:3] for row in written(stand, "access.refused")}
    assert refused == {(actor(stand, login), f"page:{path.removeprefix(ISSUER)}", "no_role")}


@pytest.mark.parametrize("login", [NINA, GLEB])
def test_r144_administrator_and_officer_are_two_people(stand: Stand, login: str) -> None:
    """So whoever gives roles never reads the journal of it."""
    stand.give_role(MAYA, "administrator")
    role = "administrator" if login == NINA else "officer"
    with stand.realm.database.write() as connection, pytest.raises(roles.RoleNotGiven, match="excluded"):
        roles.give(stand.realm, connection, stand.citizen(login), role, actor="operator:test")
    if login == NINA:
        page = deed(stand, NINA, "give", "administrator")
        assert page.status == 409 and "не сочетаются" in page.text


def test_last_administrator_stays(stand: Stand) -> None:
    page = deed(stand, GLEB, "take", "administrator")
    assert page.status == 409 and "последний администратор" in page.text
    assert roles_of(stand, GLEB) == {"administrator"}
    assert written(stand, "role.taken") == [
        (actor(stand, GLEB), actor(stand, GLEB), "last_administrator", {"role": "administrator"})
    ]


def test_administrator_who_is_not_the_last_goes(stand: Stand) -> None:
    stand.give_role(VERA, "administrator")
    page = deed(stand, GLEB, "take", "administrator")
    assert page.url == f"{ISSUER}/account"
    assert page.open(f"{STAFF}/members").status == 403
    assert deed(stand, VERA, "take", "administrator", at_work(stand, "citizen")).status == 409


def test_disabled_administrator_does_not_count(stand: Stand) -> None:
    stand.give_role(VERA, "administrator")
    stand.execute(f"UPDATE citizens SET disabled_at = 1 WHERE id = '{stand.citizen(VERA)}'")  # noqa: S608 - names of ours
    assert deed(stand, GLEB, "take", "administrator").status == 409
    assert deed(stand, VERA, "take", "administrator").status == 200, "they are not the last who can"


def test_last_administrator_is_neither_disabled_nor_removed(stand: Stand) -> None:
    control = Control(stand.control())
    path = f"/people/{stand.citizen(GLEB)}"
    for method, body in (("PATCH", {"disabled": True}), ("PATCH", {"roles": []}), ("DELETE", None)):
        assert control.refused(method, path, body) == (409, "last_administrator")
    assert control.get(path)["disabled"] is False
    assert "Работа" in at_work(stand, "administrator").text
    assert control.refused("POST", "/people", {"roles": ["administrator", "officer"]}) == (409, "roles_excluded")
    control.post("/people", roles=["administrator"])
    assert control.ask("DELETE", path).status_code == 204


@pytest.mark.parametrize("kind", [Buried.CITIZEN, Buried.CITIZEN_DISABLED])
def test_older_copy_that_knows_no_other_administrator_brings_nobody_back(stand: Stand, kind: Buried) -> None:
    """Who was removed or disabled after the copy had been made had another beside them, whom the copy does not have."""
    gleb = stand.citizen(GLEB)
    with stand.realm.database.write() as connection:
        kill_again(stand.realm, connection, kind.value, (gleb,))
    assert stand.rows(f"SELECT id FROM citizens WHERE id = '{gleb}' AND disabled_at IS NULL") == []  # noqa: S608 - names of ours


def test_of_two_administrators_who_take_each_others_role_at_once_one_stays(stand: Stand) -> None:
    stand.give_role(VERA, "administrator")
    browsers = [at_work(stand, "administrator"), at_work(stand, "citizen")]
    for browser, other in zip(browsers, (VERA, GLEB), strict=True):
        browser.open(f"{STAFF}/members/{stand.citizen(other)}/take/administrator")
    pressed = at_once(stand, *(partial(browser.submit, "deed-form", "submit") for browser in browsers))
    statuses = sorted(browser.status for browser in pressed)
    assert len(roles_of(stand, GLEB) | roles_of(stand, VERA)) == 1
    assert len(stand.rows("SELECT 1 FROM citizen_roles WHERE role = 'administrator'")) == 1
    assert statuses[0] == 200 and statuses[1] in (403, 409)


def test_of_one_who_takes_and_one_who_disables_an_administrator_at_once_one_is_late(stand: Stand) -> None:
    """Ten times, because the order of the two differs."""
    control = Control(stand.control())
    gleb, vera = stand.citizen(GLEB), stand.citizen(VERA)

    def take() -> str:
        try:
            with stand.realm.database.write() as connection:
                roles.take(stand.realm, connection, vera, "administrator", actor="operator:test")
        except LastAdministrator:
            return "kept"
        return "taken"

    def disable() -> str:
        return "disabled" if control.ask("PATCH", f"/people/{gleb}", {"disabled": True}).ok else "kept"

    for _ in range(10):
        control.done(control.ask("PATCH", f"/people/{vera}", {"roles": ["administrator"]}))
        assert sorted(at_once(stand, take, disable)) in (["kept", "taken"], ["disabled", "kept"])
        control.done(control.ask("PATCH", f"/people/{vera}", {"roles": ["administrator"]}))
        control.done(control.ask("PATCH", f"/people/{gleb}", {"disabled": False}))


def test_who_lost_the_role_meanwhile_gives_and_takes_nothing(stand: Stand) -> None:
    browser = at_work(stand, "administrator", f"/members/{stand.citizen(MAYA)}/give/support")
    stand.give_role(VERA, "administrator")
    with stand.realm.database.write() as connection:
        roles.take(stand.realm, connection, stand.citizen(GLEB), "administrator", actor="operator:test")
    assert browser.submit("deed-form", "submit").status == 403
    assert roles_of(stand, MAYA) == set()


def test_giving_takes_proofs_of_the_last_five_minutes_and_a_confirmation(stand: Stand) -> None:
    browser = at_work(stand, "administrator", f"/members/{stand.citizen(VERA)}/give/support")
    assert roles_of(stand, VERA) == set(), "a page that was opened gives nothing"
    stand.clock.advance(301)
    assert "sign-in" in browser.submit("deed-form", "submit").forms()
    assert roles_of(stand, VERA) == set()
    stand.sign_in(browser, login=GLEB, password="landysh-25")
    browser.submit("code-form", "submit", code=stand.last_code())
    assert "deed-form" in browser.forms(), "back where it was"
    browser.submit("deed-form", "submit")
    assert roles_of(stand, VERA) == {"support"}


def test_role_of_nobody_and_deed_of_nobody_are_not_there(stand: Stand) -> None:
    browser = at_work(stand, "administrator")
    for path in (f"{stand.citizen(VERA)}/give/doctor", f"{stand.citizen(VERA)}/give/citizen.medical_service", "x/give/support"):
        assert browser.open(f"{STAFF}/members/{path}").status == 404
    assert browser.open(f"{STAFF}/members/{stand.citizen(VERA)}/make/support").status == 404


@pytest.mark.parametrize("state", ["disabled_at = 1", "phone_verified_at = NULL, email_verified_at = NULL"])
def test_nobody_gets_a_role_who_could_not_work_with_it(stand: Stand, state: str) -> None:
    browser = at_work(stand, "administrator")
    stand.execute(f"UPDATE citizens SET {state} WHERE id = '{stand.citizen(MAYA)}'")  # noqa: S608 - names of ours
    page = deed(stand, MAYA, "give", "support", browser)
    assert page.status == 409
    assert ("второй способ" in page.text) == ("phone" in state)
    assert roles_of(stand, MAYA) == set()


def test_administrator_sees_and_sets_no_password_and_no_way_of_signing_in(stand: Stand) -> None:
    browser = found(stand, "administrator", "/members", VERA)
    pages = [browser.url, f"{STAFF}/members", f"{STAFF}/members/{stand.citizen(VERA)}/give/support"]
    for page in pages:
        browser.open(page)
        assert 'type="password"' not in browser.answer.text and "romashka-17" not in browser.answer.text
        assert "argon2" not in browser.answer.text
    assert {name for form in browser.forms().values() for name in form.values} == {"csrf_token"}
