"""What systems of the ESIA dialect are told beside the plain claims, each under the name by which a consent asks for it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from idp.citizens import children, organisations
from idp.citizens.children import ListedChild
from idp.citizens.models import Person
from idp.citizens.profile import Document, addresses_of, documents_of, profile_of
from idp.protocol.esia.document_types import DOCUMENT_TYPES
from idp.realm import Realm

PLAIN = {"inn", "snils"}
"""Claims that the plain fields tell; a document says nothing else."""


def profile_claims_of(realm: Realm, connection: Connection, person: Person) -> dict[str, Any]:
    """Every such claim about this person. One of which there is nothing is an empty list or None."""
    profile = profile_of(person.data)
    listed = children.of_parent(realm, connection, person.id)
    documents = _documents(documents_of(person))
    return {
        **documents,
        "birthplace": profile.birthplace or None,
        "citizenship": profile.citizenship if documents["identity_document"] else None,
        "addresses": addresses_of(person),
        "vehicles": profile.vehicles,
        "self_employed": profile.self_employed,
        "picture": profile.avatar is not None,
        "organisations": organisations.of_member(connection, person.id),
        **_children(listed),
    }


def _documents(documents: Sequence[Document]) -> dict[str, list[Document]]:
    claims: dict[str, list[Document]] = {kind.claim: [] for kind in DOCUMENT_TYPES.values() if kind.claim not in PLAIN}
    for document in documents:
        claim = DOCUMENT_TYPES[document.type].claim
        if claim in claims:
            claims[claim].append(document)
    return claims


def _children(listed: Sequence[ListedChild]) -> dict[str, list[str]]:
    data = [child.person.data for child in listed]
    return {
        "children_names": [each.full_name for each in data],
        "children_birthdates": [each.birthdate for each in data if each.birthdate],
        "children_genders": [each.gender for each in data if each.gender],
        "children_snils": [each.snils for each in data if each.snils],
        "children_inn": [each.inn for each in data if each.inn],
        "children_birth_certificates": [f"{child.certificate.series} {child.certificate.number}" for child in listed],
        "children_medical_policies": [each.policy for each in data if each.policy],
    }
