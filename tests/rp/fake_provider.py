"""A provider as small as the registry can tell: it signs with joserfc, and every part of an answer can be spoiled.

A test sets `spoil_claims`, `spoil_header` and the like; the honest values stand in the methods. It knows no browser: a
test calls `approve` with the authorization URL and gets the callback's URL.
"""

import base64
import hashlib
import json
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, Key, KeyParameters, OKPKey, RSAKey

from ground.clock import Clock

ISSUER = "http://localhost:8400"
CLIENT_ID = "registry"
RESOURCE = "http://localhost:8500/api"
VERA = {
    "sub": "subject-vera",
    "name": "Ромашкина Вера Тимофеевна",
    "family_name": "Ромашкина",
    "given_name": "Вера",
    "middle_name": "Тимофеевна",
    "birthdate": "1984-02-14",
    "gender": "female",
    "snils": "000-000-017 00",
}
PYOTR = {
    "sub": "subject-pyotr",
    "family_name": "Незабудкин",
    "given_name": "Пётр",
    "birthdate": "1951-01-20",
    "snils": "000-000-018 00",
}
STRANGER = {"sub": "subject-stranger", "given_name": "Никто", "birthdate": "2000-01-01", "snils": "000-000-099 00"}

Claims = dict[str, Any]
Spoil = Callable[[Claims], Claims | None]


def unchanged(claims: Claims) -> Claims:
    return claims


@dataclass
class FakeProvider:
    """The WSGI application. `calls` lists the paths that were asked for."""

    clock: Clock
    secret: str
    person: Claims = field(default_factory=lambda: dict(VERA))
    algorithm: str = "RS256"
    acr: str = "substantial"
    scope: str = "openid fullname birthdate gender snils inn mobile email id_doc organisations account registry.read"
    account: Claims = field(default_factory=lambda: {"verified": True, "roles": ["citizen.medical_service"]})
    key: Key = field(default_factory=lambda: make_key("RS256", "key-1"))
    published: list[Key] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    spoil_claims: Spoil = unchanged
    spoil_header: Spoil = unchanged
    spoil_metadata: Spoil = unchanged
    spoil_userinfo: Spoil = unchanged
    spoil_introspection: Spoil = unchanged
    spoil_tokens: Spoil = unchanged
    make_token: Callable[[Claims, Claims], str] | None = None
    broken: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    is_active: bool = True
    codes: dict[str, Claims] = field(default_factory=dict)
    refresh_token: str | None = None
    """The one that is good now; None where this provider gives none. One that is used twice kills the rest, as ours does."""
    refreshed: list[str] = field(default_factory=list)
    while_refreshing: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.published = self.published or [self.key]

    def __call__(self, environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environment["PATH_INFO"]
        self.calls.append(path)
        if path in self.broken:
            status, content = self.broken[path]
            start_response(status, [("Content-Type", "text/html"), ("Location", "http://localhost:8400/elsewhere")])
            return [content]
        form = {name: values[0] for name, values in parse_qs(environment["wsgi.input"].read().decode()).items()}
        status, document = ROUTES[path](self, form, environment)
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(document).encode()]

    def rotate(self, algorithm: str = "RS256", kid: str = "key-2") -> None:
        """Sign with a new key from now on; only the new one is published."""
        self.key, self.algorithm = make_key(algorithm, kid), algorithm
        self.published = [self.key]

    def approve(self, url: str, **answer: str | None) -> str:
        """Consent to the authorization request: the callback's URL. `answer` adds, replaces or (None) removes parameters."""
        request = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = f"code-{len(self.codes)}-{request['state'][:8]}"
        self.codes[code] = request
        parameters = {"code": code, "state": request["state"], "iss": ISSUER, **answer}
        given = {name: value for name, value in parameters.items() if value is not None}
        return f"{request['redirect_uri']}?{urlencode(given)}"

    def access_token(self, spoil: Spoil = unchanged, spoil_header: Spoil = unchanged, key: Key | None = None) -> str:
        now = self.clock.now()
        claims = {
            "iss": ISSUER,
            "sub": self.person["sub"],
            "aud": [ISSUER, RESOURCE],
            "client_id": "application",
            "scope": self.scope,
            "iat": now,
            "exp": now + 600,
            "jti": "jti-1",
            "acr": self.acr,
        }
        key = key or self.key
        header = {"alg": self.algorithm, "kid": key.kid, "typ": "at+jwt"}
        return sign(spoil_header(header) or {}, spoil(claims) or {}, key)

    def _metadata(self, _form: Claims, _environment: Claims) -> tuple[str, Any]:
        document = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/oauth2/authorize",
            "token_endpoint": f"{ISSUER}/oauth2/token",
            "userinfo_endpoint": f"{ISSUER}/oauth2/userinfo",
            "introspection_endpoint": f"{ISSUER}/oauth2/introspect",
            "end_session_endpoint": f"{ISSUER}/oauth2/logout",
            "jwks_uri": f"{ISSUER}/oauth2/jwks",
            "id_token_signing_alg_values_supported": ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"],
        }
        return "200 OK", self.spoil_metadata(document)

    def _jwks(self, _form: Claims, _environment: Claims) -> tuple[str, Any]:
        return "200 OK", {"keys": [key.as_dict(private=False) for key in self.published]}

    def _token(self, form: Claims, environment: Claims) -> tuple[str, Any]:
        if environment.get("HTTP_AUTHORIZATION") != self._basic():
            return "401 Unauthorized", {"error": "invalid_client"}
        if form.get("grant_type") == "refresh_token":
            return self._refresh(form["refresh_token"])
        request = self.codes.pop(form.get("code", ""), None)
        if request is None or form.get("redirect_uri") != request["redirect_uri"] or not _fits(form, request):
            return "400 Bad Request", {"error": "invalid_grant"}
        access_token, now = self.access_token(), self.clock.now()
        claims = {
            "iss": ISSUER,
            "sub": self.person["sub"],
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 600,
            "auth_time": now,
            "nonce": request["nonce"],
            "acr": self.acr,
            "amr": ["pwd", "otp", "sms", "mfa"],
            "at_hash": half_hash(access_token, "sha512" if self.key.key_type == "OKP" else "sha256"),
            "sid": "sid-1",
            **self.account,
        }
        header = {"alg": self.algorithm, "kid": self.key.kid}
        claims, header = self.spoil_claims(claims) or {}, self.spoil_header(header) or {}
        id_token = self.make_token(header, claims) if self.make_token else sign(header, claims, self.key)
        answer = {"access_token": access_token, "id_token": id_token, "token_type": "Bearer", "expires_in": 600}
        if self.refresh_token is not None:
            answer["refresh_token"] = self.refresh_token
        return "200 OK", self.spoil_tokens({**answer, "scope": self.scope})

    def _refresh(self, token: str) -> tuple[str, Any]:
        self.refreshed.append(token)
        if token != self.refresh_token:
            self.refresh_token = "nothing is good any more"
            return "400 Bad Request", {"error": "invalid_grant"}
        self.refresh_token = f"refresh-{len(self.refreshed)}"
        self.while_refreshing()
        answer = {"access_token": self.access_token(), "token_type": "Bearer", "expires_in": 600}
        return "200 OK", self.spoil_tokens({**answer, "refresh_token": self.refresh_token, "scope": self.scope})

    def _userinfo(self, _form: Claims, _environment: Claims) -> tuple[str, Any]:
        return "200 OK", self.spoil_userinfo(dict(self.person))

    def _introspect(self, _form: Claims, environment: Claims) -> tuple[str, Any]:
        if environment.get("HTTP_AUTHORIZATION") != self._basic():
            return "401 Unauthorized", {"error": "invalid_client"}
        if not self.is_active:
            return "200 OK", {"active": False}
        known = {"active": True, "sub": self.person["sub"], "client_id": "application", "scope": self.scope, "acr": self.acr}
        known |= self.account
        return "200 OK", self.spoil_introspection({**known, "snils": self.person["snils"], "birthdate": self.person["birthdate"]})

    def _basic(self) -> str:
        return "Basic " + base64.b64encode(f"{CLIENT_ID}:{self.secret}".encode()).decode()


