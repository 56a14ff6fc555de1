"""Between the rooms: what one begins while another ends what it rests on."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import Connection

from idp.authentication import completion
from idp.citizens import directory
from idp.logout.session_end import end_everywhere
from idp.logout.withdrawal import withdraw
from idp.oauth import course
from tests.browser import Browser
from tests.idp.recovery.locked_out import NEW, PASSWORD, VERA, ask, link, lock, tried
from tests.idp.recovery.test_by_video import opened, operator, send
from tests.idp.stand import ISSUER, Stand

ACCOUNT = f"{ISSUER}/account"
A_MOMENT = 0.4
"""How long something may take that nobody waits for, in seconds."""
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
    """What `go_on` gives, while somebody else does the deed right after what stands at this place. The deed is waited for, unless
    it waits itself until we are through."""
    module, name = {"dispatch": (course, "next_step"), "completion": (completion.store, "open_session")}[place]
    original = getattr(module, name)
    others: list[threading.Thread] = []

    def do() -> None:
        try:
            with stand.realm.database.write() as connection:
                deed(connection)
        finally:
            stand.realm.database.release()

    def between(*arguments: Any, **named: Any) -> Any:
        decided = original(*arguments, **named) if place == "dispatch" else None
        if not others:
            others.append(threading.Thread(target=do))
            others[0].start()
            others[0].join(A_MOMENT)
        return decided if place == "dispatch" else original(*arguments, **named)

    with mock.patch.object(module, name, between):
        result = go_on()
    others[0].join()
    return result


@pytest.mark.parametrize("deed", ["sessions end", "consent withdrawn"])
def test_tk_20_se_21_no_code_outlives_what_ends_while_it_is_issued(stand: Stand, deed: str) -> None:
    """The provider has decided that nothing is missing, and is about to write the code, when all sessions end, or the consent is
    withdrawn. What was not there yet was not killed: on PostgreSQL the code came alive afterwards, with a refresh token of offline
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
