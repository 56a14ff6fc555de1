"""How a test stand proves the code of an application: it counts the code as the application would."""

from idp.authentication.attempt import Attempt
from idp.authentication.methods.totp.codes import DIGITS, STEPS_ASIDE, code_of, step_at
from idp.authentication.methods.totp.method import TotpMethod
from idp.authentication.methods.totp.store import FIND, secret_of
from idp.authentication.rehearsal import Asked, Proof, last_second_of_attempt
from idp.realm import Realm


def proof(method: TotpMethod) -> Proof:
    """The proof of a code. A test may sign in more often than codes change: where every code of the window was used, the proof
    is entered as done."""

    def right(realm: Realm, asked: Asked) -> Attempt:
        step = _unused_step(realm, asked)
        if step is not None:
            return method.finish(realm, asked.attempt, asked.person, {"code": code_of(_secret(realm, asked), step)})
        with realm.database.write() as connection:
            return method.conclude(realm, connection, asked.attempt)

    def wrong(realm: Realm, asked: Asked) -> Attempt:
        """A code that no step of the window has."""
        secret, ours = _secret(realm, asked), step_at(realm.clock.now())
        good = {code_of(secret, step) for step in range(ours - STEPS_ASIDE, ours + STEPS_ASIDE + 1)}
        bad = next(code for code in (str(number).zfill(DIGITS) for number in range(len(good) + 1)) if code not in good)
        return method.finish(realm, asked.attempt, asked.person, {"code": bad})

    return Proof(right, wrong, last_second_of_attempt)


def _unused_step(realm: Realm, asked: Asked) -> int | None:
    """The first step of the window after the last one that was accepted."""
    with realm.database.read() as connection:
        row = connection.execute(FIND, {"of_citizen": asked.person.id}).one()
    ours = step_at(realm.clock.now())
    window = range(ours - STEPS_ASIDE, ours + STEPS_ASIDE + 1)
    return next((step for step in window if row.last_step is None or step > row.last_step), None)


def _secret(realm: Realm, asked: Asked) -> str:
    with realm.database.read() as connection:
        secret = secret_of(realm, connection, asked.person.id)
    assert secret is not None, "the method is offered to those with a secret only"
    return secret
