"""A telephone that the test stand has for a person. Its key and its token follow from the realm's secrets and its id, so nothing
that could sign for it is stored; what it says goes through the same judgement as what a real one says."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey
from sqlalchemy import Connection

from ground.chance import draw_identifier
from idp.audit import Event, record
from idp.authentication.devices import answers, store
from idp.authentication.devices.keys import SignedAnswer, sign_answer
from idp.authentication.devices.requests import AnswerRefused, State
from idp.authentication.devices.store import KnownDevice
from idp.realm import Realm

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def install(realm: Realm, connection: Connection, citizen_id: str, *, name: str, actor: str | None = None) -> str:
    """Give a test person a telephone, and return its id. Written down where somebody (`actor`) does it."""
    device_id = draw_identifier(realm.chance, "test device")
    _add(realm, connection, citizen_id, device_id, name)
    if actor is not None:
        record(realm, connection, Event.METHOD_ENROLLED, actor=actor, object=f"citizen:{citizen_id}", method="push")
    return device_id


def install_by_code(realm: Realm, code: str, *, name: str) -> str:
    """Give a telephone to whoever shows this code at their account, and return its id. Raises AnswerRefused."""
    device_id = draw_identifier(realm.chance, "test device")
    with realm.database.write() as connection:
        citizen_id = answers.take_code(realm, connection, code, device_id=device_id)
        _add(realm, connection, citizen_id, device_id, name)
    return device_id


def of_citizen(realm: Realm, connection: Connection, citizen_id: str) -> Sequence[KnownDevice]:
    """The telephones that the stand has for this person: those whose key it can derive."""
    return [device for device in store.of_citizen(realm, connection, citizen_id) if is_ours(realm, device)]


def is_ours(realm: Realm, device: KnownDevice) -> bool:
    derived = private_key(realm, device.id).as_dict(private=False)
    return all(derived[name] == device.public_key.get(name) for name in ("x", "y"))


def answer(realm: Realm, device: KnownDevice, request_id: str, *, is_approved: bool, number: int | None) -> State:
    """Have the telephone answer. Raises AnswerRefused."""
    signed = sign_answer(private_key(realm, device.id), SignedAnswer(request_id, is_approved, number))
    if not is_ours(realm, device):
        raise AnswerRefused("signature_wrong")
    return answers.judge(realm, device, request_id, signed)


def private_key(realm: Realm, device_id: str) -> ECKey:
    """The key of a telephone: a scalar below the order of the curve, of the bytes that its id leads to."""
    assert realm.settings.is_test, "nobody but a test stand speaks for a telephone"
    scalar = 1 + int.from_bytes(realm.secrets.derive(f"phone device {device_id}"), "big") % (P256_ORDER - 1)
    return ECKey.import_key(ec.derive_private_key(scalar, ec.SECP256R1()))


def token_of(realm: Realm, device_id: str) -> str:
    """The token of a telephone."""
    return realm.secrets.derive(f"phone device token {device_id}").hex()


def _add(realm: Realm, connection: Connection, citizen_id: str, device_id: str, name: str) -> None:
    public_key = private_key(realm, device_id).as_dict(private=False)
    key = {member: str(public_key[member]) for member in ("kty", "crv", "x", "y")}
    token = token_of(realm, device_id)
    store.add(realm, connection, citizen_id, device_id=device_id, name=name, public_key=key, token=token)
