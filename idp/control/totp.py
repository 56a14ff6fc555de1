"""The authenticator application of a test person: given a secret, and asked for the code of this moment."""

from msgspec import Struct

from idp.authentication.methods.totp.codes import STEP_SECONDS, address_of, code_of, step_at
from idp.authentication.methods.totp.enrolment import account_of
from idp.authentication.methods.totp.store import enrol, secret_of
from idp.control.operation import ACTOR, Answer, Call, Operation, Problem
from idp.control.whom import find_person
from idp.realm import Realm


class TotpSecret(Struct, frozen=True, kw_only=True):
    """What an authenticator application is told: the secret in base32, and the `otpauth:` address of its QR code."""

    secret: str
    address: str


class TotpCode(Struct, frozen=True, kw_only=True):
    """The code of this moment by the stand's clock, and for how many seconds the application shows it."""

    code: str
    seconds_left: int


def give_secret(realm: Realm, call: Call) -> Answer:
    """Give the person a new secret in place of the one they may have."""
    person = find_person(realm, call.path["person_id"])
    with realm.database.write() as connection:
        secret = enrol(realm, connection, person.id, actor=ACTOR)
    return Answer(201, TotpSecret(secret=secret, address=address_of(secret, account=account_of(person))))


def read(realm: Realm, call: Call) -> Answer:
    code = code_now(realm, find_person(realm, call.path["person_id"]).id)
    if code is None:
        raise Problem(404, "totp_unknown", "This person has no authenticator application")
    return Answer(200, code)


def code_now(realm: Realm, person_id: str) -> TotpCode | None:
    """What the person's application shows now; None when they have none."""
    with realm.database.read() as connection:
        secret = secret_of(realm, connection, person_id)
    if secret is None:
        return None
    now = realm.clock.now()
    return TotpCode(code=code_of(secret, step_at(now)), seconds_left=STEP_SECONDS - now % STEP_SECONDS)


PATH = "/people/{person_id}/totp"
OPERATIONS = (
    Operation(
        name="enrol_totp",
        method="POST",
        path=PATH,
        summary="Give a person a secret for codes of an application",
        handle=give_secret,
        answers={201: TotpSecret},
        problems=(404,),
    ),
    Operation(
        name="read_totp",
        method="GET",
        path=PATH,
        summary="Read the code that the person's application shows now",
        handle=read,
        answers={200: TotpCode},
        problems=(404,),
    ),
)
