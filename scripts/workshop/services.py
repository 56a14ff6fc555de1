"""The servers of the stand: their addresses, whether these are free, and when they answer."""

import errno
import http.client
import json
import os
import socket
import ssl
import sys
import threading
import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workshop.console import Refused
from workshop.places import Places
from workshop.processes import Answered, Children, Unanswered

ANSWER_SECONDS = 60.0
BETWEEN_SECONDS = 0.05
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Service:
    """One listener: what it is called, how it is started, where it listens, its public address, and what sets these."""

    name: str
    title: str
    application: str
    options: Sequence[str]
    listen: str
    listen_variable: str
    address_variables: Sequence[str]
    address: str
    is_tls: bool

    @property
    def host(self) -> str:
        """The address it binds, without brackets."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port it binds."""
        return int(self.listen.rpartition(":")[2])


def read_services(places: Places, variables: Mapping[str, str]) -> tuple[Service, ...]:
    """The services as the settings have them: environment, then TOML, then the defaults. Raises Refused."""
    idp = _Settings.read("PROPUSK", places.home / "config" / "idp.toml", variables)
    rp = _Settings.read("REGISTRY", places.home / "config" / "rp.toml", variables)
    bank = _Settings.read("BANK", places.home / "config" / "bank.toml", variables)
    control_listen = idp.get("control_listen", "127.0.0.1:8401")
    services: tuple[Service, ...] = (
        Service(
            name="idp",
            title="Identity provider",
            application="idp",
            options=(),
            listen=idp.get("listen", "127.0.0.1:8400"),
            listen_variable="PROPUSK_LISTEN",
            address_variables=("PROPUSK_ISSUER", "REGISTRY_ISSUER", "BANK_PROVIDER_URL"),
            address=idp.get("issuer", "http://localhost:8400"),
            is_tls=bool(idp.get("tls_certificate", "")),
        ),
        Service(
            name="control",
            title="Control plane",
            application="idp",
            options=("--control",),
            listen=control_listen,
            listen_variable="PROPUSK_CONTROL_LISTEN",
            address_variables=(),
            address=f"http://{control_listen}",
            is_tls=False,
        ),
        Service(
            name="registry",
            title="Health registry",
            application="rp",
            options=(),
            listen=rp.get("listen", "127.0.0.1:8500"),
            listen_variable="REGISTRY_LISTEN",
            address_variables=("REGISTRY_URL",),
            address=rp.get("url", "http://localhost:8500"),
            is_tls=bool(rp.get("tls_certificate", "")),
        ),
    )
    if rp.get("environment", "production") == "test":
        services += (_registry_control(rp, idp),)
    if bank.table:  # a home from before there was a bank has no such file
        services += (_bank(bank),)
    for service in services:
        if not service.host or not service.listen.rpartition(":")[2].isdigit():
            raise Refused(f"{service.listen_variable} is “{service.listen}”, and has to be like 127.0.0.1:8400.")
    return services


def _registry_control(rp: "_Settings", idp: "_Settings") -> Service:
    """Its address is where the phone, which is the provider's, looks for it."""
    return Service(
        name="registry-control",
        title="Control of the registry",
        application="rp",
        options=("--control",),
        listen=rp.get("control_listen", "127.0.0.1:8501"),
        listen_variable="REGISTRY_CONTROL_LISTEN",
        address_variables=("PROPUSK_REGISTRY_CONTROL_URL",),
        address=idp.get("registry_control_url", "http://127.0.0.1:8501"),
        is_tls=False,
    )


def _bank(settings: "_Settings") -> Service:
    return Service(
        name="bank",
        title="Bank",
        application="bank",
        options=(),
        listen=settings.get("listen", "127.0.0.1:8402"),
        listen_variable="BANK_LISTEN",
        address_variables=("BANK_ISSUER", "PROPUSK_BANK_ISSUER"),
        address=settings.get("issuer", "http://localhost:8402"),
        is_tls=bool(settings.get("tls_certificate", "")),
    )


