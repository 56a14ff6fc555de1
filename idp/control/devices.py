"""The telephone of a test person: given to them, asked what it is asked, and made to answer, through the door of a real one."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from idp.authentication.devices import rehearsal, requests
from idp.authentication.devices.requests import AnswerRefused, AskedDevice
from idp.authentication.devices.store import KnownDevice
from idp.citizens.models import Person
from idp.control.operation import ACTOR, Answer, Call, Operation, Problem
from idp.control.waiting import Seconds, look_until_found
from idp.control.whom import find_person
from idp.realm import Realm

Name = Annotated[str, Meta(min_length=1, max_length=60)]


class DeviceTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the telephone is called."""

    name: Name = "Учебный телефон"


class GivenDevice(Struct, frozen=True, kw_only=True):
    """A telephone that the stand speaks for. With `token` (a bearer) and `key` (a private JWK, P-256) a test can be the
    application itself, at `/device/requests` of the provider."""

    id: str
    name: str
    token: str
    key: dict[str, str]


class Push(Struct, frozen=True, kw_only=True):
    """A sign-in that waits for the telephone. `number` is the one of `numbers` that stands on the sign-in page."""

    id: str
    client: str
    host: str
    place: str
    number: int
    numbers: list[int]
    asked_at: int
    expires_at: int


class Pushes(Struct, frozen=True, kw_only=True):
    """What waits, newest first."""

    pushes: list[Push]


class PushesQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether to wait for one."""

    wait_for: Seconds = 0


class PushAnswer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the owner presses: without a number the right one. `person` (an id, phone, e-mail or СНИЛС) says whose telephone
    reads the code of a QR sign-in, whose address ends with the id."""

    decision: Literal["approve", "deny"] = "approve"
    number: Annotated[int, Meta(ge=0, le=99)] | UnsetType = UNSET
    person: str | UnsetType = UNSET


class AnsweredPush(Struct, frozen=True, kw_only=True):
    """What came of it."""

    state: Literal["approved", "denied", "wrong_number"]


def give(realm: Realm, call: Call) -> Answer:
    """Give the person one telephone more."""
    person = find_person(realm, call.path["person_id"])
    with realm.database.write() as connection:
        device_id = rehearsal.install(realm, connection, person.id, name=call.body.name, actor=ACTOR)
    key: dict[str, Any] = rehearsal.private_key(realm, device_id).as_dict(private=True)
    members = {name: str(key[name]) for name in ("kty", "crv", "x", "y", "d")}
    token = rehearsal.token_of(realm, device_id)
    return Answer(201, GivenDevice(id=device_id, name=call.body.name, token=token, key=members))


def list_pushes(realm: Realm, call: Call) -> Answer:
    """What the person's telephones are asked now, as soon as there is something."""
    person = find_person(realm, call.path["person_id"])
    waiting = look_until_found(lambda: waiting_for(realm, person.id), seconds=call.query.wait_for)
    return Answer(200, Pushes(pushes=[_shown(asked) for asked in waiting]))


def give_answer(realm: Realm, call: Call) -> Answer:
    """Have the owner's telephone answer."""
    asked: PushAnswer = call.body
    with realm.database.read() as connection:
        found = requests.find(realm, connection, call.path["push_id"])
    if found is None or found.purpose == "enrolment":
        raise Problem(404, "push_unknown", "Nothing of this id waits for a telephone")
    owner = found.citizen_id if asked.person is UNSET else find_person(realm, asked.person).id
    if owner is None:
        raise Problem(400, "person_needed", "A QR code is for whoever reads it", "name whose telephone that is: person")
    device = device_of(realm, owner)
    if device is None:
        raise Problem(400, "device_unknown", "This person has no telephone of the stand", "POST /people/{person_id}/devices")
    number = found.number if asked.number is UNSET else asked.number
    try:
        state = rehearsal.answer(realm, device, found.id, is_approved=asked.decision == "approve", number=number)
    except AnswerRefused as refused:
        raise Problem(409, f"push_{refused.reason}", "The answer came to nothing") from None
    return Answer(200, AnsweredPush(state=state))  # type: ignore[arg-type]


def waiting_for(realm: Realm, person_id: str) -> list[AskedDevice]:
    with realm.database.read() as connection:
        return list(requests.waiting_for(realm, connection, person_id))


def device_of(realm: Realm, person_id: str) -> KnownDevice | None:
    """The oldest telephone that the stand has for this person."""
    with realm.database.read() as connection:
        return next(iter(rehearsal.of_citizen(realm, connection, person_id)), None)


def install_for(realm: Realm, person: Person) -> None:
    """Put the application on the telephone of the stand's own page."""
    with realm.database.write() as connection:
        rehearsal.install(realm, connection, person.id, name=DeviceTerms().name, actor=ACTOR)


def _shown(asked: AskedDevice) -> Push:
    return Push(
        id=asked.id,
        client=asked.told.client_name,
        host=asked.told.client_host,
        place=asked.told.place,
        number=asked.number or 0,
        numbers=list(asked.numbers),
        asked_at=asked.created_at,
        expires_at=asked.expires_at,
    )


OPERATIONS = (
    Operation(
        name="give_device",
        method="POST",
        path="/people/{person_id}/devices",
        summary="Give a person a telephone that approves sign-ins",
        handle=give,
        body=DeviceTerms,
        answers={201: GivenDevice},
        problems=(404,),
    ),
    Operation(
        name="list_pushes",
        method="GET",
        path="/people/{person_id}/pushes",
        summary="List the sign-ins that wait for a person's telephone, waiting for one if need be",
        handle=list_pushes,
        query=PushesQuery,
        answers={200: Pushes},
        problems=(404,),
    ),
    Operation(
        name="answer_push",
        method="POST",
        path="/pushes/{push_id}/answer",
        summary="Answer a notice, or read the code of a QR sign-in, with the telephone of a person",
        handle=give_answer,
        body=PushAnswer,
        answers={200: AnsweredPush},
        problems=(400, 404, 409),
    ),
)
