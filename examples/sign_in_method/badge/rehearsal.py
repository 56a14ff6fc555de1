"""How a test stand proves a badge for somebody who is not there: it is asked of `POST /login`."""

from idp.authentication.attempt import Attempt
from idp.authentication.methods.badge.method import DIGITS, BadgeMethod, number_of
from idp.authentication.rehearsal import Asked, Proof, last_second_of_attempt
from idp.realm import Realm


def proof(method: BadgeMethod) -> Proof:
    """The proof of a badge. The answers are judged by the method itself."""

    def give(realm: Realm, asked: Asked, number: str) -> Attempt:
        return method.finish(realm, asked.attempt, asked.person, {"number": number})

    def right(realm: Realm, asked: Asked) -> Attempt:
        return give(realm, asked, number_of(realm, asked.person.id))

    def wrong(realm: Realm, asked: Asked) -> Attempt:
        other = (int(number_of(realm, asked.person.id)) + 1) % 10**DIGITS
        return give(realm, asked, str(other).zfill(DIGITS))

    return Proof(right, wrong, last_second_of_attempt)
