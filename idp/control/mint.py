"""Minting any token the provider could sign, with whatever claims and header a test needs. It is always marked."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from msgspec import UNSET, Struct, UnsetType

from ground.chance import draw_identifier
from idp.audit import Event, record
from idp.citizens.models import Person
from idp.cms.gost_engine import GostUnavailable
from idp.control import mint_esia
from idp.control.keys import KeyAlgorithm
from idp.control.operation import Answer, Call, Operation, Problem
from idp.control.whom import find_client, find_person
from idp.errors import ClientUnknown
from idp.protocol.client import Client
from idp.protocol.esia.tokens import Kind as EsiaKind
from idp.protocol.vocabulary import ACCESS_TOKEN_ALGORITHM, TEST_MARK
from idp.realm import Realm
from idp.tokens import families, minting
from idp.tokens.families import Grant
from idp.tokens.subjects import subject_of

Kind = Literal["access_token", "id_token", "logout_token", "jwt", "esia_code", "esia_access", "esia_id"]
ESIA_KINDS: Mapping[Kind, EsiaKind] = {"esia_code": "authorization_code", "esia_access": "access", "esia_id": "id"}
LONGEST_SCOPE = 1000
LONGEST_SID = 36


class MintRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What token to make, for whom and for which client; a `jwt` needs neither.

    Each member of `claims` and `header` replaces the honest one, and null removes it. `lives_for` is in seconds and may be
    negative. An access token is good at userinfo and at introspection, one of ESIA's at its resources. With `is_spoilt` the
    signature is not that of the token.
    """

    kind: Kind
    person: str | UnsetType = UNSET
    client_id: str | UnsetType = UNSET
    scope: str = "openid"
    claims: dict[str, Any] = {}
    header: dict[str, Any] = {}
    algorithm: KeyAlgorithm | UnsetType = UNSET
    lives_for: int | UnsetType = UNSET
    sid: str | UnsetType = UNSET
    is_spoilt: bool = False


class MintAnswer(Struct, frozen=True, kw_only=True):
    """The token, and what it says."""

    token: str
    header: dict[str, Any]
    claims: dict[str, Any]


@dataclass(frozen=True)
class Terms:
    """Whom a token is about and for, and in which session."""

    person: Person
    client: Client
    grant: Grant


def mint(realm: Realm, call: Call) -> Answer:
    """Make the token, write it down, and say what stands in it."""
    asked: MintRequest = call.body
    realm = realm.acting_for_test()
    _check(asked)
    esia_kind = ESIA_KINDS.get(asked.kind)
    claims, honest_header, algorithm = _of_esia(realm, asked, esia_kind) if esia_kind else _standard(realm, asked)
    if asked.lives_for is not UNSET:
        claims["exp"] = claims["iat"] + asked.lives_for
    claims = {name: value for name, value in (claims | asked.claims).items() if value is not None}
    if asked.algorithm is not UNSET:
        algorithm = asked.algorithm
    try:
        wanted = {**honest_header, **asked.header}
        token = minting.mint_for_test(realm, claims, header=wanted, algorithm=algorithm, escapes_slashes=bool(esia_kind))
    except (TypeError, RecursionError):
        raise Problem(422, "body_invalid", "The token cannot be written", "a number is too large, or it is too deep") from None
    except GostUnavailable as reason:
        raise Problem(409, "gost_unavailable", "This machine cannot sign such a token", str(reason)) from None
    if asked.is_spoilt:
        token = _spoil(token)
    with realm.database.write() as connection:
        named = {"client": asked.client_id} if asked.client_id is not UNSET else {}
        record(realm, connection, Event.TOKEN_MINTED, actor="operator:test", object=f"token:{asked.kind}", **named)
    header, payload, _ = token.split(".")
    return Answer(200, MintAnswer(token=token, header=_read(header), claims=_read(payload)))


def _standard(realm: Realm, asked: MintRequest) -> tuple[dict[str, Any], Mapping[str, Any], str]:
    claims, media_type, algorithm = KINDS[asked.kind](realm, asked)
    return claims, {"typ": media_type}, algorithm


def _of_esia(realm: Realm, asked: MintRequest, kind: EsiaKind) -> tuple[dict[str, Any], Mapping[str, Any], str]:
    """Its header has no `kid`."""
    terms = _terms(realm, asked)
    if terms.client.dialect != "esia":
        raise Problem(
            409, "other_dialect", "The client speaks another dialect", f"{asked.kind} is for clients of the dialect esia"
        )
    claims, header, algorithm = mint_esia.honest(realm, kind, terms.person, terms.client, terms.grant)
    return claims, {"kid": None, **header}, algorithm


