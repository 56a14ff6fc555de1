"""Between the rooms: what one begins while another ends what it rests on."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import Connection, update

from idp.account import removal
from idp.audit import Event, record
from idp.authentication import completion, risk, views
from idp.authentication.methods.password.method import PasswordMethod
from idp.authentication.methods.password.store import change_password
from idp.authentication.risk import Place
from idp.citizens import children, directory
from idp.citizens.children import BirthCertificate
from idp.citizens.models import PersonalData
from idp.interaction import course
from idp.logout.session_end import end_everywhere
from idp.logout.withdrawal import withdraw
from idp.recovery import by_letter
from idp.sessions import store
from idp.sign_up import registration
from idp.sign_up.form import Wanted
from idp.tokens import families
from tests.idp.recovery.locked_out import NEW, PASSWORD, VERA, ask, link, lock, tried
from tests.idp.recovery.test_by_letter import at_password, choose
from tests.idp.recovery.test_by_video import opened, operator, send
from tests.idp.stand import ISSUER, Stand

ACCOUNT = f"{ISSUER}/account"
A_MOMENT = 0.4
"""How long something may take that nobody waits for, in seconds."""
PLACES: dict[str, tuple[Any, str]] = {
    "dispatch": (course, "next_step"),
    "completion": (completion.store, "open_session"),
    "before completion": (views, "complete"),
    "compared": (PasswordMethod, "conclude"),
    "giving back": (families, "record"),
    "signing in": (completion, "remember"),
    "reset": (by_letter, "end_everywhere"),
    "removal": (directory, "remove"),
    "first code": (registration.codes, "send"),
}
AFTER = ("dispatch", "removal", "first code")
"""Where something may come in between: after these, before the others."""
OTHER_MAIL = "vera@elsewhere.test"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest, stand_settings: dict[str, object]) -> Stand:
    """Asks for the settings so that a test may give its own."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


@pytest.mark.parametrize("path", ["/staff/people/", "/staff/recoveries/", "/staff/incidents/", "/account/sessions/browsers/"])
def test_an_endless_name_in_an_address_is_nothing_here(stand: Stand, path: str) -> None:
    """Whoever is not signed in is sent to sign in and back, and whoever has no role is written down with the page they wanted:
    an address that is longer than an attempt or the journal may hold was an error of the server on PostgreSQL, for anybody."""
    browsers = stand.browser(), tried(stand, PASSWORD)
    for browser in browsers:
        for length in (100, 180, 300, 3000):
            page = browser.open(f"{ISSUER}{path}{'9' * length}")
            assert page.status in (200, 403, 404, 405), (length, page.status)


def change_mail(stand: Stand) -> None:
    """Vera has another mailbox from now on, and has confirmed it."""
    with stand.realm.database.write() as connection:
        person = directory.find(stand.realm, connection, stand.citizen(VERA))
        assert person is not None
        moved = replace(person, data=replace(person.data, email=OTHER_MAIL))
        directory.change(stand.realm, connection, moved, actor="operator:test")


@pytest.mark.parametrize("is_followed", [False, True])
def test_lm_09_a_letter_to_a_mailbox_that_was_given_up_sets_no_password(stand: Stand, is_followed: bool) -> None:
    """Somebody reads Vera's mail and asks for a new password; Vera gives her account another mailbox, in time. The letter that is
    in the old one must not open the account any more, followed already or not."""
    stand.execute("DELETE FROM devices")
    stand.execute("UPDATE citizens SET phone_verified_at = NULL")
    browser = ask(stand, "email")
    address = link(stand)
    if is_followed:
        browser.open(address)
        assert "password-form" in browser.forms(), browser.text
    change_mail(stand)
    if not is_followed:
        assert browser.open(address).status == 404
    else:
        page = browser.submit("password-form", "submit", **{"new-password": NEW, "new-password-again": NEW})
        assert page.status == 404
    assert "password.reset" not in stand.actions()
    assert tried(stand, PASSWORD, login=OTHER_MAIL).url == f"{ISSUER}/account"


def test_a_staff_deed_is_not_done_with_proofs_of_this_morning(stand: Stand) -> None:
    """An operator went to lunch and left the screen with a recording open: who passes by must not let anybody in. Every other
    deed of the staff asks for both factors of the last five minutes."""
    lock(stand)
    send(ask(stand, "video"))
    browser = opened(stand, operator(stand))
    stand.clock.advance(301)
    browser.submit("approve-form", "approve")
    assert "/sign-in/" in browser.url, browser.url
    assert "account.unlocked" not in stand.actions()


