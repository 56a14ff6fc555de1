"""May a control plane exist here at all? It can do everything to everybody, so it is for test stands and nothing else."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from ground.listening import is_loopback
from idp.control.token import operators_token
from idp.errors import StandUnusable
from idp.settings import TOKEN_VARIABLE, Settings

PRIVATE = tuple(
    ip_network(text)
    for text in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)
"""Loopback, private and link-local addresses (RFC 1122, 1918, 3927, 4193, 4291)."""
TEST_ENDINGS = (".localhost", ".test")
"""Names that the public DNS will never have (RFC 6761)."""


def demand_permission(settings: Settings) -> None:
    """Raises StandUnusable in production, for an issuer that may be a real one, and for a door that is open to others."""
    if not settings.is_test:
        raise StandUnusable('the control plane runs only with environment = "test"')
    if not is_test_issuer(settings.issuer, settings.test_hosts):
        host = urlsplit(settings.issuer).hostname
        raise StandUnusable(
            f"the control plane does not run for {settings.issuer}, which may be a real provider: name it under .localhost or"
            f" .test, or list {host} in test_hosts (PROPUSK_TEST_HOSTS) if nobody real signs in there"
        )
    own = operators_token()
    if own is None and not is_loopback(settings.control_listen):
        raise StandUnusable(
            f"the control plane at {settings.control_listen} could be reached from other machines: set {TOKEN_VARIABLE} to a"
            " token of your own of at least 32 characters, or let it listen at 127.0.0.1"
        )


def is_test_issuer(issuer: str, test_hosts: Sequence[str] = ()) -> bool:
    """Is this an address that no real provider has?

    localhost, names under .localhost and .test, names without a dot (a service of a compose file), loopback, private and
    link-local addresses, and whatever the operator has listed.
    """
    host = urlsplit(issuer).hostname or ""
    address = _address(host)
    if host in {listed.lower() for listed in test_hosts}:
        return True
    if address is not None:
        return any(address in network for network in PRIVATE)
    return "." not in host or host.endswith(TEST_ENDINGS)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