def check_ports(services: Sequence[Service]) -> None:
    """Bind every port once. Raises Refused, naming the first that cannot be had and how to choose another."""
    held: list[socket.socket] = []
    try:
        for service in services:
            family = socket.AF_INET6 if ":" in service.host else socket.AF_INET
            listener = socket.socket(family, socket.SOCK_STREAM)
            held.append(listener)  # until all are tried: two services on one port are a busy port too
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((service.host, service.port))
                listener.listen(1)
            except (OSError, OverflowError) as error:
                raise Refused(_port_complaint(service, error)) from None
    finally:
        for listener in held:
            listener.close()


def advise_on_addresses(services: Sequence[Service]) -> str:
    """A sentence for each service whose public address is a port of this machine at which it does not listen."""
    said = []
    for service in services:
        parts = urlsplit(service.address)
        if parts.hostname in LOOPBACK and parts.port is not None and parts.port != service.port:
            should = " ".join(f"{name}=http://localhost:{service.port}" for name in service.address_variables)
            said.append(
                f"{service.title} is said to be at {service.address} and listens at {service.listen}. "
                f"Unless a proxy leads from there to here, set {should}."
            )
    return "\n".join(said)


def watch(children: Children, service: Service, seconds: float = ANSWER_SECONDS) -> None:
    """Ask /health until it answers 200, in a thread of its own, and put the news on the children's queue."""

    def ask_until_answered() -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            answer = _ask_health(service)
            if answer is not None:
                children.events.put(Answered(service.name, answer))
                return
            time.sleep(BETWEEN_SECONDS)
        children.events.put(Unanswered(service.name, service.listen, seconds))

    threading.Thread(target=ask_until_answered, daemon=True).start()


@dataclass(frozen=True)
class _Settings:
    prefix: str
    table: Mapping[str, Any]
    variables: Mapping[str, str]

    @classmethod
    def read(cls, prefix: str, default_file: Path, variables: Mapping[str, str]) -> "_Settings":
        given = variables.get(f"{prefix}_CONFIG")
        file = Path(given) if given else default_file
        try:
            return cls(prefix, tomllib.loads(file.read_text(encoding="utf-8")), variables)
        except FileNotFoundError:
            return cls(prefix, {}, variables)  # the application itself says what it thinks of that
        except (OSError, ValueError) as error:
            raise Refused(f"{file} cannot be read: {error}.") from None

    def get(self, name: str, default: str) -> str:
        return self.variables.get(f"{self.prefix}_{name.upper()}") or str(self.table.get(name, default))


def _port_complaint(service: Service, error: Exception) -> str:
    other = (service.port + 10) % 65536
    choices = [f"{service.listen_variable}={service.host}:{other}"]
    choices += [f"{name}=http://localhost:{other}" for name in service.address_variables]
    how = f"for example {' '.join(choices)} {Path(sys.argv[0]).parent.name}/{Path(sys.argv[0]).name}"
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EADDRINUSE:
        return (
            f"Port {service.port} of {service.host}, which the {service.title.lower()} needs, is busy: "
            f"stop what listens there (a stand that still runs?) or choose another, {how}"
        )
    reason = os.strerror(code) if code is not None else str(error)
    return f"Port {service.port} of {service.host} cannot be opened ({reason}): choose another, {how}"


def _ask_health(service: Service) -> str | None:
    """The environment a service says it runs in; None while it does not answer 200."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(service.host, service.host)  # noqa: S104 - compared, not bound
    connection: http.client.HTTPConnection
    if service.is_tls:
        # Its certificate is for its public name; we ask our own child by its number.
        unverified = ssl._create_unverified_context()  # noqa: S323
        connection = http.client.HTTPSConnection(host, service.port, timeout=2.0, context=unverified)
    else:
        connection = http.client.HTTPConnection(host, service.port, timeout=2.0)
    try:
        connection.request("GET", "/health")
        response = connection.getresponse()
        body = response.read(4096)
        if response.status != 200:
            return None
        answer = json.loads(body)
        return str(answer.get("environment", "unknown")) if isinstance(answer, dict) else "unknown"
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()
