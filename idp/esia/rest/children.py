"""`/rs/prns/{oid}/kids`: the children on a parent's list, each with its documents below `/docs`."""

import hashlib
from collections.abc import Sequence

from idp.citizens import children
from idp.citizens.children import ListedChild
from idp.citizens.profile import Document, documents_of
from idp.esia.rest import documents
from idp.esia.rest.asked import Asked, NotThere
from idp.esia.rest.field import Field, Told, all_claims, dotted, tag_of
from idp.esia.rest.person import GENDERS
from idp.esia.rest.resource import NAME, PERSON, Collection, Item, Resource, identified
from idp.protocol.esia.fact import approximate, assumed

SOURCE = "SOK; VF Permission.php"
NAMES = ("children_names",)
FIELDS: Sequence[Field[ListedChild]] = (
    Field("lastName", "text", lambda child: child.person.data.family_name, approximate(SOURCE), ("kid_fullname",), NAMES),
    Field("firstName", "text", lambda child: child.person.data.given_name, approximate(SOURCE), ("kid_fullname",), NAMES),
    Field("middleName", "text", lambda child: child.person.data.middle_name, approximate(SOURCE), ("kid_fullname",), NAMES),
    Field(
        "birthDate",
        "date",
        lambda child: dotted(child.person.data.birthdate),
        approximate(SOURCE),
        ("kid_birthdate",),
        ("children_birthdates",),
    ),
    Field(
        "gender",
        "text",
        lambda child: GENDERS.get(child.person.data.gender or ""),
        approximate(SOURCE),
        ("kid_gender",),
        ("children_genders",),
    ),
    Field("snils", "text", lambda child: child.person.data.snils, approximate(SOURCE), ("kid_snils",), ("children_snils",)),
    Field("inn", "text", lambda child: child.person.data.inn, approximate(SOURCE), ("kid_inn",), ("children_inn",)),
    Field("updatedOn", "seconds", lambda child: child.person.changed_at, assumed("as a person's")),
    Field("status", "text", lambda child: "REGISTERED", assumed("as a person's")),
)
OF_DOCUMENTS = {
    "RF_BRTH_CERT": ("kid_birth_cert_doc", "children_birth_certificates"),
    "MDCL_PLCY": ("kid_medical_doc", "children_medical_policies"),
}
"""Of the types of a child's documents: the scope and what a consent calls it."""
SCOPES = (
    "kid_fullname",
    "kid_birthdate",
    "kid_gender",
    "kid_snils",
    "kid_inn",
    *(scope for scope, _ in OF_DOCUMENTS.values()),
)


def _items(asked: Asked) -> list[Item]:
    items = []
    for child in children.of_parent(asked.realm, asked.connection, asked.whose.id):
        number = _number(child)
        told = identified(FIELDS, asked, child, number=number, facts="Identifiable", claims=())
        if within := asked.inside("documents").embedded | asked.inside("elements.documents").embedded:
            inner = _documents(asked, child, is_whole="elements" in within)
            told = Told({**told.members, "documents": inner.members}, all_claims((told, inner)))
        items.append(Item(number, told))
    return items


def _documents_of_named(asked: Asked) -> Told:
    child = next(
        (each for each in children.of_parent(asked.realm, asked.connection, asked.whose.id) if str(_number(each)) == asked.name),
        None,
    )
    if child is None:
        raise NotThere
    return _documents(asked, child, is_whole=asked.has_elements)


def _documents(asked: Asked, child: ListedChild, *, is_whole: bool) -> Told:
    items = []
    for place, document in documents.numbered(_of_child(child)):
        scope, claim = OF_DOCUMENTS[document.type]
        if asked.may((scope,)):
            items.append(documents.told_of(asked, _number(child) * 10_000 + place, document, claim))
    members = [item.told.members for item in items]
    path = f"{asked.address}/rs/prns/{asked.oid}/kids/{_number(child)}/docs"
    elements = members if is_whole else [f"{path}/{item.number}" for item in items]
    head = {"stateFacts": ["hasSize"], "size": len(items), "eTag": tag_of(["docs", members])}
    return Told({**head, "elements": elements}, all_claims(item.told for item in items) if is_whole else frozenset())


def _of_child(child: ListedChild) -> list[Document]:
    """The certificate by which the child was entered, and of the others those that have a scope."""
    certificate = Document(type="RF_BRTH_CERT", series=child.certificate.series, number=child.certificate.number)
    others = (document for document in documents_of(child.person) if document.type == "MDCL_PLCY")
    return [certificate, *others]


def _number(child: ListedChild) -> int:
    """The number of a child: the same on whosesoever list it is."""
    return int.from_bytes(hashlib.sha256(child.person.id.encode()).digest()[:4]) % 1_000_000_000 + 1


COLLECTION = Collection("person", "kids", "kids", SCOPES, _items, FIELDS, approximate("SOK; VF"))
RESOURCES = (
    *COLLECTION.resources(),
    Resource(
        "person",
        (*PERSON, "kids", NAME, "docs"),
        ("kid_birth_cert_doc", "kid_medical_doc"),
        _documents_of_named,
        approximate("SOK"),
        documents.FIELDS,
    ),
)
