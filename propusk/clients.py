"""The registered applications and information systems of a sandbox."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
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


@dataclass(frozen=True)
class SystemKey:
    """A key of a system of ESIA's dialect with its self-signed certificate, both in PEM.

    `client_certificate_hash` is what requests of v2 and v3 name the certificate by, `fingerprint` its SHA-256 in hex.
    """

    private_key: str = field(repr=False)
    certificate: str = field(repr=False)
    client_certificate_hash: str
    fingerprint: str
    key: str


@dataclass(frozen=True)
class System:
    """A registered information system of ESIA's dialect, and the key that the stand made for it, if it did."""

    client_id: str
    key: SystemKey | None
    metadata: Mapping[str, Any] = field(repr=False)

    @property
    def redirect_uris(self) -> list[str]:
        return list(self.metadata.get("redirect_uris", []))


def read_client(members: Mapping[str, Any]) -> Client:
    """A Client of the control plane."""
    return Client(str(members["client_id"]), members.get("client_secret"), dict(members))


def read_system(members: Mapping[str, Any], key: SystemKey | None) -> System:
    """A System of the control plane."""
    return System(str(members["client_id"]), key, dict(members))


def read_system_key(members: Mapping[str, Any]) -> SystemKey:
    """The answer of POST /clients/{client_id}/keys."""
    return SystemKey(**{each.name: str(members[each.name]) for each in fields(SystemKey)})
