"""A relying party that keeps a key of its own, publishes it and proves by it who it is."""

from collections.abc import Callable
from typing import Any

import orjson
import requests
from joserfc.jwk import Key

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.signing import make_key, public_set, signed
from tests.idp.stand import ISSUER, Stand

SITE = "https://suite.test"
JWKS_URI = f"{SITE}/jwks"
REQUEST_URI = f"{SITE}/request.jwt"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class SigningParty(RelyingParty):
    """Its web server has its key set at `JWKS_URI` and, once there is one, a request object at `REQUEST_URI`."""

    def __init__(self, stand: Stand, algorithm: str = "RS256", **metadata: Any) -> None:
        self.algorithm = algorithm
        self.request_object = b""
        self.assertions = 0
        self.rotate()
        stand.transport.hosts[SITE] = self.serve
        super().__init__(stand, **({"jwks_uri": JWKS_URI, "token_endpoint_auth_method": "private_key_jwt"} | metadata))

    def rotate(self) -> None:
        """A new key; the old one is published no more."""
        self.key: Key = make_key(self.algorithm)
        self.published = self.key

    def serve(self, environment: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/octet-stream")])
        return [orjson.dumps(public_set(self.published)) if environment["PATH_INFO"] == "/jwks" else self.request_object]

    def sign(self, **claims: Any) -> str:
        return signed(self.key, claims, algorithm=self.algorithm)

    def assertion(self, **changed: Any) -> str:
        """A client assertion (RFC 7523, 3), each with a `jti` of its own."""
        self.assertions += 1
        now, client_id = self.stand.clock.now(), self.client["client_id"]
        claims = {"iss": client_id, "sub": client_id, "aud": ISSUER, "jti": str(self.assertions), "iat": now, "exp": now + 60}
        return self.sign(**(claims | changed))

    def post(self, endpoint: str, data: dict[str, str]) -> requests.Response:
        if self.client["token_endpoint_auth_method"] != "private_key_jwt":
            return super().post(endpoint, data)
        proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.assertion()}
        return self.stand.http().post(self.endpoint(endpoint), data=proof | data)
