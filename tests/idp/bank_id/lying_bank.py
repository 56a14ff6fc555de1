"""A bank that is not one: a small application at the bank's address that answers as a test wants it to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from joserfc.jwk import Key

from tests.idp.signing import make_key, public_set, signed
from tests.idp.stand import BANK, Stand

HONEST_KEY = make_key("ES256", kid="honest")
Headers = Sequence[tuple[str, str]]
Answer = tuple[str, Headers, bytes]


def json(document: object, status: str = "200 OK") -> Answer:
    return status, [("Content-Type", "application/json")], orjson.dumps(document)


@dataclass
class LyingBank:
    """Discovery, keys and tokens as an honest bank has them, except for what a test replaces.

    `claims` changes the claims of the ID token (None leaves one out), `mint` makes the token from them, and `paths` answers at a
    path instead of us. `subject` is whom it vouches for.
    """

    stand: Stand
    subject: str
    claims: Mapping[str, Any] = field(default_factory=dict)
    mint: Callable[[Mapping[str, Any]], str] = lambda claims: signed(HONEST_KEY, claims, algorithm="ES256")
    paths: Mapping[str, Callable[[], Answer]] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    keys: Sequence[Key] = (HONEST_KEY,)
    asked: dict[str, int] = field(default_factory=dict)
    nonce: str = ""

    def __post_init__(self) -> None:
        self.stand.transport.hosts[BANK] = self

    def __call__(self, environment: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environment["PATH_INFO"]
        self.asked[path] = self.asked.get(path, 0) + 1
        status, headers, body = self._answer(path, dict(parse_qsl(environment["QUERY_STRING"])))
        start_response(status, list(headers))
        return [body]

    def _answer(self, path: str, query: Mapping[str, str]) -> Answer:
        if path in self.paths:
            return self.paths[path]()
        match path:
            case "/.well-known/openid-configuration":
                names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
                return json({"issuer": BANK} | {name: f"{BANK}/{at}" for name, at in names.items()} | dict(self.metadata))
            case "/jwks":
                return json(public_set(*self.keys))
            case "/authorize":
                self.nonce = query["nonce"]
                answer = urlencode({"code": "a code", "state": query["state"], "iss": BANK})
                return "303 See Other", [("Location", f"{query['redirect_uri']}?{answer}")], b""
            case "/token":
                return json({"token_type": "Bearer", "access_token": "x", "id_token": self.mint(self._claims())})
        return "404 Not Found", [], b"nothing here"

    def _claims(self) -> dict[str, Any]:
        now = self.stand.clock.now()
        honest = {
            "iss": BANK,
            "sub": self.subject,
            "aud": "propusk",
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": self.nonce,
            "amr": ["pwd"],
        }
        return {name: value for name, value in (honest | dict(self.claims)).items() if value is not None}
