"""Minting any token the provider could sign, with whatever claims and header a test needs. It is always marked."""

from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from msgspec import UNSET, Struct, UnsetType

from ground.chance import draw_identifier
from idp.audit import Event, record
from idp.citizens.models import Person
from idp.control.operation import Algorithm, Answer, Call, Operation, Problem
from idp.control.whom import find_client, find_person
from idp.errors import ClientUnknown
from idp.protocol.client import Client
from idp.protocol.vocabulary import ACCESS_TOKEN_ALGORITHM, TEST_MARK
from idp.realm import Realm
from idp.tokens import families, minting
from idp.tokens.families import Grant
from idp.tokens.subjects import subject_of

Kind = Literal["access_token", "id_token", "logout_token", "jwt"]
LONGEST_SCOPE = 1000
LONGEST_SID = 36


class MintRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What token to make, for whom and for which client; a `jwt` needs neither.

    Each member of `claims` and `header` replaces the honest one, and null removes it. `lives_for` is in seconds and may be
    negative. An access token is good at userinfo and at introspection.
    """

    kind: Kind
    person: str | UnsetType = UNSET
    client_id: str | UnsetType = UNSET
    scope: str = "openid"
    claims: dict[str, Any] = {}
    header: dict[str, Any] = {}
    algorithm: Algorithm | UnsetType = UNSET
    lives_for: int | UnsetType = UNSET
    sid: str | UnsetType = UNSET


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
    claims, media_type, algorithm = KINDS[asked.kind](realm, asked)
    if asked.lives_for is not UNSET:
        claims["exp"] = claims["iat"] + asked.lives_for
    claims = {name: value for name, value in (claims | asked.claims).items() if value is not None}
    if asked.algorithm is not UNSET:
        algorithm = asked.algorithm
    try:
        token = minting.mint_for_test(realm, claims, header={"typ": media_type, **asked.header}, algorithm=algorithm)
    except (TypeError, RecursionError):
        raise Problem(422, "body_invalid", "The token cannot be written", "a number is too large, or it is too deep") from None
    with realm.database.write() as connection:
        named = {"client": asked.client_id} if asked.client_id is not UNSET else {}
        record(realm, connection, Event.TOKEN_MINTED, actor="operator:test", object=f"token:{asked.kind}", **named)
    header, payload, _ = token.split(".")
    return Answer(200, MintAnswer(token=token, header=_read(header), claims=_read(payload)))


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
        problems=(400, 404, 422),
    ),
)
