"""How a test stand proves a passkey: by one that it holds itself, which `POST /people/{person_id}/passkeys` has enrolled."""

from idp.authentication import challenge
from idp.authentication.attempt import Attempt
from idp.authentication.method import Refusal
from idp.authentication.methods.webauthn import software, store
from idp.authentication.methods.webauthn.ceremony import challenge_of
from idp.authentication.methods.webauthn.method import PURPOSE, PasskeyMethod
from idp.authentication.methods.webauthn.words import refused_text
from idp.authentication.rehearsal import Asked, Proof
from idp.realm import Realm


def proof(method: PasskeyMethod) -> Proof:
    """The proof of a passkey. Refuses with `no_software_passkey` for whom every passkey is in a device of their own."""

    def give(realm: Realm, asked: Asked, *, is_right: bool) -> Attempt:
        with realm.database.read() as connection:
            passkeys = store.of_person(realm, connection, asked.person.id)
            passkey = next((known for known in passkeys if software.is_ours(realm, known)), None)
            handle = store.find_handle(connection, asked.person.id)
            waiting = challenge.waiting(realm, connection, asked.attempt, PURPOSE)
        if passkey is None or handle is None:
            raise Refusal("no_software_passkey", refused_text("unknown_passkey"))
        # Of a challenge whose time is over nothing is known any more; an answer to it is late whatever it says.
        signed = challenge_of(waiting) if waiting else b"over"
        credential = software.answer(realm, passkey, challenge=signed, handle=handle, is_right=is_right)
        person = asked.person if asked.attempt.citizen_id else None
        return method.finish(realm, asked.attempt, person, {"credential": credential})

    def right(realm: Realm, asked: Asked) -> Attempt:
        return give(realm, asked, is_right=True)

    def wrong(realm: Realm, asked: Asked) -> Attempt:
        return give(realm, asked, is_right=False)

    def last_second(realm: Realm, asked: Asked) -> int:
        with realm.database.read() as connection:
            waiting = challenge.waiting(realm, connection, asked.attempt, PURPOSE)
        assert waiting is not None, "the page that asks has drawn a challenge"
        return waiting.expires_at - 1

    return Proof(right, wrong, last_second)
