"""The addresses of ESIA's protocol: which there are, which there are not although somebody wrote of them, and which only we have.

Addresses of resources stand in tables of their own, beneath `idp/esia/rest`.
"""

from dataclasses import dataclass
from typing import Final

from idp.protocol.esia.fact import Fact, approximate, assumed, exact


@dataclass(frozen=True)
class Address:
    """One address and what it is. What is not served answers 404, or is the other dialect's; with a switch a setting decides."""

    path: str
    methods: tuple[str, ...]
    what: str
    fact: Fact
    is_served: bool = True


READ, SENT = ("GET",), ("POST",)
DISCOVERY: Final = "/aas/oauth2/.well-known/openid-configuration"
ADDRESSES: Final[tuple[Address, ...]] = (
    Address(
        "/aas/oauth2/ac",
        ("GET", "POST"),
        "authorization of v1; by POST as some browsers' forms do",
        exact("every old client; EKA bot"),
    ),
    Address("/aas/oauth2/te", SENT, "tokens of v1", exact("every old client")),
    Address("/aas/oauth2/v2/ac", ("GET", "POST"), "authorization of v2", exact("ILIM; AIS; GO; FR 3.x")),
    Address(
        "/aas/oauth2/v2/te", SENT, "tokens of v2: as v3, which took its place", approximate("FR#59", switch="esia.has_v2_token")
    ),
    Address("/aas/oauth2/v3/te", SENT, "tokens of v3, which go with v2/ac", exact("ILIM; AIS; GO; FR 3.x")),
    Address("/idp/ext/Logout", READ, "the end of a session; client_id, redirect_url", exact("FR; ILIM; SOK; AIS EsiaEvents")),
    Address(
        "/public/esia.zip",
        READ,
        "the certificates that verify codes and tokens",
        exact("AIS EsiaCertificates.cs; EKA resources/README"),
    ),
    Address("/rs/", READ, "resources of people and organisations", exact("every client")),
    Address(
        "/esia-rs/",
        READ,
        "the same under the newer address, where a client asks for pictures",
        approximate("Y44 Postman collection"),
    ),
    Address(
        DISCOVERY,
        READ,
        "a discovery document for generic OpenID Connect libraries; ESIA has none",
        assumed(switch="esia.has_discovery"),
    ),
    Address("/aas/oauth2/v3/ac", (), "stands in stub code only: 404", assumed("unverified stub code"), is_served=False),
    Address("/aas/oauth2/v3/revoke", (), "stands in stub code only: 404", assumed("unverified stub code"), is_served=False),
    Address(
        "/.well-known/openid-configuration",
        (),
        "ESIA has none; here it is that of the standard endpoints, and speaks of them alone",
        assumed("the page on the web belongs to another state's system"),
        is_served=False,
    ),
    Address(
        "/aas/oauth2/config",
        (),
        "the private interface of ESIA's own sign-in page: 404",
        approximate("NSP; AUTHG"),
        is_served=False,
    ),
    Address("/aas/oauth2/api/login", (), "the same: 404", approximate("NSP; AUTHG"), is_served=False),
    Address("/login/", (), "ESIA's own sign-in page: 404, ours is /sign-in", approximate("NSP; AUTHG"), is_served=False),
    Address(
        "/esia-rs/api/public/v1/orgs/ext-app/key/tkn",
        (),
        "tokens by an API key of ЕПГУ: no such resource",
        exact("Y44; CPRO#5"),
        is_served=False,
    ),
)