def in_between(stand: Stand, place: str, deed: Callable[[Connection], Any], go_on: Callable[[], Any]) -> Any:
    """What `go_on` gives, while somebody else does the deed at this place. The deed is waited for, unless it waits itself for us
    to be through."""
    module, name = PLACES[place]
    original = getattr(module, name)
    others: list[threading.Thread] = []
    failures: list[Exception] = []

    def do() -> None:
        try:
            with stand.realm.database.write() as connection:
                deed(connection)
        except Exception as failure:
            failures.append(failure)
        finally:
            stand.realm.database.release()

    def between(*arguments: Any, **named: Any) -> Any:
        decided = original(*arguments, **named) if place in AFTER else None
        if not others:
            others.append(threading.Thread(target=do))
            others[0].start()
            others[0].join(A_MOMENT)
        return decided if place in AFTER else original(*arguments, **named)

    with mock.patch.object(module, name, between):
        result = go_on()
    others[0].join()
    assert not failures, failures
    return result


@pytest.mark.parametrize("deed", ["sessions end", "consent withdrawn"])
def test_tk_20_se_21_no_code_outlives_what_ends_while_it_is_issued(stand: Stand, deed: str) -> None:
    """The provider has decided that nothing is missing, and is about to write the code, when all sessions end, or the consent is
    withdrawn. What was not there yet was not killed: on PostgreSQL the code came alive afterwards, with tokens of offline
    access for ever."""
    scope = "openid profile offline_access"
    browser = stand.browser()
    stand.tokens(browser, scope=scope, prompt="consent")
    vera = stand.citizen(VERA)

    def end(connection: Connection) -> None:
        if deed == "sessions end":
            end_everywhere(stand.realm, connection, vera, because="ended_by_person", actor=f"citizen:{vera}")
        else:
            assert withdraw(stand.realm, connection, vera, "client")

    in_between(stand, "dispatch", end, lambda: browser.open(stand.authorize_url(scope=scope)))
    alive = stand.rows("SELECT id FROM token_families WHERE revoked_at IS NULL")
    assert alive == [], "whatever was granted is dead"


def test_a_session_that_ended_meanwhile_is_not_raised(stand: Stand) -> None:
    """Somebody proves a second factor in a browser whose session is just being ended from another one: the journal must not say
    that it was raised, and they are asked anew."""
    browser = tried(stand, PASSWORD)
    vera = stand.citizen(VERA)
    stand.clock.advance(301)
    stand.sign_in(browser.open(f"{ISSUER}/account/children/add"))
    assert "code-form" in browser.forms(), browser.text
    in_between(
        stand,
        "completion",
        lambda connection: end_everywhere(stand.realm, connection, vera, because="ended_by_person", actor=f"citizen:{vera}"),
        lambda: browser.submit("code-form", "submit", code=stand.last_code()),
    )
    done = [(event["action"], event["outcome"]) for event in stand.events() if str(event["action"]).startswith("session.")]
    assert done[-1] != ("session.opened", "raised") or ("session.ended", "done") not in done, done


def use_session(stand: Stand, sid: str) -> Callable[[Connection], None]:
    """What a client does that refreshes: the session first, then the journal."""

    def use(connection: Connection) -> None:
        store.keep_alive(stand.realm, connection, sid)
        record(stand.realm, connection, Event.TOKENS_REFRESHED, actor="client:client", object="family:test")

    return use


def test_a_new_password_by_letter_and_a_client_at_work_do_not_wait_for_one_another(stand: Stand) -> None:
    """A client refreshes while the owner sets a new password by a letter. The one held the journal and wanted the session, the
    other held the session and wanted the journal: PostgreSQL ended one of them with an error."""
    tried(stand, PASSWORD)
    sid = str(stand.rows("SELECT sid FROM sessions")[0][0])
    browser = at_password(stand)
    in_between(stand, "reset", use_session(stand, sid), lambda: choose(browser))
    assert "Пароль изменён" in browser.text
    assert tried(stand, NEW).url == ACCOUNT


def test_a_parent_is_removed_while_a_client_is_at_work(stand: Stand) -> None:
    """The same when a person is removed who has a child here: the child goes first, and its end stands in the journal."""
    tried(stand, PASSWORD)
    sid = str(stand.rows("SELECT sid FROM sessions")[0][0])
    vera = stand.citizen(VERA)
    with stand.realm.database.write() as connection:
        parent = directory.find(stand.realm, connection, vera)
        assert parent is not None
        born = PersonalData("Новикова", "Ася", None, birthdate="2020-05-05")
        children.add(stand.realm, connection, parent, born, BirthCertificate("II-АБ", "123456"), actor="operator:test")

    def remove() -> None:
        with stand.realm.database.write() as connection:
            directory.hold(connection, vera)
            removal.remove_person(stand.realm, connection, vera, actor="operator:test")

    in_between(stand, "removal", use_session(stand, sid), remove)
    assert stand.rows(f"SELECT child_id FROM children WHERE parent_id = '{vera}'") == []  # noqa: S608 - an id


