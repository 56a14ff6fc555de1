"""How the stand proves each method for a person who is not there: the right answer, a wrong one, and one that comes too late.

Every answer is judged by the method itself, so counters and journal rows are those of a person's own answer.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from idp.authentication.attempt import Attempt
from idp.authentication.method import Refusal
from idp.authentication.methods.one_time_code.method import DIGITS, NEWEST, OneTimeCodeMethod, hash_code
from idp.authentication.methods.password.method import PasswordMethod
from idp.citizens.models import Person
from idp.control.outbox import CODE
from idp.realm import Realm

PASSWORD = PasswordMethod()
ONE_TIME_CODE = OneTimeCodeMethod()
MESSAGES_LOOKED_THROUGH = 20
"""The code of an attempt is among the newest messages to the phone, however many sign in as the same person at once."""


@dataclass(frozen=True)
class Asked:
    """A proof that is asked for: in which attempt, of whom. `password` is the one to try, where the test names one."""

    attempt: Attempt
    person: Person
    password: str | None = None


@dataclass(frozen=True)
class Proof:
    """How one method is proved. `right` and `wrong` have an answer judged, as `Method.finish` does; `last_second` is the last
    one at which the right answer is still good."""

    right: Callable[[Realm, Asked], Attempt]
    wrong: Callable[[Realm, Asked], Attempt]
    last_second: Callable[[Realm, Asked], int]


def _right_password(realm: Realm, asked: Asked) -> Attempt:
    """A password that the test names is checked; without one the proof is entered as done, and marked as such."""
    if asked.password is None:
        return PASSWORD.conclude(realm, asked.attempt, asked.person, is_right=True, login=_login_of(asked.person))
    return _try_password(realm, asked, asked.password)


def _wrong_password(realm: Realm, asked: Asked) -> Attempt:
    return _try_password(realm, asked, f"not {asked.password or 'the password'}")


def _try_password(realm: Realm, asked: Asked, password: str) -> Attempt:
    return PASSWORD.finish(realm, asked.attempt, {"login": _login_of(asked.person), "password": password})


def _login_of(person: Person) -> str:
    return person.data.phone or person.data.email or person.data.snils or ""


def _last_second_of_attempt(_realm: Realm, asked: Asked) -> int:
    """A password does not run out; the page that asks for it does."""
    return asked.attempt.expires_at - 1


def _right_code(realm: Realm, asked: Asked) -> Attempt:
    return ONE_TIME_CODE.finish(realm, asked.attempt, {"code": _sent_code(realm, asked)})


def _wrong_code(realm: Realm, asked: Asked) -> Attempt:
    wrong = (int(_sent_code(realm, asked)) + 1) % 10**DIGITS
    return ONE_TIME_CODE.finish(realm, asked.attempt, {"code": str(wrong).zfill(DIGITS)})


def _sent_code(realm: Realm, asked: Asked) -> str:
    """The code that the person reads on their phone. Refuses with `too_soon` when none was sent, as the page would."""
    with realm.database.read() as connection:
        newest = connection.execute(NEWEST, {"attempt_id": asked.attempt.id}).first()
        messages = realm.outbox.messages(connection, address=asked.person.data.phone, limit=MESSAGES_LOOKED_THROUGH)
    for message in reversed(messages):
        for code in CODE.findall(message.text):
            if newest is not None and hmac.compare_digest(newest.code_hash, hash_code(realm, newest.id, code)):
                return str(code)
    raise Refusal("too_soon")


def _last_second_of_code(realm: Realm, asked: Asked) -> int:
    with realm.database.read() as connection:
        newest = connection.execute(NEWEST, {"attempt_id": asked.attempt.id}).first()
    if newest is None:
        raise Refusal("too_soon")
    return int(newest.expires_at)


PROOFS: Mapping[str, Proof] = {
    PASSWORD.name: Proof(_right_password, _wrong_password, _last_second_of_attempt),
    ONE_TIME_CODE.name: Proof(_right_code, _wrong_code, _last_second_of_code),
}
"""By the name of the method. A test compares them with `METHODS`."""
