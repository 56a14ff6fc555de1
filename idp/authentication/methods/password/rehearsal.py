"""How a test stand proves a password: one that the test names is checked, without one the proof is entered as done."""

from idp.authentication.attempt import Attempt
from idp.authentication.methods.password.method import PasswordMethod
from idp.authentication.rehearsal import Asked, Proof, last_second_of_attempt
from idp.citizens.models import Person
from idp.realm import Realm


def proof(method: PasswordMethod) -> Proof:
    """The proof of a password."""

    def try_password(realm: Realm, asked: Asked, password: str) -> Attempt:
        person = asked.person if asked.attempt.citizen_id else None
        return method.finish(realm, asked.attempt, person, {"login": login_of(asked.person), "password": password})

    def right(realm: Realm, asked: Asked) -> Attempt:
        if asked.password is None:
            return method.conclude(realm, asked.attempt, asked.person, is_right=True, login=login_of(asked.person))
        return try_password(realm, asked, asked.password)

    def wrong(realm: Realm, asked: Asked) -> Attempt:
        return try_password(realm, asked, f"not {asked.password or 'the password'}")

    return Proof(right, wrong, last_second_of_attempt)


def login_of(person: Person) -> str:
    return person.data.phone or person.data.email or person.data.snils or ""
