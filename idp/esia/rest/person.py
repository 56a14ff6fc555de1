"""`/rs/prns/{oid}`: who somebody is, with the collections that `?embed=` names inside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from idp.citizens.levels import level_of
from idp.citizens.models import Person, PersonalData
from idp.citizens.profile import Profile, profile_of
from idp.esia.rest.asked import Asked
from idp.esia.rest.documents import identity_place_of
from idp.esia.rest.field import Field, dotted
from idp.protocol.esia.fact import approximate, exact

SERVICE = "CONS-199078 Table 6; EKA README; ENET#8"
SAMPLES = "EKA tests; FR sample"
GENDERS: Mapping[str, str] = {"female": "F", "male": "M"}


@dataclass(frozen=True)
class Whose:
    """A person as fields see them. `identity_number` is that of the document that says who they are."""

    person: Person
    identity_number: int | None

    @property
    def data(self) -> PersonalData:
        return self.person.data

    @property
    def profile(self) -> Profile:
        return profile_of(self.person.data)


def seen(asked: Asked) -> Whose:
    """The person who is asked about."""
    place = identity_place_of(asked.whose)
    return Whose(asked.whose, asked.number(place) if place is not None else None)


FIELDS: Sequence[Field[Whose]] = (
    Field("stateFacts", "list", lambda whose: ["EntityRoot"], exact(SERVICE)),
    Field("firstName", "text", lambda whose: whose.data.given_name, exact(SAMPLES), ("fullname",), ("name", "given_name")),
    Field("lastName", "text", lambda whose: whose.data.family_name, exact(SAMPLES), ("fullname",), ("name", "family_name")),
    Field("middleName", "text", lambda whose: whose.data.middle_name, exact(SAMPLES), ("fullname",), ("name", "middle_name")),
    Field(
        "birthDate", "date", lambda whose: dotted(whose.data.birthdate), exact("EC; ENET; MIAC"), ("birthdate",), ("birthdate",)
    ),
    Field(
        "birthPlace", "text", lambda whose: whose.profile.birthplace or None, exact("ENET; VF"), ("birthplace",), ("birthplace",)
    ),
    Field(
        "gender", "text", lambda whose: GENDERS.get(whose.data.gender or ""), exact("EC; ENET; MIAC"), ("gender",), ("gender",)
    ),
    Field("trusted", "boolean", lambda whose: level_of(whose.person) == "confirmed", exact(SERVICE), claims=("verified",)),
    Field(
        "citizenship",
        "text",
        lambda whose: whose.profile.citizenship if whose.identity_number is not None else None,
        approximate("EKA tests and FR sample have it with id_doc"),
        ("id_doc",),
        ("citizenship",),
    ),
    Field("snils", "text", lambda whose: whose.data.snils, exact(SAMPLES), ("snils",), ("snils",)),
    Field("inn", "text", lambda whose: whose.data.inn, exact(SAMPLES), ("inn",), ("inn",)),
    Field("updatedOn", "seconds", lambda whose: whose.person.changed_at, exact(SERVICE)),
    Field("status", "text", lambda whose: "REGISTERED", exact(SERVICE)),
    Field("verifying", "boolean", lambda whose: False, exact(SERVICE)),
    Field("rIdDoc", "number", lambda whose: whose.identity_number, exact(SERVICE)),
    Field("containsUpCfmCode", "boolean", lambda whose: False, exact(SERVICE)),
    Field("kidAccCreatedByParent", "boolean", lambda whose: whose.person.is_child, exact(SAMPLES)),
    Field("rfgUOperatorCheck", "boolean", lambda whose: False, exact(SAMPLES)),
    Field(
        "selfEmployed",
        "object",
        lambda whose: {"confirmed": whose.profile.self_employed},
        approximate("VF Permission.php"),
        ("self_employed",),
        ("self_employed",),
    ),
)
