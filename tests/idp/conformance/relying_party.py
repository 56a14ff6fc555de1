"""The relying party of the certification suite: registers itself, sends people, checks every answer as strictly as it does."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.browser import Browser
from tests.idp.stand import CALLBACK, ISSUER, Stand
from tests.suites.sign_in_methods.signature import certify, give, signed

REDIRECT = CALLBACK


class RelyingParty:
    """One dynamically registered client, as the suite registers its own for each module."""

    def __init__(self, stand: Stand, **metadata: Any) -> None:
        self.stand = stand
        self.metadata_document = stand.http().get(f"{ISSUER}/.well-known/openid-configuration").json()
        wanted = {
            "redirect_uris": [REDIRECT],
            "client_name": "certification",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        } | metadata
        self.registration = self.register(wanted)
        assert self.registration.status_code == 201, self.registration.text
        self.client: dict[str, Any] = self.registration.json()
        self.nonce = "nonce-of-the-suite"

    def register(self, metadata: dict[str, Any]) -> requests.Response:
        return self.stand.http().post(self.endpoint("registration"), json=metadata)

    def endpoint(self, name: str) -> str:
        return str(self.metadata_document[f"{name}_endpoint"])

    def request(self, **parameters: str | None) -> dict[str, str]:
        """The parameters of an authorization request; None leaves one out."""
        values: dict[str, str | None] = {
            "client_id": self.client["client_id"],
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": "openid",
            "state": "state-of-the-suite",
            "nonce": self.nonce,
        }
        values |= parameters
        return {name: value for name, value in values.items() if value is not None}

    def address(self, **parameters: str | None) -> str:
        return f"{self.endpoint('authorization')}?{urlencode(self.request(**parameters))}"

    def walk(self, browser: Browser) -> dict[str, str]:
        """Fill in whatever page comes, as Vera, until the browser is back; the parameters it came back with."""
        for _ in range(6):
            forms = browser.forms()
            if "sign-in" in forms:
                self.stand.sign_in(browser)
            elif "code-form" in forms:
                browser.submit("code-form", "submit", code=self.stand.last_code())
            elif "signature-form" in forms:
                give(browser, signed(browser, certify(self.stand)))
            elif "acting" in forms:
                browser.submit("acting", next(name for name in forms["acting"].buttons if name != "party-self"))
            elif "consent" in forms:
                browser.submit("consent", "allow")
            else:
                break
        return self.answer(browser)

    def answer(self, browser: Browser) -> dict[str, str]:
        """The authorization response, checked: our redirect URI, our state, the issuer (RFC 9207)."""
        assert browser.url.startswith(REDIRECT), (browser.url, browser.text)
        answer = dict(parse_qsl(urlsplit(browser.url).query))
        assert answer["iss"] == ISSUER
        return answer

    def authorize(self, browser: Browser | None = None, **parameters: str | None) -> dict[str, str]:
        """A whole authorization."""
        browser = browser or self.stand.browser()
        return self.walk(browser.open(self.address(**parameters)))

    def token(self, answer: dict[str, str], **parameters: str) -> requests.Response:
        """Redeem the code with the registered kind of authentication."""
        data = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": REDIRECT} | parameters
        return self.post("token", data)

    def post(self, endpoint: str, data: dict[str, str]) -> requests.Response:
        """Call an endpoint as this client."""
        method = self.client["token_endpoint_auth_method"]
        client_id, secret = self.client["client_id"], self.client.get("client_secret", "")
        if method == "client_secret_post":
            data = data | {"client_id": client_id, "client_secret": secret}
        elif method == "none":
            data = data | {"client_id": client_id}
        auth = (client_id, secret) if method == "client_secret_basic" else None
        return self.stand.http().post(self.endpoint(endpoint), data=data, auth=auth)

    def sign_in(self, browser: Browser | None = None, **parameters: str | None) -> dict[str, Any]:
        """Authorize, redeem and check: token answer with `claims`, the verified claims of its ID token."""
        answer = self.authorize(browser, **parameters)
        assert "code" in answer, answer
        response = self.token(answer)
        assert response.status_code == 200, response.text
        assert response.headers["Cache-Control"] == "no-store"
        tokens: dict[str, Any] = response.json()
        assert tokens["token_type"] == "Bearer"
        nonce = parameters.get("nonce", self.nonce)
        return tokens | {"claims": self.check_id_token(tokens["id_token"], nonce=nonce, access_token=tokens["access_token"])}

    def check_id_token(self, token: str, *, nonce: str | None, access_token: str) -> dict[str, Any]:
        """Everything OpenID Connect Core 1.0, 3.1.3.7 asks of a client."""
        algorithm = self.client.get("id_token_signed_response_alg", "RS256")
        keys = KeySet.import_key_set(self.stand.http().get(self.metadata_document["jwks_uri"]).json())
        decoded = jwt.decode(token, keys, algorithms=[algorithm])
        claims = decoded.claims
        now = self.stand.clock.now()
        assert decoded.header["alg"] == algorithm
        assert claims["iss"] == ISSUER
        assert claims["aud"] == self.client["client_id"]
        assert claims["iat"] <= now < claims["exp"]
        assert claims.get("nonce") == nonce
        assert claims["at_hash"] == half_hash(access_token, algorithm)
        assert 0 < len(claims["sub"]) <= 255
        return dict(claims)

    def is_signed_in(self, browser: Browser) -> bool:
        """Does the provider still know the person in this browser?"""
        return "code" in self.answer(browser.open(self.address(prompt="none")))

    def userinfo(self, tokens: dict[str, Any]) -> dict[str, Any]:
        """Userinfo by the bearer header, whose subject must be the ID token's."""
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        response = self.stand.http().get(self.endpoint("userinfo"), headers=headers)
        assert response.status_code == 200, response.text
        claims: dict[str, Any] = response.json()
        assert claims["sub"] == tokens["claims"]["sub"]
        return claims


def serving(body: bytes, media_type: str) -> Callable[[object, Any], list[bytes]]:
    """A web server that answers everything with the same body."""

    def application(_environment: object, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", media_type)])
        return [body]

    return application


def serving_json(value: object) -> Callable[[object, Any], list[bytes]]:
    """A web server that answers everything with the same JSON."""
    return serving(json.dumps(value).encode(), "application/json")


def half_hash(token: str, algorithm: str) -> str:
    """`at_hash` beside a signature of an algorithm."""
    digest = hashlib.new("sha512" if algorithm == "EdDSA" else "sha256", token.encode()).digest()
    return urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def unsigned_jwt(claims: dict[str, Any]) -> str:
    """A JWT with `alg` none."""
    parts = ({"alg": "none"}, claims)
    return ".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def header_of(token: str) -> dict[str, Any]:
    """The unverified header of a JWT."""
    segment = token.partition(".")[0]
    header: dict[str, Any] = json.loads(urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    return header
