"""Clients that take part in logout, as far as the provider can tell."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from joserfc import jwt
from joserfc.jwk import KeySet

from tests.browser import Browser
from tests.idp.stand import ISSUER, SECRET, Stand, Tokens

EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass
class Receiver:
    """The back-channel endpoint of a client: answers with the statuses it was given, then with 200."""

    statuses: list[int] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        assert environment["REQUEST_METHOD"] == "POST"
        assert environment["CONTENT_TYPE"] == "application/x-www-form-urlencoded"
        self.forms.append(dict(parse_qsl(environment["wsgi.input"].read().decode("ascii"))))
        status = self.statuses.pop(0) if self.statuses else 200
        start_response(f"{status} Told", [("Location", "http://localhost:1/elsewhere")] if status == 302 else [])
        return [b""]

    @property
    def tokens(self) -> list[str]:
        return [form["logout_token"] for form in self.forms]


def add_party(stand: Stand, client_id: str, port: int, **terms: object) -> Receiver:
    """Register a client with a back channel of its own and return what listens there."""
    receiver = Receiver()
    stand.transport.hosts[f"http://localhost:{port}"] = receiver
    stand.add_client(client_id, backchannel_logout_uri=f"http://localhost:{port}/logout", **terms)
    return receiver


def sign_in_at(stand: Stand, browser: Browser, client_id: str, **parameters: str) -> Tokens:
    """Sign in at a client and redeem the code."""
    code = stand.obtain_code(browser, client_id=client_id, **parameters)
    tokens = stand.redeem(code, auth=(client_id, SECRET))
    assert tokens.status == 200, tokens.body
    return tokens


def read(stand: Stand, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token that verifies with the published keys."""
    keys = KeySet.import_key_set(stand.http().get(f"{ISSUER}/oauth2/jwks").json())
    decoded = jwt.decode(token, keys, algorithms=["RS256", "ES256", "PS256"])
    return dict(decoded.header), dict(decoded.claims)


def logout_url(**parameters: str) -> str:
    return f"{ISSUER}/oauth2/logout" + (f"?{urlencode(parameters)}" if parameters else "")
