"""The signing keys of a realm: seen, and rotated while it runs."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from idp.control.operation import ACTOR, Algorithm, Answer, Call, Operation
from idp.keyring.published import describe_keys
from idp.keyring.rotation import rotate
from idp.protocol.vocabulary import SIGNING_ALGORITHMS
from idp.realm import Realm


class KnownKey(Struct, frozen=True, kw_only=True):
    """A signing key, as it is published. The newest of an algorithm signs."""

    kid: str
    algorithm: Algorithm
    made_at: int


class Keys(Struct, frozen=True, kw_only=True):
    """Every key that is published, the oldest first."""

    keys: list[KnownKey]


class Rotation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The algorithms to make new keys for; left out, all of them. Old keys go on verifying."""

    algorithms: Annotated[list[Algorithm], Meta(min_length=1, max_length=4)] | UnsetType = UNSET


def read(realm: Realm, _call: Call) -> Answer:
    return Answer(200, _keys(realm))


def make(realm: Realm, call: Call) -> Answer:
    """The new keys sign at once here, and in every other process within a second."""
    wanted: Rotation = call.body
    asked = SIGNING_ALGORITHMS if isinstance(wanted.algorithms, UnsetType) else tuple(dict.fromkeys(wanted.algorithms))
    rotate(realm, asked, actor=ACTOR)
    return Answer(200, _keys(realm))


def _keys(realm: Realm) -> Keys:
    described = describe_keys(realm)
    return Keys(keys=[KnownKey(kid=kid, algorithm=algorithm, made_at=made_at) for kid, algorithm, made_at in described])  # type: ignore[arg-type]


OPERATIONS = (
    Operation(
        name="list_keys",
        method="GET",
        path="/keys",
        summary="List the signing keys",
        handle=read,
        answers={200: Keys},
    ),
    Operation(
        name="rotate_keys",
        method="POST",
        path="/keys/rotate",
        summary="Make new signing keys",
        handle=make,
        body=Rotation,
        answers={200: Keys},
    ),
)
