"""`/rs/prns/{oid}/ctts`: the telephone and the address of mail."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from idp.esia.rest.asked import Asked
from idp.esia.rest.field import Field
from idp.esia.rest.resource import Collection, Item, identified
from idp.protocol.esia.fact import exact

SOURCE = "EKA; ENET; CONS-199078"


@dataclass(frozen=True)
class Contact:
    """A contact: `place` is its number among those of its owner."""

    type: str
    place: int
    value: str
    is_verified: bool
    scopes: tuple[str, ...]
    claims: tuple[str, ...]


FIELDS: Sequence[Field[Contact]] = (
    Field("type", "text", lambda contact: contact.type, exact(SOURCE)),
    Field("vrfStu", "text", lambda contact: "VERIFIED" if contact.is_verified else "NOT_VERIFIED", exact(SOURCE)),
    Field("value", "text", lambda contact: contact.value, exact(SOURCE)),
)


def _contacts(asked: Asked) -> Iterator[Contact]:
    person = asked.whose
    if phone := person.data.phone:
        claims = ("phone_number", "phone_number_verified")
        yield Contact("MBT", 201, spelled(phone), person.phone_is_verified, ("mobile", "contacts"), claims)
    if email := person.data.email:
        yield Contact("EML", 202, email, person.email_is_verified, ("email", "contacts"), ("email", "email_verified"))


def _items(asked: Asked) -> list[Item]:
    items = []
    for contact in _contacts(asked):
        if asked.may(contact.scopes):
            number = asked.number(contact.place)
            told = identified(FIELDS, asked, contact, number=number, facts="Identifiable", claims=contact.claims)
            items.append(Item(number, told))
    return items


def spelled(phone: str) -> str:
    """`+70000000017` as ESIA writes it, `+7(000)0000017`."""
    return f"{phone[:2]}({phone[2:5]}){phone[5:]}"


COLLECTION = Collection(
    "person", "ctts", "contacts", ("contacts", "mobile", "email"), _items, FIELDS, exact("EKA; EC; MIAC; OAM")
)
RESOURCES = COLLECTION.resources()
