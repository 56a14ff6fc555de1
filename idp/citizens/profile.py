"""What only ESIA tells of a person: documents, addresses, vehicles and the like, and what follows of it from the plain fields.

It is stored as one member of the sealed personal data. Where something is not said there, what the plain fields say is told:
the passport, the policy, the address as that of the registration.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from idp.citizens.models import Person, PersonalData
from idp.protocol.esia.document_types import IDENTITY_TYPES, Type

Word = Annotated[str, Meta(max_length=60)]
Text = Annotated[str, Meta(max_length=300)]
AddressType = Literal["PLV", "PRG", "PTA"]
RUSSIA = "RUS"


class Document(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A document. Names in Latin letters are those of a foreign passport, `act_` members of a birth certificate, `medical_` and
    `united_` of a policy."""

    type: Type
    series: Word = ""
    number: Word = ""
    issued_on: date | None = None
    issued_by: Text = ""
    issuer_code: Word = ""
    expires_on: date | None = None
    first_name: Word = ""
    last_name: Word = ""
    medical_organisation: Text = ""
    policy_number: Word = ""
    united_number: Word = ""
    act_number: Word = ""
    act_date: date | None = None
    is_verified: bool = True


class Address(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An address: where somebody lives (PLV), is registered (PRG), or stays for a while (PTA)."""

    type: AddressType
    text: Text
    fias_code: Annotated[str, Meta(max_length=36)] = ""
    country: Word = RUSSIA
    zip_code: Word = ""
    region: Word = ""
    district: Word = ""
    city: Word = ""
    settlement: Word = ""
    street: Word = ""
    area: Word = ""
    addition_area: Word = ""
    addition_area_street: Word = ""
    house: Word = ""
    building: Word = ""
    frame: Word = ""
    flat: Word = ""


class Vehicle(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A vehicle: what its owner calls it, its plate, and its certificate of registration."""

    name: Word
    number_plate: Word
    certificate_series: Word = ""
    certificate_number: Word = ""


class Profile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What only ESIA tells of a person. `avatar` is the colour of a picture that we draw, six hexadecimal digits."""

    birthplace: Text = ""
    citizenship: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = RUSSIA
    passport_issued_by: Text = ""
    passport_issuer_code: Word = ""
    documents: Annotated[list[Document], Meta(max_length=30)] = []
    addresses: Annotated[list[Address], Meta(max_length=3)] = []
    vehicles: Annotated[list[Vehicle], Meta(max_length=20)] = []
    self_employed: bool = False
    avatar: Annotated[str, Meta(pattern="^[0-9A-F]{6}$")] | None = None


EMPTY = Profile()


def read_profile(stored: Mapping[str, Any]) -> Profile:
    """The profile of its JSON form. Raises msgspec.ValidationError."""
    return msgspec.convert(stored, Profile)


def as_stored(profile: Profile) -> dict[str, Any]:
    """The JSON form of a profile."""
    stored: dict[str, Any] = msgspec.to_builtins(profile)
    return stored


def profile_of(data: PersonalData) -> Profile:
    """What only ESIA tells of whose data these are."""
    return EMPTY if data.esia is None else read_profile(data.esia)


def documents_of(person: Person) -> tuple[Document, ...]:
    """Every document of this person: the passport first, then those of the profile, and the policy unless it is among them."""
    data, profile = person.data, profile_of(person.data)
    passport = [_passport(person, profile)] if data.has_passport else []
    has_policy = any(document.type == "MDCL_PLCY" for document in profile.documents)
    policy = [Document(type="MDCL_PLCY", number=data.policy)] if data.policy and not has_policy else []
    return (*passport, *profile.documents, *policy)


def identity_document_of(person: Person) -> Document | None:
    """The document that says who this person is."""
    return next((document for document in documents_of(person) if document.type in IDENTITY_TYPES), None)


def addresses_of(person: Person) -> tuple[Address, ...]:
    """One address of each type at most: of the profile, and that of the registration as the plain field says it."""
    addresses = {address.type: address for address in profile_of(person.data).addresses}
    if "PRG" not in addresses and person.data.address:
        addresses["PRG"] = Address(type="PRG", text=person.data.address)
    return tuple(addresses[kind] for kind in sorted(addresses))


def _passport(person: Person, profile: Profile) -> Document:
    data = person.data
    return Document(
        type="RF_PASSPORT",
        series=data.passport_series or "",
        number=data.passport_number or "",
        issued_on=date.fromisoformat(data.passport_issued_on) if data.passport_issued_on else None,
        issued_by=profile.passport_issued_by,
        issuer_code=profile.passport_issuer_code,
        is_verified=person.document_is_checked,
    )
