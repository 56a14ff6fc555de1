"""How a test stand proves a signature: its authority certifies the person anew, and the text of the attempt is signed."""

import base64

from idp.authentication import challenge
from idp.authentication.attempt import Attempt
from idp.authentication.methods.e_signature.method import SignatureMethod
from idp.authentication.methods.e_signature.received import MADE_HERE
from idp.authentication.methods.e_signature.statement import PURPOSE
from idp.authentication.rehearsal import Asked, Proof
from idp.authority.citizen_certificates import issue
from idp.authority.signing import sign
from idp.realm import Realm

ACTOR = "operator:test api"


def proof(method: SignatureMethod) -> Proof:
    """The proof of a signature."""

    def answer(realm: Realm, asked: Asked, *, after: str) -> Attempt:
        found = waiting(realm, asked)
        text = found.data["text"] if found else ""
        with realm.database.write() as connection:
            issued = issue(realm, connection, asked.person.id, asked.person.data, actor=ACTOR)
        signature = sign((text + after).encode(), issued.certificate, issued.private)
        person = asked.person if asked.attempt.citizen_id else None
        return method.finish(realm, asked.attempt, person, {MADE_HERE: base64.b64encode(signature).decode("ascii")})

    def right(realm: Realm, asked: Asked) -> Attempt:
        return answer(realm, asked, after="")

    def wrong(realm: Realm, asked: Asked) -> Attempt:
        return answer(realm, asked, after="!")

    def last_second(realm: Realm, asked: Asked) -> int:
        found = waiting(realm, asked)
        assert found is not None, "the page that is shown asks for it"
        return min(found.expires_at, asked.attempt.expires_at) - 1

    return Proof(right, wrong, last_second)


def waiting(realm: Realm, asked: Asked) -> challenge.Asked | None:
    """The text that waits to be signed, if one still does."""
    with realm.database.read() as connection:
        return challenge.waiting(realm, connection, asked.attempt, PURPOSE)
