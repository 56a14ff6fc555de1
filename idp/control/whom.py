"""Whom an operation speaks of: a person by any name they have, a client by its id."""

from idp.citizens import directory
from idp.citizens.models import Person
from idp.clients import registry
from idp.control.operation import Problem
from idp.protocol.client import Client
from idp.realm import Realm


def find_person(realm: Realm, name: str) -> Person:
    """The person with this id, phone, e-mail or СНИЛС. Raises Problem 404."""
    with realm.database.read() as connection:
        person = directory.find(realm, connection, name) or directory.find_by_login(realm, connection, name)
    if person is None:
        raise Problem(404, "person_unknown", "There is no such person", "No id, phone, e-mail or СНИЛС is spelt so")
    return person


def find_client(realm: Realm, client_id: str) -> Client | None:
    """The client with this id, unless it is disabled."""
    with realm.database.read() as connection:
        return registry.find(connection, client_id)