def _spoil(token: str) -> str:
    """The first bit of the signature is another one: base64 of any library reads it, and no key fits."""
    message, _, signature = token.rpartition(".")
    other = urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    spoilt = bytes([other[0] ^ 0x80]) + other[1:]
    return f"{message}.{urlsafe_b64encode(spoilt).rstrip(b'=').decode()}"


def _read(part: str) -> dict[str, Any]:
    members: dict[str, Any] = orjson.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return members


def _check(asked: MintRequest) -> None:
    if asked.claims.get(TEST_MARK, True) is not True:
        raise Problem(400, "mark_stays", "The mark of a minted token stays", f"{TEST_MARK} cannot be changed or removed")
    if "alg" in asked.header:
        raise Problem(400, "algorithm_in_header", "The header says what signs", "Choose by algorithm")
    if len(asked.scope) > LONGEST_SCOPE or (asked.sid is not UNSET and len(asked.sid) > LONGEST_SID):
        raise Problem(400, "too_long", "A member is too long", f"scope has {LONGEST_SCOPE} characters, sid {LONGEST_SID}")


def _access_token(realm: Realm, asked: MintRequest) -> tuple[dict[str, Any], str, str]:
    """Behind it stands a family of its own, so that whoever asks us about the token is told that it is alive."""
    terms = _terms(realm, asked)
    with realm.database.write() as connection:
        family_id = families.begin(realm, connection, terms.grant)
    claims = minting.access_token_claims(realm, terms.grant, terms.client, family_id=family_id)
    return claims, minting.ACCESS_TOKEN_TYPE, ACCESS_TOKEN_ALGORITHM


def _id_token(realm: Realm, asked: MintRequest) -> tuple[dict[str, Any], str, str]:
    terms = _terms(realm, asked)
    claims = minting.id_token_claims(realm, terms.grant, terms.client)
    return claims, minting.ID_TOKEN_TYPE, terms.client.id_token_algorithm


def _logout_token(realm: Realm, asked: MintRequest) -> tuple[dict[str, Any], str, str]:
    terms = _terms(realm, asked)
    claims = minting.logout_token_claims(realm, terms.client, citizen_id=terms.person.id, sid=terms.grant.sid)
    return claims, minting.LOGOUT_TOKEN_TYPE, terms.client.id_token_algorithm


def _jwt(realm: Realm, asked: MintRequest) -> tuple[dict[str, Any], str, str]:
    """Issuer and times; subject and audience only where they are named."""
    now = realm.clock.now()
    claims: dict[str, Any] = {"iss": realm.issuer, "iat": now, "exp": now + realm.settings.lifetimes.access_token}
    person = find_person(realm, asked.person) if asked.person is not UNSET else None
    client = _client(realm, asked.client_id) if asked.client_id is not UNSET else None
    if person is not None:
        claims["sub"] = subject_of(realm, client, person.id) if client is not None else person.id
    if client is not None:
        claims["aud"] = client.client_id
    return claims, minting.ID_TOKEN_TYPE, ACCESS_TOKEN_ALGORITHM


KINDS: dict[Kind, Callable[[Realm, MintRequest], tuple[dict[str, Any], str, str]]] = {
    "access_token": _access_token,
    "id_token": _id_token,
    "logout_token": _logout_token,
    "jwt": _jwt,
}
"""From what is asked to the honest claims, the `typ` and the algorithm of each kind."""


def _terms(realm: Realm, asked: MintRequest) -> Terms:
    if asked.person is UNSET or asked.client_id is UNSET:
        raise Problem(400, "member_missing", "A member is missing", f"person and client_id are needed for {asked.kind}")
    person, client = find_person(realm, asked.person), _client(realm, asked.client_id)
    grant = Grant(
        client_id=client.client_id,
        citizen_id=person.id,
        sid=asked.sid if asked.sid is not UNSET else draw_identifier(realm.chance, "session of a test"),
        scopes=frozenset(asked.scope.split()),
        acr="low",
        amr=("pwd",),
        authenticated_at=realm.clock.now(),
        is_made_by_test=True,
    )
    return Terms(person, client, grant)


def _client(realm: Realm, client_id: str) -> Client:
    client = find_client(realm, client_id)
    if client is None:
        raise ClientUnknown("invalid_client", "client_id is unknown", clause="RFC 6749, 4.1.2.1")
    return client


OPERATIONS = (
    Operation(
        name="mint",
        method="POST",
        path="/mint",
        summary="Make a token with any claims, signed by the realm's keys",
        handle=mint,
        body=MintRequest,
        answers={200: MintAnswer},
        problems=(400, 404, 409, 422),
    ),
)