@pytest.mark.parametrize("place", ["compared", "before completion"])
def test_tk_19_an_old_password_lets_nobody_in_that_is_changed_while_it_is_judged(stand: Stand, place: str) -> None:
    """Somebody types the old password at the very moment in which the owner changes it and ends the other sessions. Hashing takes
    a while: what was right when it was compared must open no session afterwards."""
    vera = stand.citizen(VERA)
    browser = stand.browser().open(ACCOUNT)
    stand.clock.advance(5)
    in_between(
        stand,
        place,
        lambda connection: change_password(stand.realm, connection, vera, NEW, actor=f"citizen:{vera}"),
        lambda: stand.sign_in(browser),
    )
    assert "idp_session" not in browser.session.cookies
    assert "session.opened" not in stand.actions()
    assert tried(stand, NEW).url == ACCOUNT


def test_a_browser_is_forgotten_while_somebody_signs_in_there(stand: Stand) -> None:
    """The owner forgets a browser at the very moment in which they sign in with it: one held the journal and wanted the
    place, the other the place and wanted the journal."""
    place = Place("a browser", "127.0.0.1", "Firefox")
    vera = stand.citizen(VERA)
    with stand.realm.database.write() as connection:
        risk.remember(stand.realm, connection, vera, place)
    known = risk.id_of(stand.realm, vera, place)
    assert known is not None
    browser = stand.browser().open(ACCOUNT)
    with mock.patch.object(views, "_place", return_value=place):
        in_between(
            stand,
            "signing in",
            lambda connection: risk.forget_browser(stand.realm, connection, vera, known),
            lambda: stand.sign_in(browser),
        )
    assert browser.url == ACCOUNT, browser.text


def test_a_client_gives_its_token_back_while_its_person_signs_out(stand: Stand) -> None:
    """A service signs somebody out: it gives its refresh token back, and sends the browser to the end of the session. The one had
    the family and wanted the journal, the other the journal and wanted the family."""
    stand.tokens(scope="openid profile offline_access", prompt="consent")
    vera = stand.citizen(VERA)
    family_id = str(stand.rows("SELECT id FROM token_families")[0][0])

    def give_back() -> None:
        with stand.realm.database.write() as connection:
            families.revoke(stand.realm, connection, family_id, because="given_back", actor="client:client")

    def sign_out(connection: Connection) -> None:
        end_everywhere(stand.realm, connection, vera, because="signed_out", actor=f"citizen:{vera}")

    in_between(stand, "giving back", sign_out, give_back)
    assert stand.rows("SELECT id FROM token_families WHERE revoked_at IS NULL") == []


def test_co_07_two_who_sign_up_with_one_mailbox_do_not_wait_for_one_another(stand: Stand) -> None:
    """One brings a telephone and a mailbox, the other the same mailbox alone: the first had the journal, after its SMS, and
    wanted the turn of the mailbox; the second had that and wanted the journal."""

    def begin(connection: Connection, phone: str | None) -> str:
        wanted = Wanted("Новикова", "Вера", None, phone, "newcomer@example.test", "a hash", "/account")
        return registration.begin(stand.realm, connection, wanted, browser="a browser", remote_address="127.0.0.1")

    def begin_with_phone() -> str:
        with stand.realm.database.write() as connection:
            return begin(connection, "+79990001122")

    assert in_between(stand, "first code", lambda connection: begin(connection, None), begin_with_phone)
    assert stand.rows("SELECT count(*) FROM registrations") == [(2,)]


def test_tk_18_the_account_is_not_shown_to_a_session_of_somebody_disabled(stand: Stand) -> None:
    """Whatever has shut them out, and whatever became of the session: it opens no page."""
    browser = tried(stand, PASSWORD)
    stand.execute("UPDATE citizens SET disabled_at = 1")
    assert "sign-in" in browser.open(ACCOUNT).forms()


def test_se_07_a_client_at_work_does_not_keep_a_session_beyond_twelve_hours(stand: Stand) -> None:
    """Used a second ago, but opened twelve hours and a second ago."""
    tried(stand, PASSWORD)
    sid = str(stand.rows("SELECT sid FROM sessions")[0][0])
    for created, is_kept in ((12 * 3600, True), (12 * 3600 + 1, False)):
        now = stand.clock.now()
        with stand.realm.database.write() as connection:
            connection.execute(update(store.SESSIONS).values(created_at=now - created, seen_at=now))
        with stand.realm.database.write() as connection:
            assert store.keep_alive(stand.realm, connection, sid) is is_kept
