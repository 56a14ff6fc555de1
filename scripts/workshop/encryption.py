"""`scripts/start --tls`: the whole stand over https, under names of one's choice, with certificates of its own authority.

Nothing is written into config/: the settings are handed to the applications as environment variables, so that the next
start without `--tls` is a plain one.
"""

import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from workshop.console import Refused, table
from workshop.places import Places
from workshop.services import Service

LOOPBACK = ("localhost", "127.0.0.1", "::1")
NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?:localhost|test)")
SERVERS = (("idp", "PROPUSK", "idp"), ("registry", "REGISTRY", "rp"), ("bank", "BANK", "bank"))
"""Of each server that people see: its service, what its variables begin with, and whose its keys are. Names are in this order."""


@dataclass(frozen=True)
class Encryption:
    """What a start over https changes: settings, first commands, and what there is to know in the end."""

    variables: Mapping[str, str] = field(default_factory=dict)
    commands: Sequence[str] = ()
    authority: Path | None = None
    names: Sequence[str] = ()

    @property
    def advice(self) -> str:
        """How to trust the authority and reach the names; nothing to say without TLS."""
        if self.authority is None:
            return ""
        ways = (
            ("curl", f"--cacert {self.authority}"),
            ("Node", f"NODE_EXTRA_CA_CERTS={self.authority}"),
            ("Python requests", f"REQUESTS_CA_BUNDLE={self.authority}"),
            ("a browser", "import that file in its settings, as an authority for web sites"),
        )
        lines = [
            f"Certificates are issued by the stand's own authority: {self.authority}",
            "It can vouch for localhost, *.localhost, *.test and loopback addresses, and for nothing else. To trust it:",
            *(f"  {line}" for line in table(("", ""), ways).splitlines() if line.strip()),
        ]
        unknown = unresolved(self.names)
        if unknown:
            lines.append(f"This machine does not know {' and '.join(unknown)} yet: add to /etc/hosts the line")
            lines.append(f"  127.0.0.1 {' '.join(unknown)}")
        if "localhost" in self.names:
            lines.append(
                "A browser may remember that localhost wants https (Chromium does not): --names idp.test,rp.test avoids it."
            )
        return "\n".join(lines)


def read_names(text: str) -> tuple[str, ...]:
    """The names of provider, registry and bank from the option's text; the last one given is also that of those after it.

    Raises Refused for one the authority may not certify.
    """
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    if not 0 < len(names) <= len(SERVERS):
        raise Refused("--names takes the names of provider, registry and bank, for example --names idp.test,rp.test,bank.test")
    for name in names:
        if not NAME.fullmatch(name) or name == "test":
            raise Refused(f"--names: “{name}” is not localhost or a name under .localhost or .test; only these are certified.")
    return tuple(names[min(number, len(names) - 1)] for number in range(len(SERVERS)))


def plan_encryption(places: Places, services: Sequence[Service], names: Sequence[str]) -> Encryption:
    """How to serve `services` over https under the names of provider, registry and bank."""
    there = {service.name: service for service in services}
    named = zip(SERVERS, names, strict=True)
    served = [(there[service], prefix, owner, name) for (service, prefix, owner), name in named if service in there]
    urls = {service.name: _url(name, service.port) for service, _, _, name in served}
    authority = places.keys / "authority" / "root.pem"
    # The applications talk to each other on this machine, whatever its resolver thinks of the names.
    addresses = {name: service.host for service, _, _, name in served}
    reached = ",".join(f"{name}={_reachable(host)}" for name, host in addresses.items() if name != "localhost")
    variables = {
        "PROPUSK_ISSUER": urls["idp"],
        "PROPUSK_REGISTRY_URL": urls["registry"],
        "REGISTRY_URL": urls["registry"],
        "REGISTRY_ISSUER": urls["idp"],
    }
    if "bank" in urls:
        variables |= {
            "BANK_ISSUER": urls["bank"],
            "BANK_PROVIDER_URL": urls["idp"],
            "PROPUSK_BANK_ISSUER": urls["bank"],
        }
    for _, prefix, owner, _ in served:
        variables |= {
            f"{prefix}_TLS_CERTIFICATE": str(places.keys / owner / "tls" / "certificate.pem"),
            f"{prefix}_TLS_PRIVATE": str(places.keys / owner / "tls" / "private.pem"),
            f"{prefix}_TRUSTED_CA_FILE": str(authority),
            f"{prefix}_FETCH_ADDRESSES": reached,
        }
    commands = [" ".join(("certificate server --for", owner, *dict.fromkeys((name, *LOOPBACK)))) for _, _, owner, name in served]
    return Encryption(variables, commands, authority, tuple(addresses))


def under_names(services: Sequence[Service]) -> tuple[Service, ...]:
    """The services as they are under TLS, where a public address follows the port and is no setting of its own."""
    public = {name for name, _, _ in SERVERS}
    return tuple(replace(service, address_variables=()) if service.name in public else service for service in services)


def unresolved(names: Sequence[str]) -> list[str]:
    """Those of the names that this machine cannot find."""
    return [name for name in names if not _resolves(name)]


def _resolves(name: str) -> bool:
    try:
        return bool(socket.getaddrinfo(name, None))
    except OSError:
        return False


def _reachable(host: str) -> str:
    """An address to connect to where a service listens."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "localhost": "127.0.0.1"}.get(host, host)  # noqa: S104 - compared, not bound


def _url(name: str, port: int) -> str:
    return f"https://{name}" if port == 443 else f"https://{name}:{port}"
