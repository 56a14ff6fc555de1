"""People of a test stand: made up as far as a test does not care, changed and removed at run time."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Connection

from idp.account.removal import remove_person
from idp.authentication import lockout
from idp.authentication.methods.password.hashing import MAX_PASSWORD_BYTES
from idp.authentication.methods.password.store import change_password, set_password
from idp.citizens import directory, identifiers, locks, oids, roles
from idp.citizens.directory import CitizenExists
from idp.citizens.invention import invent, invent_password
from idp.citizens.last_administrator import LastAdministrator, demand_another
from idp.citizens.models import MEDICAL_SERVICE, ROLES, Person, PersonalData, Role
from idp.citizens.profile import Profile, as_stored
from idp.citizens.roles import RoleNotGiven
from idp.control.operation import ACTOR, Answer, Call, Operation, Problem
from idp.logout.session_end import end_everywhere
from idp.realm import Realm
from idp.sessions import store

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Gender = Literal["female", "male"]
Password = Annotated[str, Meta(min_length=1, max_length=MAX_PASSWORD_BYTES // 4, description="As it is typed")]
NORMALISE = {"phone": identifiers.phone, "email": identifiers.email, "snils": identifiers.snils, "inn": identifiers.inn}
YEARS = range(1900, 2101)


class PersonTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person shall be. Null means that they have none; what is left out is made up for a new person, and stays as
    it is of a known one. Of people made up here `risk` (a second step where a sign-in is unusual) is off unless it is said, and
    `roles` are the one that people take by themselves. `locked` is the lock after wrong passwords; false recovers the account,
    as its owner would."""

    family_name: Name | UnsetType = UNSET
    given_name: Name | UnsetType = UNSET
    middle_name: Name | UnsetType | None = UNSET
    birthdate: date | UnsetType | None = UNSET
    gender: Gender | UnsetType | None = UNSET
    snils: Text | UnsetType | None = UNSET
    inn: Text | UnsetType | None = UNSET
    policy: Text | UnsetType | None = UNSET
    passport_series: Text | UnsetType | None = UNSET
    passport_number: Text | UnsetType | None = UNSET
    passport_issued_on: date | UnsetType | None = UNSET
    region: Text | UnsetType | None = UNSET
    address: Text | UnsetType | None = UNSET
    phone: Annotated[str, Meta(max_length=20)] | UnsetType | None = UNSET
    email: Annotated[str, Meta(max_length=254)] | UnsetType | None = UNSET
    phone_verified: bool | UnsetType = UNSET
    email_verified: bool | UnsetType = UNSET
    second_factor_required: bool | UnsetType = UNSET
    risk: bool | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    roles: Annotated[list[Role], Meta(max_length=len(ROLES), description="All that they have")] | UnsetType = UNSET
    locked: bool | UnsetType = UNSET
    esia: Annotated[Profile, Meta(description="What only ESIA tells of them")] | UnsetType | None = UNSET
    password: Password | UnsetType | None = UNSET


class KnownPerson(Struct, frozen=True, kw_only=True):
    """A person of the test stand. `id` is also the subject of tokens for clients that are not pairwise; `oid` is the number by
    which the ESIA dialect names them, and `esia` what only it tells."""

    id: str
    oid: int
    family_name: str
    given_name: str
    middle_name: str | None
    birthdate: str | None
    gender: str | None
    snils: str | None
    inn: str | None
    policy: str | None
    passport_series: str | None
    passport_number: str | None
    passport_issued_on: str | None
    region: str | None
    address: str | None
    phone: str | None
    email: str | None
    phone_verified: bool
    email_verified: bool
    second_factor_required: bool
    risk: bool
    disabled: bool
    roles: list[Role]
    locked: bool
    esia: dict[str, Any] | None


class NewPerson(KnownPerson, frozen=True, kw_only=True):
    """A person who has just been entered, with their password: it is told this once."""

    password: str | None


class PeopleQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`login` is a phone (both forms), an e-mail or a СНИЛС."""

    login: Annotated[str, Meta(max_length=254, description="Only who has this phone, e-mail or СНИЛС")] | UnsetType = UNSET


class People(Struct, frozen=True, kw_only=True):
    """People, in the order they were entered."""

    people: list[KnownPerson]


def look_up(realm: Realm, call: Call) -> Answer:
    """Everybody, or who has the login that the query names."""
    login = call.query.login
    with realm.database.read() as connection:
        if login is UNSET:
            found = directory.everybody(realm, connection)
        else:
            # A plus that was not percent-encoded arrives as a space.
            person = directory.find_by_login(realm, connection, "+" + login[1:] if login.startswith(" ") else login)
            found = [person] if person else []
    return Answer(200, People(people=[KnownPerson(**each) for each in _all_shown(realm, found)]))


def enter(realm: Realm, call: Call) -> Answer:
    """Enter a person; their phone and e-mail are verified unless the body says otherwise."""
    terms: PersonTerms = call.body
    given = _data(terms)
    password = invent_password(realm.chance) if terms.password is UNSET else terms.password
    with realm.database.write() as connection:
        _check_free(directory.taken_by_others(realm, connection, _only_logins(given)))
        data = invent(realm.chance, given, is_free=lambda data: not directory.taken_by_others(realm, connection, data))
        citizen_id = directory.enter(
            realm,
            connection,
            data,
            phone_is_verified=data.phone is not None and terms.phone_verified is not False,
            email_is_verified=data.email is not None and terms.email_verified is not False,
            second_factor_required=terms.second_factor_required is True,
            risk_is_judged=terms.risk is True,
            actor=ACTOR,
        )
        _set_roles(realm, connection, citizen_id, [MEDICAL_SERVICE] if terms.roles is UNSET else terms.roles)
        person = _find(realm, connection, citizen_id)
        if terms.disabled is True:
            person = replace(person, is_disabled=True)
            directory.change(realm, connection, person, actor=ACTOR)
        if password is not None:
            set_password(realm, connection, citizen_id, password)
        _lock(realm, connection, citizen_id, terms.locked)
        person = _find(realm, connection, citizen_id)
    return Answer(201, NewPerson(**_all_shown(realm, [person])[0], password=password))


def read(realm: Realm, call: Call) -> Answer:
    with realm.database.read() as connection:
        person = _find(realm, connection, call.path["person_id"])
    return Answer(200, KnownPerson(**_all_shown(realm, [person])[0]))


def change(realm: Realm, call: Call) -> Answer:
    """Change what the body names. Sessions and tokens go on, as they would; those of a person who is disabled end."""
    terms: PersonTerms = call.body
    given = _data(terms)
    with realm.database.write() as connection:
        known = _find(realm, connection, call.path["person_id"])
        directory.hold(connection, known.id)
        store.hold(connection, known.id)
        data = PersonalData(**{**asdict(known.data), **given})
        person = replace(
            known,
            data=data,
            document_is_checked=data.has_passport,
            phone_is_verified=data.phone is not None and _told(terms.phone_verified, known.phone_is_verified),
            email_is_verified=data.email is not None and _told(terms.email_verified, known.email_is_verified),
            second_factor_required=_told(terms.second_factor_required, known.second_factor_required),
            risk_is_judged=_told(terms.risk, known.risk_is_judged),
            is_disabled=_told(terms.disabled, known.is_disabled),
        )
        try:
            directory.change(realm, connection, person, actor=ACTOR)
        except CitizenExists as exists:
            _check_free(exists.names)
        except LastAdministrator:
            raise _last_administrator() from None
        if person.is_disabled and not known.is_disabled:
            end_everywhere(realm, connection, person.id, because="citizen_disabled", actor=ACTOR)
        if terms.roles is not UNSET:
            _set_roles(realm, connection, person.id, terms.roles)
            person = _find(realm, connection, person.id)
        if terms.password is not UNSET:
            change_password(realm, connection, person.id, terms.password, actor=ACTOR)
        _lock(realm, connection, person.id, terms.locked)
        person = _find(realm, connection, person.id)
    return Answer(200, KnownPerson(**_all_shown(realm, [person])[0]))


def remove(realm: Realm, call: Call) -> Answer:
    """Take a person away: sessions end, tokens are worth nothing, and what was kept of them is gone. So are the children whom
    nobody else is a parent of."""
    with realm.database.write() as connection:
        person = _find(realm, connection, call.path["person_id"])
        directory.hold(connection, person.id)
        try:
            demand_another(connection, person.id)
        except LastAdministrator:
            raise _last_administrator() from None
        remove_person(realm, connection, person.id, actor=ACTOR)
    return Answer(204)


def _find(realm: Realm, connection: Connection, citizen_id: str) -> Person:
    person = directory.find(realm, connection, citizen_id)
    if person is None:
        raise Problem(404, "person_unknown", "There is no such person")
    return person


def _set_roles(realm: Realm, connection: Connection, citizen_id: str, wanted: Sequence[Role]) -> None:
    """Give and take roles, so that these are what the person has. Raises Problem."""
    known = _find(realm, connection, citizen_id).roles
    try:
        for role in sorted(known - set(wanted)):
            roles.take(realm, connection, citizen_id, role, actor=ACTOR)
        for role in sorted(set(wanted) - known):
            roles.give(realm, connection, citizen_id, role, actor=ACTOR)
    except LastAdministrator:
        raise _last_administrator() from None
    except RoleNotGiven:
        excluding = ", ".join(sorted(roles.EXCLUDING))
        raise Problem(409, "roles_excluded", "Nobody has these roles together", excluding) from None


def _last_administrator() -> Problem:
    return Problem(409, "last_administrator", "Nobody would be left who can give roles")


def _lock(realm: Realm, connection: Connection, citizen_id: str, wanted: bool | UnsetType) -> None:
    """Lock an account as five wrong passwords do, or recover it as its owner does."""
    if wanted is True:
        locks.lock(realm, connection, citizen_id, because="test")
    elif wanted is False:
        lockout.recover(realm, connection, citizen_id, by="test", actor=ACTOR)


def _data(terms: PersonTerms) -> dict[str, Any]:
    """The personal data that were given, in one spelling. Raises Problem."""
    given: dict[str, Any] = {}
    for name in PersonalData.__dataclass_fields__:
        value = getattr(terms, name, UNSET)  # what only a bank knows of its customers is not of this API
        if isinstance(value, Profile):
            value = as_stored(value)
        if isinstance(value, date):
            if value.year not in YEARS:
                raise Problem(422, "body_invalid", "The body is not what this operation takes", f"{name}: nobody lives then")
            value = value.isoformat()
        if isinstance(value, str) and name in NORMALISE:
            try:
                value = NORMALISE[name](value)
            except identifiers.IdentifierMalformed:
                detail = f"{name} is malformed, or its check digits are wrong"
                raise Problem(422, "body_invalid", "The body is not what this operation takes", detail) from None
        if value is not UNSET:
            given[name] = value
    return given


def _only_logins(given: Mapping[str, Any]) -> PersonalData:
    return PersonalData("", "", **{name: given.get(name) for name in directory.LOGINS})


def _check_free(taken: Any) -> None:
    if taken:
        raise Problem(409, "person_exists", "Another person has this", f"taken: {', '.join(taken)}", taken=list(taken))


def _told(value: bool | UnsetType, otherwise: bool) -> bool:
    return otherwise if isinstance(value, UnsetType) else value


def _all_shown(realm: Realm, people: Sequence[Person]) -> list[dict[str, Any]]:
    """These people with their numbers; who has none yet is given one."""
    with realm.database.read() as connection:
        numbers = oids.known_oids(connection, "citizen_id", [person.id for person in people])
    missing = [person.id for person in people if person.id not in numbers]
    if missing:
        with realm.database.write() as connection:
            numbers |= {citizen_id: oids.oid_of_citizen(connection, citizen_id) for citizen_id in missing}
    return [_shown(person, numbers[person.id]) for person in people]


def _shown(person: Person, oid: int) -> dict[str, Any]:
    return {
        "id": person.id,
        "oid": oid,
        **{name: value for name, value in asdict(person.data).items() if name in KnownPerson.__struct_fields__},
        "phone_verified": person.phone_is_verified,
        "email_verified": person.email_is_verified,
        "second_factor_required": person.second_factor_required,
        "risk": person.risk_is_judged,
        "disabled": person.is_disabled,
        "roles": sorted(person.roles),
        "locked": person.lock == "failures",
    }


PERSON = "/people/{person_id}"
OPERATIONS = (
    Operation(
        name="find_people",
        method="GET",
        path="/people",
        summary="List people, or find who has a login",
        handle=look_up,
        query=PeopleQuery,
        answers={200: People},
    ),
    Operation(
        name="enter_person",
        method="POST",
        path="/people",
        summary="Enter a person; what is left out is made up",
        handle=enter,
        body=PersonTerms,
        answers={201: NewPerson},
        problems=(409,),
    ),
    Operation(
        name="read_person",
        method="GET",
        path=PERSON,
        summary="Read what is known of a person",
        handle=read,
        answers={200: KnownPerson},
    ),
    Operation(
        name="change_person",
        method="PATCH",
        path=PERSON,
        summary="Change a person",
        handle=change,
        body=PersonTerms,
        answers={200: KnownPerson},
        problems=(409,),
    ),
    Operation(
        name="remove_person",
        method="DELETE",
        path=PERSON,
        summary="Remove a person, their sessions and their tokens",
        handle=remove,
        problems=(409,),
    ),
)
