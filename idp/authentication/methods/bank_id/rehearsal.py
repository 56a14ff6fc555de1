"""How a test stand proves a bank for somebody who is not there: as if the bank had confirmed its customer, or somebody else.

The trip is begun and ended as by a browser, so it is used once and runs out. Only the bank itself is left out.
"""

from idp.authentication import challenge
from idp.authentication.attempt import Attempt
from idp.authentication.challenge import ChallengeGone
from idp.authentication.methods.bank_id import identities, trip
from idp.authentication.methods.bank_id.id_token import Customer
from idp.authentication.methods.bank_id.method import BankIdMethod
from idp.authentication.methods.bank_id.words import refusal
from idp.authentication.rehearsal import Asked, Proof
from idp.realm import Realm

AMR = ("pwd",)
"""How the bank of the stand asks."""
NOBODY = "a customer whom nobody has linked"


def proof(method: BankIdMethod) -> Proof:
    """The proof of a bank."""

    def come_back_as(realm: Realm, asked: Asked, subject: str) -> Attempt:
        def bring() -> Customer:
            _end_trip(realm, asked.attempt)
            return Customer(realm.settings.bank.issuer, subject, AMR)

        return method.judge(realm, asked.attempt, bring)

    def right(realm: Realm, asked: Asked) -> Attempt:
        with realm.database.read() as connection:
            subject = identities.subject_of(connection, asked.person.id, realm.settings.bank.issuer)
        return come_back_as(realm, asked, subject or NOBODY)

    def wrong(realm: Realm, asked: Asked) -> Attempt:
        return come_back_as(realm, asked, NOBODY)

    def last_second(realm: Realm, asked: Asked) -> int:
        with realm.database.write() as connection:
            return trip.ask(realm, connection, asked.attempt)[0].expires_at - 1

    return Proof(right, wrong, last_second)


def _end_trip(realm: Realm, attempt: Attempt) -> None:
    """Use the trip that is under way, or one that is begun for it. Refuses with `expired`."""
    with realm.database.write() as connection:
        try:
            challenge.use(realm, connection, attempt, trip.PURPOSE)
        except ChallengeGone as gone:
            if gone.reason == "expired":
                raise refusal("expired") from None
            trip.ask(realm, connection, attempt)
            challenge.use(realm, connection, attempt, trip.PURPOSE)
