"""What ESIA's codes and tokens say: header and claims, name by name, with the JSON types that typed clients rely on.

Three kinds are told apart by `sbt` of the header: a code is no token, and an ID token opens nothing. They are signed by
`tokens.minting.mint_esia`, which adds `alg` and escapes slashes.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from idp.protocol.esia.fact import Fact, approximate, assumed, exact
from idp.protocol.vocabulary import OFFLINE_ACCESS, TEST_MARK, Level

Kind = Literal["authorization_code", "access", "id"]
"""`sbt` of a header."""
AccountWord = Literal["PR", "P", "KD"]
ACCOUNT_WORDS: Mapping[str, AccountWord] = MappingProxyType(
    {"child": "KD", "simplified": "P", "standard": "P", "confirmed": "PR"}
)
"""`urn:esia:sbj:lvl` of the levels of an account: simplified and standard are told alike."""
ORGANISATION_PREFIX = "http://esia.gosuslugi.ru/"
"""Stands before the scopes of organisations, on the test system too."""
CERTIFICATE_HEADER = "x5t#St256"


@dataclass(frozen=True)
class Told:
    """What a code or a token may speak of; each says its part of it.

    `oid` is the number of the person, None where a system has a token of its own. `scope` is the text of the claim. `state` is
    that of the authorization request. `nonce` is told where the switch is on and there is one.
    """

    issuer: str
    client_id: str
    scope: str
    sid: str
    now: int
    expires_at: int
    oid: int | None = None
    account: AccountWord = "P"
    method: str = "PWD"
    second_factor: str | None = None
    authenticated_at: int = 0
    state: str = ""
    nonce: str | None = None
    subject_is_text: bool = False
    permissions: Sequence[Any] = field(default_factory=tuple)
    is_made_by_test: bool = False


@dataclass(frozen=True)
class Claim:
    """One claim: its name, and what it says; None where it says nothing and is absent."""

    name: str
    say: Callable[[Told], Any]
    fact: Fact


def _subject(told: Told) -> dict[str, Any]:
    return {claim.name: value for claim in SUBJECT if (value := claim.say(told)) is not None}


SUBJECT = (
    Claim("urn:esia:sbj:lvl", lambda told: told.account, exact("LEO; AIS#45")),
    Claim("urn:esia:sbj:typ", lambda told: "P", exact("LEO; INFO; AIS#45")),
    Claim("urn:esia:sbj:is_tru", lambda told: True if told.account == "PR" else None, exact("LEO; INFO; SCRIBE")),
    Claim("urn:esia:sbj:oid", lambda told: told.oid, exact("LEO; INFO; FIX1; SCRIBE")),
    Claim("urn:esia:sbj:nam", lambda told: f"OID.{told.oid}", exact("LEO; SCRIBE")),
)
"""The members of `urn:esia:sbj`. An account that is not confirmed has no `is_tru`; it is never false."""
MARK = Claim(TEST_MARK, lambda told: True if told.is_made_by_test else None, assumed())
"""Stands on what came of the test API and not of a sign-in."""
CODE = (
    Claim("iss", lambda told: told.issuer, exact("AIS#45; ILIM", switch="esia.issuer")),
    Claim("urn:esia:client:state", lambda told: told.state, approximate("AIS#45")),
    Claim("auth_mthd", lambda told: told.method, approximate("AIS#45")),
    Claim("urn:esia:sbj", _subject, approximate("AIS#45")),
    Claim("params", lambda told: {}, approximate("AIS#45")),
    Claim("client_id", lambda told: told.client_id, approximate("AIS#45")),
    Claim("acr", lambda told: {"2fa": told.second_factor} if told.second_factor else None, approximate("AIS#45")),
    Claim("nbf", lambda told: told.now, approximate("AIS#45")),
    Claim("scope", lambda told: told.scope, approximate("AIS#45")),
    Claim("auth_time", lambda told: told.authenticated_at, approximate("AIS#45")),
    Claim("urn:esia:sid", lambda told: told.sid, approximate("AIS#45")),
    Claim("exp", lambda told: told.expires_at, approximate("AIS#45", switch="esia.code_seconds")),
    Claim("iat", lambda told: told.now, approximate("AIS#45")),
    MARK,
)
ACCESS = (
    Claim("nbf", lambda told: told.now, exact("EKA; CPRO#45")),
    Claim("scope", lambda told: told.scope, exact("EKA; CPRO#45")),
    Claim("iss", lambda told: told.issuer, exact("EKA; CPRO#45", switch="esia.issuer")),
    Claim("urn:esia:sid", lambda told: told.sid, exact("EKA; CPRO#45")),
    Claim("urn:esia:sbj_id", lambda told: told.oid, exact("ILIM; EKA; FR; CPRO#45")),
    Claim("exp", lambda told: told.expires_at, exact("EKA; GO", switch="esia.access_token_seconds")),
    Claim("iat", lambda told: told.now, exact("EKA; CPRO#45")),
    Claim("client_id", lambda told: told.client_id, exact("EKA; CPRO#45")),
    Claim("permissions", lambda told: list(told.permissions) or None, approximate("LEO; GO permissions.go")),
    MARK,
)
"""There is no `aud`, and without GOST in the transport no `acr`. Two clients know a `permissions_url`; nobody says what it is."""
ID = (
    Claim("aud", lambda told: told.client_id, exact("LEO; EC; EIG")),
    Claim(
        "sub",
        lambda told: str(told.oid) if told.subject_is_text else told.oid,
        approximate("FIX1; INFO", switch="esia.subject_is_text"),
    ),
    Claim("nbf", lambda told: told.now, exact("LEO; FIX1")),
    Claim("amr", lambda told: told.method, exact("LEO; INFO; SCRIBE")),
    Claim("urn:esia:amd", lambda told: told.method, exact("LEO; INFO; SCRIBE")),
    Claim("auth_time", lambda told: told.authenticated_at, exact("LEO; FIX1")),
    Claim("iss", lambda told: told.issuer, exact("EC; EIG; LEO", switch="esia.issuer")),
    Claim("urn:esia:sid", lambda told: told.sid, exact("LEO; FIX1")),
    Claim("urn:esia:sbj", _subject, exact("LEO; EC; EIG; SOK")),
    Claim("nonce", lambda told: told.nonce, approximate("AIS 1.5.0", switch="esia.echoes_nonce")),
    Claim("exp", lambda told: told.expires_at, exact("LEO; FIX1", switch="esia.id_token_seconds")),
    Claim("iat", lambda told: told.now, exact("LEO; FIX1")),
    MARK,
)
"""`amr` is a text and no list, against OpenID Connect. There is no `at_hash`."""
CLAIMS: Mapping[Kind, tuple[Claim, ...]] = MappingProxyType({"authorization_code": CODE, "access": ACCESS, "id": ID})
VERSIONS: Mapping[Kind, int] = MappingProxyType({"authorization_code": 1, "access": 1, "id": 0})
"""`ver` of a header."""
HEADERS: Mapping[str, Fact] = MappingProxyType(
    {
        "ver": exact("AIS#45; EKA; LEO"),
        "typ": exact("AIS#45; EKA; LEO"),
        CERTIFICATE_HEADER: approximate("AIS#45"),
        "sbt": exact("AIS#45; EKA; LEO"),
        "alg": exact("AIS#45; EKA; TP 3.1.1"),
    }
)


def code_claims(told: Told) -> dict[str, Any]:
    """What a code says."""
    return _claims(CODE, told)


def access_claims(told: Told) -> dict[str, Any]:
    """What an access token says."""
    return _claims(ACCESS, told)


def id_claims(told: Told) -> dict[str, Any]:
    """What an ID token says."""
    return _claims(ID, told)


def header(kind: Kind, *, certificate_hash: str | None = None) -> dict[str, Any]:
    """The header of a kind, without `alg`. A code names the certificate that verifies it, by its Streebog-256 in hex."""
    named = {CERTIFICATE_HEADER: certificate_hash} if certificate_hash is not None else {}
    return {"ver": VERSIONS[kind], "typ": "JWT", **named, "sbt": kind}


def method_word(acr: Level) -> str:
    """`amr` and `auth_mthd`: ESIA knows a password and an electronic signature, which alone is of the highest level here."""
    return "DS" if acr == "high" else "PWD"


def second_factor_word(references: Collection[str]) -> str | None:
    """What `acr` of a code says of the second step; only one-time codes have been seen there."""
    return "otp" if "mfa" in references and "otp" in references else None


def spell_scope(names: Iterable[str], oid: int | None, others: Iterable[str] = ()) -> str:
    """The claim `scope`: each personal scope with the number of its person, `openid` bare, then others as they are.

    That somebody granted offline access is ours to know: in ESIA it is no scope.
    """
    personal = (name if name == "openid" else f"{name}?oid={oid}" for name in sorted(names) if name != OFFLINE_ACCESS)
    return " ".join((*personal, *others))


def organisation_scope(name: str, oid: int) -> str:
    """The scope of one organisation, as requests and tokens spell it."""
    return f"{ORGANISATION_PREFIX}{name}?org_oid={oid}"


def _claims(claims: tuple[Claim, ...], told: Told) -> dict[str, Any]:
    return {claim.name: value for claim in claims if (value := claim.say(told)) is not None}
