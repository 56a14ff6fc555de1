"""`/rs/prns/{oid}/docs`: the documents that somebody has, each by the scope of its type."""

from collections.abc import Sequence

from idp.citizens import profile
from idp.citizens.models import Person
from idp.citizens.profile import Document
from idp.esia.rest.asked import Asked
from idp.esia.rest.field import Field, dotted
from idp.esia.rest.resource import Collection, Item, identified
from idp.protocol.esia.document_types import DOCUMENT_TYPES, IDENTITY_TYPES
from idp.protocol.esia.fact import approximate, exact

SOURCE = "EKA tests; FR sample; ENET"
EXTRA = "VF openapi.json"
FIRST_PLACE, PLACES_OF_A_TYPE = 1_000, 100
FIELDS: Sequence[Field[Document]] = (
    Field("type", "text", lambda document: document.type, exact(SOURCE)),
    Field("vrfStu", "text", lambda document: "VERIFIED" if document.is_verified else "NOT_VERIFIED", exact(SOURCE)),
    Field("series", "text", lambda document: document.series or None, exact(SOURCE)),
    Field("number", "text", lambda document: document.number or None, exact(SOURCE)),
    Field("issueDate", "date", lambda document: dotted(document.issued_on), exact(SOURCE)),
    Field("issueId", "text", lambda document: document.issuer_code or None, exact(SOURCE)),
    Field("issuedBy", "text", lambda document: document.issued_by or None, exact(SOURCE)),
    Field("expiryDate", "date", lambda document: dotted(document.expires_on), exact("ENET; VF")),
    Field("firstName", "text", lambda document: document.first_name or None, approximate(EXTRA)),
    Field("lastName", "text", lambda document: document.last_name or None, approximate(EXTRA)),
    Field("medicalOrg", "text", lambda document: document.medical_organisation or None, approximate(EXTRA)),
    Field("omsNumber", "text", lambda document: document.policy_number or None, approximate(EXTRA)),
    Field("unitedNumber", "text", lambda document: document.united_number or None, approximate(EXTRA)),
    Field("actNo", "text", lambda document: document.act_number or None, approximate(EXTRA)),
    Field("actDate", "date", lambda document: dotted(document.act_date), approximate(EXTRA)),
    Field("fmsValid", "boolean", lambda document: _is_valid(document), approximate(EXTRA)),
)


def numbered(documents: Sequence[Document]) -> list[tuple[int, Document]]:
    """Documents, each with its place among what its owner has: of each type there is room for a hundred."""
    counted: dict[str, int] = {}
    places = []
    for document in documents:
        count = counted[document.type] = counted.get(document.type, -1) + 1
        places.append((FIRST_PLACE + DOCUMENT_TYPES[document.type].number * PLACES_OF_A_TYPE + count, document))
    return places


def told_of(asked: Asked, number: int, document: Document, claim: str) -> Item:
    """One document."""
    told = identified(FIELDS, asked, document, number=number, facts="EntityRoot", claims=(claim,))
    return Item(number, told)


def identity_place_of(person: Person) -> int | None:
    """The place of the document that says who somebody is."""
    documents = numbered(profile.documents_of(person))
    return next((place for place, document in documents if document.type in IDENTITY_TYPES), None)


def _items(asked: Asked) -> list[Item]:
    items = []
    for place, document in numbered(profile.documents_of(asked.whose)):
        kind = DOCUMENT_TYPES[document.type]
        if asked.may((kind.scope,)):
            items.append(told_of(asked, asked.number(place), document, kind.claim))
    return items


def _is_valid(document: Document) -> bool | None:
    """Of a passport only: the register of invalid ones was asked."""
    return document.is_verified if document.type == "RF_PASSPORT" else None


OF_NUMBERS = {"inn", "snils"}
"""Scopes of single numbers: they open a document of theirs beside others, and not the collection."""
SCOPES = tuple(dict.fromkeys(kind.scope for kind in DOCUMENT_TYPES.values() if kind.scope not in OF_NUMBERS))
COLLECTION = Collection("person", "docs", "documents", SCOPES, _items, FIELDS, exact("EKA; EC; FR; MIAC"))
RESOURCES = COLLECTION.resources()
