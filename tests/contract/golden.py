"""The documents that pass between provider and registry, as examples: what one must produce and the other must accept.

`python -m tests.contract.golden` writes them anew from a sign-in of Vera; whoever changes a claim sees it in the diff.
Times are those of a fixed clock; what is drawn at random is replaced by a fixed example.
"""

import base64
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from ground.clock import FixedClock
from idp.app import run_due_jobs
from tests.house import REGISTRY, VERA, House, make_home
from tests.idp.stand import ISSUER, Stand

FOLDER = Path(__file__).parent / "golden"
EXAMPLES = {
    "sub": "7b24d22d-f471-4175-b4d0-000000000017",
    "sid": "5d0e3c1a-93c1-4b7e-8f39-000000000001",
    "jti": "d82bc5b0-33e0-45c9-852b-000000000002.an-example-of-a-random-token-identifier-000",
    "kid": "an-example-of-a-JWK-thumbprint-000000000000",
    "nonce": "an-example-of-a-nonce-drawn-by-the-registry",
    "at_hash": "an-example-of-a-half-h",
}
"""Members whose values are random or depend on what is; each has the length of the real thing."""

LOGOUT_EXAMPLES = EXAMPLES | {"jti": "an-example-of-a-random-token-identifier-000"}

Document = dict[str, Any]


def produce(house: House) -> dict[str, Document]:
    """The documents of a sign-in to the registry and of a sign-out, as the provider makes them now."""
    browser = house.sign_in(VERA)
    tokens = house.session_tokens()
    access_token = str(tokens["access_token"])
    credentials = ("registry", house.registry.client_secret)
    userinfo = house.http().get(f"{ISSUER}/oauth2/userinfo", headers={"Authorization": f"Bearer {access_token}"})
    introspection = house.http().post(f"{ISSUER}/oauth2/introspect", data={"token": access_token}, auth=credentials)
    documents = {
        "id_token": _parts(str(tokens["id_token"])),
        "access_token": _parts(access_token),
        "userinfo": userinfo.json(),
        "introspection": introspection.json(),
    }
    house.sign_out(browser)
    run_due_jobs(house.stand.realm)
    logout_token = _parts(_last_logout_token(house))
    return {name: _with_examples(document, EXAMPLES) for name, document in documents.items()} | {
        "logout_token": _with_examples(logout_token, LOGOUT_EXAMPLES)
    }


def _last_logout_token(house: House) -> str:
    """What the provider posted to the registry's back channel last."""
    address = f"{REGISTRY}/sign-out/backchannel"
    request = [request for request in house.stand.transport.seen if request.url == address][-1]
    return dict(parse_qsl(str(request.body)))["logout_token"]


def read(name: str) -> Document:
    """A document as it was agreed on."""
    document: Document = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return document


def _parts(token: str) -> Document:
    header, claims, _signature = token.split(".")
    return {"header": _decode(header), "claims": _decode(claims)}


def _decode(part: str) -> Document:
    document: Document = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return document


def _with_examples(document: Document, examples: Mapping[str, str]) -> Document:
    """The document with its random members replaced, where they look like what they should be."""
    replaced: Document = {}
    for name, value in sorted(document.items()):
        if isinstance(value, dict):
            replaced[name] = _with_examples(value, examples)
        elif name in examples and isinstance(value, str) and len(value) == len(examples[name]):
            replaced[name] = examples[name]
        else:
            replaced[name] = value
    return replaced


def write() -> None:
    """Make the files."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(make_home(Path(folder) / "house"), FixedClock(Stand.START))
        house.prepare()
        house.open()
        for name, document in produce(house).items():
            text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
            (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
        house.close()


if __name__ == "__main__":
    write()
