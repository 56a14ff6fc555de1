"""What a proof of the discovery document is given."""

from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet

from tests.idp.conformance.relying_party import REDIRECT
from tests.idp.stand import ISSUER, Stand


@dataclass(frozen=True)
class Walk:
    """One member of the document, on a stand of its own."""

    stand: Stand
    document: dict[str, Any]
    member: str

    @property
    def value(self) -> Any:
        return self.document[self.member]

    def verified(self, token: str, algorithm: str) -> dict[str, Any]:
        """The claims of a token that verifies with the published keys."""
        keys = KeySet.import_key_set(self.stand.http().get(self.document["jwks_uri"]).json())
        return dict(jwt.decode(token, keys, algorithms=[algorithm]).claims)


def refused_registration(stand: Stand, **metadata: Any) -> None:
    """What is not listed cannot be registered."""
    answer = stand.http().post(f"{ISSUER}/oauth2/register", json={"redirect_uris": [REDIRECT], **metadata})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata"), metadata
