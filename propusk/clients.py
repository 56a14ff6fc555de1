"""The registered applications of a sandbox."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Client:
    """A registered application; `metadata` is its whole registration (RFC 7591)."""

    client_id: str
    client_secret: str | None = field(repr=False)
    metadata: Mapping[str, Any] = field(repr=False)

    @property
    def redirect_uris(self) -> list[str]:
        return list(self.metadata.get("redirect_uris", []))


def read_client(members: Mapping[str, Any]) -> Client:
    """A Client of the control plane."""
    return Client(str(members["client_id"]), members.get("client_secret"), dict(members))