ROUTES: dict[str, Callable[[FakeProvider, Claims, Claims], tuple[str, Any]]] = {
    "/.well-known/openid-configuration": FakeProvider._metadata,
    "/oauth2/jwks": FakeProvider._jwks,
    "/oauth2/token": FakeProvider._token,
    "/oauth2/userinfo": FakeProvider._userinfo,
    "/oauth2/introspect": FakeProvider._introspect,
}


def make_key(algorithm: str, kid: str) -> Key:
    """A new key that fits the algorithm."""
    parameters: KeyParameters = {"kid": kid, "use": "sig"}
    if algorithm in ("RS256", "PS256"):
        return RSAKey.generate_key(2048, parameters)
    if algorithm == "ES256":
        return ECKey.generate_key("P-256", parameters)
    return OKPKey.generate_key("Ed25519", parameters)


def sign(header: Claims, claims: Claims, key: Any) -> str:
    """A compact JWS."""
    # joserfc warns that RFC 9864 renames EdDSA.
    with warnings.catch_warnings(action="ignore", category=SecurityWarning):
        return jws.serialize_compact(header, json.dumps(claims).encode(), key, algorithms=[header["alg"]])


def sign_by_hand(header: Claims, claims: Claims, make_signature: Callable[[bytes], bytes]) -> str:
    """A compact JWS that no library would make."""
    signed = ".".join(encode(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{encode(make_signature(signed.encode()))}"


def encode(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def half_hash(text: str, digest: str = "sha256") -> str:
    """The left half of the hash, as `at_hash` has it."""
    hashed = hashlib.new(digest, text.encode()).digest()
    return encode(hashed[: len(hashed) // 2])


def _fits(form: Claims, request: Claims) -> bool:
    challenge = encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
    return request.get("code_challenge") == challenge and request.get("code_challenge_method") == "S256"
