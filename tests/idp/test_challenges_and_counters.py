"""What is asked once and answered once, and what is counted: to the second in which it ends."""

import pytest

from idp.authentication import attempt as attempts
from idp.authentication import challenge
from idp.authentication.attempt import Attempt, Purpose
from idp.authentication.challenge import ChallengeGone
from idp.throttling import counters
from tests.idp.stand import Stand


def begun(stand: Stand) -> Attempt:
    nobody = Purpose(client_name="", client_host="", destination="")
    with stand.realm.database.write() as connection:
        attempt_id = attempts.begin(stand.realm, connection, browser="browser", asked_level=None, purpose=nobody, return_path="/")
        return attempts.find(stand.realm, connection, attempt_id, browser="browser")


def reason_of_refusal(stand: Stand, attempt: Attempt, purpose: str = "passkey") -> str | None:
    """Why an answer finds no challenge, or None when it does."""
    try:
        with stand.realm.database.write() as connection:
            challenge.use(stand.realm, connection, attempt, purpose)
    except ChallengeGone as gone:
        return gone.reason
    return None


def ask(stand: Stand, attempt: Attempt, purpose: str = "passkey", **data: str) -> challenge.Asked:
    with stand.realm.database.write() as connection:
        return challenge.ask(stand.realm, connection, attempt, purpose, data, lifetime_seconds=60)


def waiting(stand: Stand, attempt: Attempt, purpose: str = "passkey") -> challenge.Asked | None:
    with stand.realm.database.read() as connection:
        return challenge.waiting(stand.realm, connection, attempt, purpose)


def test_challenge_that_was_answered_waits_no_more_and_says_so(stand: Stand) -> None:
    attempt = begun(stand)
    ask(stand, attempt, nonce="n")
    found = waiting(stand, attempt)
    assert found is not None
    assert found.data == {"nonce": "n"}
    assert [reason_of_refusal(stand, attempt) for _ in range(2)] == [None, "used"]
    assert waiting(stand, attempt) is None


@pytest.mark.parametrize(("seconds", "reason"), [(59, None), (60, "expired")])
def test_challenge_ends_with_its_last_second(stand: Stand, seconds: int, reason: str | None) -> None:
    attempt = begun(stand)
    ask(stand, attempt)
    stand.clock.advance(seconds)
    assert (waiting(stand, attempt) is None) is (reason is not None)
    assert reason_of_refusal(stand, attempt) == reason


def test_challenge_is_nothing_to_another_holder_or_purpose(stand: Stand) -> None:
    attempt, other = begun(stand), begun(stand)
    ask(stand, attempt)
    assert reason_of_refusal(stand, other) == "unknown"
    assert reason_of_refusal(stand, attempt, "signature") == "unknown"
    ask(stand, other)
    assert reason_of_refusal(stand, attempt) is None


def test_older_challenge_is_not_looked_at_when_the_newer_one_was_used(stand: Stand) -> None:
    attempt = begun(stand)
    first = ask(stand, attempt)
    stand.clock.advance(1)
    second = ask(stand, attempt)
    found = waiting(stand, attempt)
    assert found is not None
    assert found.id == second.id != first.id
    assert [reason_of_refusal(stand, attempt) for _ in range(2)] == [None, "used"]


def test_count_begins_anew_with_the_first_second_after_its_window(stand: Stand) -> None:
    def count_up(holder: str = "vera") -> int:
        with stand.realm.database.write() as connection:
            return counters.count_up(stand.realm, connection, "tries", holder, within_seconds=60)

    def count_of(holder: str = "vera") -> int:
        with stand.realm.database.read() as connection:
            return counters.count_of(stand.realm, connection, "tries", holder, within_seconds=60)

    assert [count_up(), count_up(), count_up("luka"), count_of()] == [1, 2, 1, 2]
    stand.clock.advance(59)
    assert [count_up(), count_of()] == [3, 3]
    stand.clock.advance(1)
    assert [count_of(), count_up(), count_of()] == [0, 1, 1]
    with stand.realm.database.write() as connection:
        counters.start_anew(stand.realm, connection, "tries", "vera")
    assert [count_of(), count_of("luka"), count_up()] == [0, 0, 1]
