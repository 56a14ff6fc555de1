"""How a test stand proves a code: it reads the message that the method sent, as the person would."""

import hmac
import re

from idp.authentication.attempt import Attempt
from idp.authentication.method import Refusal
from idp.authentication.methods.one_time_code.codes import DIGITS, hash_code, newest
from idp.authentication.methods.one_time_code.method import OneTimeCodeMethod
from idp.authentication.methods.one_time_code.words import wrong_text
from idp.authentication.rehearsal import Asked, Proof
from idp.realm import Realm

CODE = re.compile(rf"[0-9]{{{DIGITS}}}")
MESSAGES_LOOKED_THROUGH = 20
"""The code of an attempt is among the newest messages to the phone, however many sign in as the same person at once."""


def proof(method: OneTimeCodeMethod) -> Proof:
    """The proof of a code on this method's channel."""

    def sent_code(realm: Realm, asked: Asked) -> str:
        """The code that the person reads. Refuses with `too_soon` when none was sent, as the page would."""
        channel = method.channel
        with realm.database.read() as connection:
            sent = newest(connection, method.recipient(asked.attempt, asked.person))
            messages = realm.outbox.messages(
                connection,
                address=channel.address_of(asked.person),
                channel=channel.name,
                limit=MESSAGES_LOOKED_THROUGH,
            )
        for message in reversed(messages):
            for code in CODE.findall(message.text):
                if sent is not None and hmac.compare_digest(sent.code_hash, hash_code(realm, sent.id, code)):
                    return str(code)
        raise Refusal("too_soon", wrong_text("no_code"))

    def right(realm: Realm, asked: Asked) -> Attempt:
        return method.finish(realm, asked.attempt, asked.person, {"code": sent_code(realm, asked)})

    def wrong(realm: Realm, asked: Asked) -> Attempt:
        other = (int(sent_code(realm, asked)) + 1) % 10**DIGITS
        return method.finish(realm, asked.attempt, asked.person, {"code": str(other).zfill(DIGITS)})

    def last_second(realm: Realm, asked: Asked) -> int:
        with realm.database.read() as connection:
            sent = newest(connection, method.recipient(asked.attempt, asked.person))
        if sent is None:
            raise Refusal("too_soon", wrong_text("no_code"))
        return int(sent.expires_at)

    return Proof(right, wrong, last_second)
