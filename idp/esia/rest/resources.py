"""Every resource there is."""

from idp.esia.rest import (
    addresses,
    avatar,
    children,
    contacts,
    documents,
    employee_groups,
    organisations,
    person,
    roles,
    vehicles,
)
from idp.esia.rest.asked import Asked
from idp.esia.rest.field import Told, all_claims, tell
from idp.esia.rest.resource import PERSON, Resource, embed
from idp.protocol.esia.fact import exact

COLLECTIONS = (
    contacts.COLLECTION,
    addresses.COLLECTION,
    documents.COLLECTION,
    vehicles.COLLECTION,
    children.COLLECTION,
    roles.ORGANISATIONS,
    roles.COLLECTION,
)
"""What `?embed=` may put into a person."""


def _person(asked: Asked) -> Told:
    told, embedded = tell(person.FIELDS, person.seen(asked), asked.may), embed(COLLECTIONS, asked)
    return Told({**told.members, **embedded.members}, all_claims((told, embedded))).with_tag()


RESOURCES: tuple[Resource, ...] = (
    Resource("person", PERSON, (), _person, exact("every client"), person.FIELDS),
    *contacts.RESOURCES,
    *addresses.RESOURCES,
    *documents.RESOURCES,
    *vehicles.RESOURCES,
    *children.RESOURCES,
    *roles.RESOURCES,
    *avatar.RESOURCES,
    *organisations.RESOURCES,
    *employee_groups.RESOURCES,
)
