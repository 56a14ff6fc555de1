"""May the holder of this bearer token use our API? Judged by the token itself (RFC 9068, 4), then by introspection."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rp.realm import Realm
from rp.trust.assurance import reaches
from rp.trust.errors import AccessTokenRefused, PersonRefused, ProofTooWeak, RightsMissing, ScopeMissing
from rp.trust.patience import patience
from rp.trust.provider import Provider, client_credentials, read_json
from rp.trust.rights import check_rights
from rp.trust.signed_token import SignatureRefused, verify_signature

LEEWAY_SECONDS = 60
REMEMBERED_SECONDS = 1.0
REMEMBERED_TOKENS = 1024


@dataclass(frozen=True)
class VerifiedAccess:
    """What a bearer token allows, and whom it stands for: a person, or the client itself (RFC 9068, 2.2; RFC 6749, 4.4)."""

    issuer: str
    subject: str
    client_id: str
    scopes: frozenset[str]
    snils: str | None = field(repr=False)
    birth_date: str | None = field(repr=False)

    @property
    def is_of_system(self) -> bool:
        """Is there no person behind it?"""
        return self.subject == self.client_id


def judge_access_token(realm: Realm, token: str, *, scope: str) -> VerifiedAccess:
    """Judge a bearer token for one scope. Raises AccessTokenRefused, ProofTooWeak, ScopeMissing, PersonRefused,
    ProviderUnavailable.

    The token of a system's own says nothing of a person: what it may do is decided by whose system it is.
    """
    with patience(realm):
        return _judge(realm, token, scope=scope)


def _judge(realm: Realm, token: str, *, scope: str) -> VerifiedAccess:
    try:
        header, claims = verify_signature(realm, token)
    except SignatureRefused as error:
        raise AccessTokenRefused(str(error)) from error
    check_access_claims(header, claims, issuer=realm.settings.issuer, resource=realm.settings.resource, now=realm.clock.now())
    answer = realm.room(Introspection).ask(token)
    if answer.get("active") is not True:
        raise AccessTokenRefused("the token is not active")
    if answer.get("sub") != claims["sub"]:
        raise AccessTokenRefused("introspection is of another subject")
    access = VerifiedAccess(
        issuer=claims["iss"],
        subject=claims["sub"],
        client_id=claims["client_id"],
        scopes=_scopes(claims) & _scopes(answer),
        snils=_text(answer, "snils"),
        birth_date=_text(answer, "birthdate"),
    )
    if answer.get("client_id") != access.client_id:
        raise AccessTokenRefused("introspection is of another client")
    if not access.is_of_system and not all(reaches(said.get("acr"), realm.settings.required_acr) for said in (claims, answer)):
        raise ProofTooWeak(realm.settings.required_acr)
    if scope not in access.scopes:
        raise ScopeMissing(scope)
    if not access.is_of_system:
        _check_person(answer)
    return access


def _check_person(answer: Mapping[str, Any]) -> None:
    try:
        check_rights(answer)
    except RightsMissing as error:
        raise PersonRefused(str(error)) from error


def check_access_claims(header: Mapping[str, Any], claims: Mapping[str, Any], *, issuer: str, resource: str, now: int) -> None:
    """The claims of a JWT access token, one by one (RFC 9068, 2.2 and 4). Raises AccessTokenRefused."""
    if str(header.get("typ", "")).lower().removeprefix("application/") != "at+jwt":
        raise AccessTokenRefused("typ is not at+jwt")
    if claims.get("iss") != issuer:
        raise AccessTokenRefused("iss is another provider")
    audience = claims.get("aud")
    if resource not in (audience if isinstance(audience, list) else [audience]):
        raise AccessTokenRefused("aud is another resource")
    for name in ("exp", "iat"):
        if not _is_moment(claims.get(name)):
            raise AccessTokenRefused(f"{name} is missing")
    if not _is_moment(claims.get("nbf", 0)):
        raise AccessTokenRefused("nbf is no time")
    if claims["exp"] <= now:
        raise AccessTokenRefused("the token has expired")
    if claims["iat"] > now + LEEWAY_SECONDS or claims.get("nbf", 0) > now + LEEWAY_SECONDS:
        raise AccessTokenRefused("the token is of the future")
    for name in ("sub", "client_id", "jti"):
        if _text(claims, name) is None:
            raise AccessTokenRefused(f"{name} is missing")


class Introspection:
    """Answers of the introspection endpoint (RFC 7662), each remembered for at most a second.

    Age is measured by both clocks: the realm's, which a test or the stand moves, and the machine's, because a frozen clock
    of the stand must not keep a revoked token alive.
    """

    def __init__(self, realm: Realm) -> None:
        self._realm = realm
        self._lock = threading.Lock()
        self._answers: OrderedDict[bytes, tuple[int, float, Mapping[str, Any]]] = OrderedDict()

    def ask(self, token: str) -> Mapping[str, Any]:
        """What the provider says of the token now. Raises ProviderUnavailable."""
        name = hashlib.sha256(token.encode()).digest()
        with self._lock:
            known = self._answers.get(name)
        if known is not None and self._is_fresh(known[0], known[1]):
            return known[2]
        asked_at, asked_monotonic = self._realm.clock.now(), self._realm.monotonic()
        answer = self._fetch(token)
        with self._lock:
            self._answers[name] = (asked_at, asked_monotonic, answer)
            self._answers.move_to_end(name)
            while len(self._answers) > REMEMBERED_TOKENS:
                self._answers.popitem(last=False)
        return answer

    def _is_fresh(self, at: int, monotonic: float) -> bool:
        # The realm's clock counts whole seconds: only the same second is surely no more than one second ago.
        return self._realm.clock.now() == at and self._realm.monotonic() - monotonic < REMEMBERED_SECONDS

    def _fetch(self, token: str) -> Mapping[str, Any]:
        provider = self._realm.room(Provider)
        endpoint = provider.metadata().introspection_endpoint
        with provider.session() as session:
            answer = read_json(
                session,
                "POST",
                endpoint,
                data={"token": token, "token_type_hint": "access_token"},
                auth=client_credentials(self._realm),
            )
        return answer if isinstance(answer, Mapping) else {}


def _scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    scope = claims.get("scope")
    return frozenset(scope.split()) if isinstance(scope, str) else frozenset()


def _is_moment(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and value else None
