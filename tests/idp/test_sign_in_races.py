"""Two answers at the same moment, on both databases: what may happen once happens once, and nothing of it is lost."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from idp.authentication import attempt as attempts
from idp.authentication import challenge, risk
from idp.authentication.attempt import Attempt, AttemptGone, Purpose
from idp.authentication.challenge import ChallengeGone
from idp.authentication.method import Refusal
from idp.authentication.methods import METHODS
from idp.authentication.risk import Place
from idp.citizens import directory
from idp.citizens.models import Person
from idp.protocol.assurance import Factor
from idp.protocol.vocabulary import Kind
from idp.throttling import counters
from tests.browser import Browser
from tests.idp.stand import Stand

AT_ONCE = 6
CODE = next(method for method in METHODS if method.name == "code")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest) -> Stand:
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


def raced(stand: Stand, *deeds: Callable[[], Any]) -> list[Any]:
    """What each deed gives or raises, all begun at once."""
    start = threading.Barrier(len(deeds))
    results: list[Any] = [None] * len(deeds)

    def run(number: int) -> None:
        start.wait()
        try:
            results[number] = deeds[number]()
        except Exception as raised:
            results[number] = raised
        finally:
            stand.realm.database.release()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def vera(stand: Stand) -> Person:
    with stand.realm.database.read() as connection:
        person = directory.find_by_login(stand.realm, connection, "vera@example.test")
    assert person is not None
    return person


def begun(stand: Stand, *, citizen_id: str | None = None) -> Attempt:
    with stand.realm.database.write() as connection:
        attempt_id = attempts.begin(
            stand.realm,
            connection,
            browser="browser",
            asked_level=None,
            purpose=Purpose(client_name="", client_host="", destination=""),
            return_path="/",
            citizen_id=citizen_id,
        )
        return attempts.find(stand.realm, connection, attempt_id, browser="browser")


def proving(stand: Stand, attempt: Attempt, method: str, kind: Kind, citizen_id: str) -> Callable[[], Attempt]:
    def prove() -> Attempt:
        with stand.realm.database.write() as connection:
            factor = Factor(method=method, kind=kind, amr=(method,), at=stand.clock.now())
            return attempts.add_factor(stand.realm, connection, attempt, factor, citizen_id=citizen_id)

    return prove


def test_of_two_proofs_at_once_neither_is_lost(stand: Stand) -> None:
    citizen_id = vera(stand).id
    for _ in range(20):
        attempt = begun(stand)
        raced(
            stand,
            proving(stand, attempt, "password", "knowledge", citizen_id),
            proving(stand, attempt, "passkey", "possession", citizen_id),
            proving(stand, attempt, "push", "possession", citizen_id),
        )
        with stand.realm.database.read() as connection:
            stored = attempts.find(stand.realm, connection, attempt.id, browser="browser")
        assert {factor.method for factor in stored.factors} == {"password", "passkey", "push"}


def test_of_two_persons_at_once_one_is_in_the_attempt_with_their_own_proof(stand: Stand) -> None:
    hers, his = vera(stand).id, stand.citizen("luka@example.test")
    for _ in range(20):
        attempt = begun(stand)
        results = raced(
            stand,
            proving(stand, attempt, "password", "knowledge", hers),
            proving(stand, attempt, "passkey", "possession", his),
        )
        assert sorted(type(result).__name__ for result in results) == ["Attempt", "AttemptGone"]
        assert any(isinstance(result, AttemptGone) for result in results)


def test_one_challenge_is_used_by_one_answer(stand: Stand) -> None:
    attempt = begun(stand)

    def use() -> str:
        with stand.realm.database.write() as connection:
            return challenge.use(stand.realm, connection, attempt, "passkey").id

    for _ in range(10):
        with stand.realm.database.write() as connection:
            asked = challenge.ask(stand.realm, connection, attempt, "passkey", {}, lifetime_seconds=60)
        results = raced(stand, *[use] * AT_ONCE)
        assert results.count(asked.id) == 1
        assert sum(isinstance(result, ChallengeGone) for result in results) == AT_ONCE - 1


def test_challenge_that_is_asked_again_in_the_same_second_is_the_one_that_waits(stand: Stand) -> None:
    attempt = begun(stand)
    with stand.realm.database.write() as connection:
        for _ in range(12):
            asked = challenge.ask(stand.realm, connection, attempt, "passkey", {}, lifetime_seconds=60)
            waiting = challenge.waiting(stand.realm, connection, attempt, "passkey")
            assert waiting is not None
            assert waiting.id == asked.id


def test_one_code_is_used_by_one_answer(stand: Stand) -> None:
    person = vera(stand)
    attempt = begun(stand, citizen_id=person.id)
    CODE.begin(stand.realm, attempt, person)
    code = stand.last_code()
    results = raced(stand, *[lambda: CODE.finish(stand.realm, attempt, person, {"code": code})] * AT_ONCE)
    assert sum(isinstance(result, Attempt) for result in results) == 1
    assert [result.reason for result in results if isinstance(result, Refusal)] == ["no_code"] * (AT_ONCE - 1)


def test_parallel_guesses_of_a_code_share_no_try(stand: Stand) -> None:
    person = vera(stand)
    attempt = begun(stand, citizen_id=person.id)
    CODE.begin(stand.realm, attempt, person)
    wrong = f"{(int(stand.last_code()) + 1) % 1_000_000:06d}"
    results = raced(stand, *[lambda: CODE.finish(stand.realm, attempt, person, {"code": wrong})] * 8)
    assert sorted(result.reason for result in results) == ["burnt", "no_code", "no_code", "no_code", *["wrong"] * 4]
    with stand.realm.database.read() as connection:
        assert counters.count_of(stand.realm, connection, risk.FAILURES, person.id) == 8


def test_many_who_ask_for_a_code_at_once_are_sent_one(stand: Stand) -> None:
    person = vera(stand)
    attempt = begun(stand, citizen_id=person.id)
    assert not any(raced(stand, *[lambda: CODE.begin(stand.realm, attempt, person)] * AT_ONCE))
    assert len(stand.sms()) == 1
    stand.clock.advance(30)
    results = raced(stand, *[lambda: CODE.again(stand.realm, attempt, person)] * AT_ONCE)
    assert sum(isinstance(result, Refusal) for result in results) == AT_ONCE - 1
    assert len(stand.sms()) == 2


@pytest.mark.parametrize("stand_settings", [{"codes_per_hour": 2}])
def test_hourly_limit_holds_for_sign_ins_that_are_begun_at_once(stand: Stand, stand_settings: dict[str, object]) -> None:
    assert stand.settings.codes_per_hour == stand_settings["codes_per_hour"]
    person = vera(stand)
    begun_at_once = [begun(stand, citizen_id=person.id) for _ in range(AT_ONCE)]
    deeds = [lambda attempt=attempt: CODE.begin(stand.realm, attempt, person) for attempt in begun_at_once]
    assert not any(raced(stand, *deeds))
    assert len(stand.sms()) == 2


def test_first_failures_and_first_sign_ins_at_once_are_no_fault(stand: Stand) -> None:
    citizen_id = vera(stand).id

    def fail() -> None:
        with stand.realm.database.write() as connection:
            risk.count_failure(stand.realm, connection, citizen_id)

    def arrive() -> None:
        with stand.realm.database.write() as connection:
            risk.remember(stand.realm, connection, citizen_id, Place("a device", "203.0.113.1"))

    assert not any(raced(stand, *[fail] * AT_ONCE))
    with stand.realm.database.read() as connection:
        assert counters.count_of(stand.realm, connection, risk.FAILURES, citizen_id) == AT_ONCE
    assert not any(raced(stand, *[arrive] * AT_ONCE))
    assert len(stand.rows("SELECT kind FROM known_places")) == 2


def test_form_that_is_sent_many_times_at_once_makes_one_session(stand: Stand) -> None:
    browser = stand.browser().open(stand.authorize_url())
    form = browser.forms()["sign-in"]
    form.values.update({"login": "vera@example.test", "password": "romashka-17"})
    others = []
    for _ in range(stand.settings.failures_before_lock):  # more than that are not compared at once
        other = Browser(stand.transport)
        other.session.cookies.update(browser.session.cookies)
        others.append(other)
    answers = raced(
        stand, *[lambda other=other: other.session.post(form.action, data=form.values).status_code for other in others]
    )
    assert set(answers) == {200}
    assert len(stand.rows("SELECT sid FROM sessions")) == 1
    assert stand.actions().count("session.opened opened") == 1


def test_two_ways_that_succeed_at_once_make_one_session_with_two_kinds_of_proof(stand: Stand) -> None:
    browser = stand.sign_in(stand.browser().open(stand.authorize_url(acr_values="substantial")))
    attempt = browser.url.rpartition("/")[0]
    by_sms = stand.last_code()
    browser.open(f"{attempt}/email")
    by_mail, form = stand.last_code(), browser.forms()["code-form"].values
    browsers = {}
    for name in ("code", "email"):
        browsers[name] = Browser(stand.transport)
        browsers[name].session.cookies.update(browser.session.cookies)
    answers = raced(
        stand,
        lambda: browsers["code"].session.post(f"{attempt}/code", data=form | {"code": by_sms}).status_code,
        lambda: browsers["email"].session.post(f"{attempt}/email", data=form | {"code": by_mail}).status_code,
    )
    assert set(answers) == {200}
    assert len(stand.rows("SELECT sid FROM sessions")) == 1
    opened = next(event for event in stand.events() if event["action"] == "session.opened")
    assert "substantial" in str(opened["detail"])


def test_answer_and_giving_up_at_once_are_no_fault(stand: Stand) -> None:
    for _ in range(10):
        browser = stand.sign_in(stand.browser().open(stand.authorize_url(acr_values="substantial")))
        attempt, form = browser.url.rpartition("/")[0], browser.forms()["code-form"].values
        code, hands = stand.last_code(), [Browser(stand.transport), Browser(stand.transport)]
        for hand in hands:
            hand.session.cookies.update(browser.session.cookies)
        answers = raced(
            stand,
            lambda: hands[0].session.post(f"{attempt}/code", data=form | {"code": code}, allow_redirects=False).status_code,  # noqa: B023
            lambda: hands[1].session.post(f"{attempt}/cancel", data=form, allow_redirects=False).status_code,  # noqa: B023
        )
        assert set(answers) <= {303, 404}
    ended = stand.rows("SELECT completed_sid IS NOT NULL, cancelled_at IS NOT NULL FROM sign_in_attempts")
    assert all(is_completed != is_cancelled for is_completed, is_cancelled in ended)
