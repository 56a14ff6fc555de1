"""How a test stand proves a notice: the owner of the telephone presses the number that stands on the page, or another."""

from contextlib import suppress

from idp.authentication.attempt import Attempt
from idp.authentication.devices.answers import conclude
from idp.authentication.devices.requests import AnswerRefused
from idp.authentication.method import Refusal
from idp.authentication.methods.push.method import PushMethod
from idp.authentication.methods.push.words import wrong_text
from idp.authentication.rehearsal import Asked, Proof
from idp.realm import Realm


def proof(method: PushMethod) -> Proof:
    """The proof of a notice."""

    def press(realm: Realm, asked: Asked, *, is_right: bool) -> Attempt:
        with realm.database.read() as connection:
            notice = method.newest(realm, connection, asked.attempt)
        if notice is not None and notice.state in ("denied", "wrong_number"):
            method.again(realm, asked.attempt, asked.person)
        with realm.database.write() as connection:
            notice = method.newest(realm, connection, asked.attempt)
            if notice is not None:
                number = notice.number if is_right else next(each for each in notice.numbers if each != notice.number)
                with suppress(AnswerRefused):  # the page says so too
                    conclude(realm, connection, notice, citizen_id=asked.person.id, is_approved=True, number=number)
        return method.finish(realm, asked.attempt, asked.person, {})

    def right(realm: Realm, asked: Asked) -> Attempt:
        return press(realm, asked, is_right=True)

    def wrong(realm: Realm, asked: Asked) -> Attempt:
        return press(realm, asked, is_right=False)

    def last_second(realm: Realm, asked: Asked) -> int:
        with realm.database.read() as connection:
            notice = method.newest(realm, connection, asked.attempt)
        if notice is None:
            raise Refusal("expired", wrong_text("expired"))
        return notice.expires_at - 1

    return Proof(right, wrong, last_second)
