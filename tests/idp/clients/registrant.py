"""A developer who registers clients and calls the endpoints with them."""

from collections.abc import Mapping
from typing import Any

import orjson
import requests

from tests.idp.stand import CALLBACK, ISSUER, Stand

REGISTER = f"{ISSUER}/oauth2/register"
TOKEN = f"{ISSUER}/oauth2/token"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
BELIEVED = (400, "invalid_grant")
NOT_BELIEVED = (401, "invalid_client")


def post(stand: Stand, metadata: Any, **options: Any) -> requests.Response:
    """The answer to a registration."""
    return stand.http().post(f"{stand.settings.issuer}/oauth2/register", json=metadata, **options)


def register(stand: Stand, **metadata: Any) -> dict[str, Any]:
    """A client that was registered over the wire, as the answer describes it."""
    answer = post(stand, {"redirect_uris": [CALLBACK], "client_name": "Поликлиника"} | metadata)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def error_of(answer: requests.Response) -> tuple[int, str]:
    """Status and code of a refusal; its description is ASCII, as RFC 6749, 5.2 asks."""
    body: Mapping[str, str] = answer.json()
    assert body["error_description"].isascii(), body
    return answer.status_code, body["error"]


def manage(stand: Stand, method: str, client: Mapping[str, Any], token: str | None = None, **options: Any) -> requests.Response:
    """Use the registration of a client, with its own token or another."""
    headers = {"Authorization": f"Bearer {token or client['registration_access_token']}"}
    return stand.http().request(method, client["registration_client_uri"], headers=headers, **options)


def try_to_authenticate(stand: Stand, client: Mapping[str, Any], **options: Any) -> requests.Response:
    """Redeem a code nobody issued: `invalid_grant` says that the client was believed, `invalid_client` that it was not."""
    fields = {"grant_type": "authorization_code", "code": "no such code", "redirect_uri": CALLBACK, "code_verifier": "v" * 43}
    data = {name: value for name, value in (fields | options.pop("data", {})).items() if value is not None}
    answer: requests.Response = stand.http().post(options.pop("url", TOKEN), data=data, **options)
    return answer


def claims_of(stand: Stand, client: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    """What a good assertion says, with some claims changed or, by None, left out."""
    now = stand.clock.now()
    claims = {
        "iss": client["client_id"],
        "sub": client["client_id"],
        "aud": ISSUER,
        "iat": now,
        "exp": now + 60,
        "jti": f"assertion-{len(stand.transport.seen)}",
    }
    return {name: value for name, value in (claims | changed).items() if value is not None}


def assertion_data(assertion: str) -> dict[str, str]:
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}


def serve_json(document: Any) -> Any:
    """A site that answers everything with one document."""
    body = orjson.dumps(document)

    def site(_environment: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [body]

    return site
