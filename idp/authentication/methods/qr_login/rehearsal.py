"""How a test stand proves a QR code: the telephone of the person reads it, and its owner says yes or no."""

from contextlib import suppress

from idp.authentication.attempt import Attempt
from idp.authentication.devices.answers import conclude
from idp.authentication.devices.requests import AnswerRefused
from idp.authentication.method import Refusal
from idp.authentication.methods.qr_login.method import QrMethod
from idp.authentication.methods.qr_login.words import wrong_text
from idp.authentication.rehearsal import Asked, Proof
from idp.realm import Realm


def proof(method: QrMethod) -> Proof:
    """The proof of a code. A wrong answer is «Это не я»: the next right one needs another code."""

    def answer(realm: Realm, asked: Asked, *, is_approved: bool) -> Attempt:
        with realm.database.read() as connection:
            shown = method.newest(realm, connection, asked.attempt)
        if shown is not None and shown.state == "denied":
            method.again(realm, asked.attempt, None)
        with realm.database.write() as connection:
            shown = method.newest(realm, connection, asked.attempt)
            if shown is not None:
                with suppress(AnswerRefused):  # the page says so too
                    conclude(realm, connection, shown, citizen_id=asked.person.id, is_approved=is_approved, number=None)
        return method.finish(realm, asked.attempt, asked.person if asked.attempt.citizen_id else None, {})

    def right(realm: Realm, asked: Asked) -> Attempt:
        return answer(realm, asked, is_approved=True)

    def wrong(realm: Realm, asked: Asked) -> Attempt:
        return answer(realm, asked, is_approved=False)

    def last_second(realm: Realm, asked: Asked) -> int:
        with realm.database.read() as connection:
            shown = method.newest(realm, connection, asked.attempt)
        if shown is None:
            raise Refusal("expired", wrong_text("expired"))
        return shown.expires_at - 1

    return Proof(right, wrong, last_second)
