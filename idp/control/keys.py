"""The signing keys of a realm: seen, and rotated while it runs."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from idp.cms.gost_engine import GostUnavailable
from idp.control.operation import ACTOR, Answer, Call, Operation, Problem
from idp.keyring.published import describe_keys
from idp.keyring.rotation import algorithms_here, rotate
from idp.realm import Realm

KeyAlgorithm = Literal["RS256", "PS256", "ES256", "EdDSA", "GOST3410_2012_256"]
"""What there are keys for: the last one signs codes and tokens of the ESIA dialect alone, and stands in no key set."""


class KnownKey(Struct, frozen=True, kw_only=True):
    """A signing key. The newest of an algorithm signs."""

    kid: str
    algorithm: KeyAlgorithm
    made_at: int


class Keys(Struct, frozen=True, kw_only=True):
    """Every key there is, the oldest first."""

    keys: list[KnownKey]


class Rotation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The algorithms to make new keys for; left out, all that this machine can sign with. Old keys go on verifying."""

    algorithms: Annotated[list[KeyAlgorithm], Meta(min_length=1, max_length=5)] | UnsetType = UNSET


def read(realm: Realm, _call: Call) -> Answer:
    return Answer(200, _keys(realm))


def make(realm: Realm, call: Call) -> Answer:
    """The new keys sign at once here, and in every other process within a second. Raises Problem."""
    wanted: Rotation = call.body
    asked = algorithms_here() if isinstance(wanted.algorithms, UnsetType) else tuple(dict.fromkeys(wanted.algorithms))
    try:
        rotate(realm, asked, actor=ACTOR)
    except GostUnavailable as reason:
        raise Problem(409, "gost_unavailable", "This machine cannot make such a key", str(reason)) from None
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
        problems=(409,),
    ),
)
