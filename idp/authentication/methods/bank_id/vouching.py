"""Does a bank vouch for a citizen: is its customer this very person?"""

from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from idp.authentication.methods.bank_id.id_token import Customer
from idp.citizens import directory, names
from idp.citizens.models import Person
from idp.realm import Realm


def is_another(person: Person, customer: Customer) -> bool:
    """Does anything that the bank tells of its customer speak against it? A middle name does where both have one."""
    data = person.data
    pairs = [(data.family_name, customer.family_name), (data.given_name, customer.given_name)]
    differ = any(told is not None and not names.is_same(known, told) for known, told in pairs)
    middle_differs = bool(data.middle_name and customer.middle_name) and not names.is_same(data.middle_name, customer.middle_name)
    birth_differs = bool(data.birthdate and customer.birthdate) and data.birthdate != customer.birthdate
    return differ or middle_differs or birth_differs


def vouch(realm: Realm, connection: Connection, person: Person, customer: Customer) -> None:
    """The bank has seen the papers of its customer: where it tells name and day of birth, and they are this person's, identity is
    proved. A day of birth that the account lacks is the bank's from now on."""
    if not (customer.family_name and customer.given_name and _is_day(customer.birthdate)) or is_another(person, customer):
        return
    actor = f"citizen:{person.id}"
    if person.data.birthdate is None:
        told = replace(person, data=replace(person.data, birthdate=customer.birthdate))
        directory.change(realm, connection, told, actor=actor)
    directory.prove_identity(realm, connection, person.id, by="bank", actor=actor)


def _is_day(text: str | None) -> bool:
    try:
        return date.fromisoformat(text or "").isoformat() == text
    except ValueError:
        return False
