"""One information system with everything around it, without a server: good requests of every kind, to be spoiled one way each."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from random import Random
from typing import Any
from urllib.parse import quote_plus, urlencode

import requests

from idp.cms.gost_2012 import streebog256
from idp.esia.diagnosis.case import Case, KnownCertificate, KnownCode, KnownRefresh
from idp.protocol.client import Client
from idp.protocol.scopes import OF_ESIA
from idp.requests.exchange import Exchange
from idp.settings.groups import Esia
from tests.browser import Browser
from tests.idp.esia.keys import GostIdentity, RsaIdentity, gost_identity, rsa_identity
from tests.idp.esia.signing import Identities, own_identities
from tests.idp.esia.system import AUTHORIZATION, ORGANISATION_SCOPES, SIGNED, TOKEN, System
from tests.idp.stand import CALLBACK

AT = 1_795_378_553
"""22 November 2026, 20:15:53 UTC."""
CODE = (
    "eyJ2ZXIiOjEsInR5cCI6IkpXVCIsInNidCI6ImF1dGhvcml6YXRpb25fY29kZSIsImFsZyI6IlJTMjU2In0." + "eyJpc3MiOi" * 100 + ".c2lnbmF0dXJl"
)
ORGANISATION = 1_000_000_042
REFRESH = "5f0c8a1e-0000-4000-8000-000000000017"
FORM = "application/x-www-form-urlencoded"
GRANTED = (
    "openid",
    "fullname",
    "birthdate",
    "gender",
    "snils",
    "inn",
    "mobile",
    "email",
    "id_doc",
    *OF_ESIA,
    *ORGANISATION_SCOPES,
)
NOT_GRANTED = "pension_reference"
SCOPES = (
    "openid fullname",
    "openid fullname birthdate gender snils",
    "openid",
    "fullname email mobile contacts",
    "openid id_doc inn",
)
PATHS = (*AUTHORIZATION.values(), *TOKEN.values())
CALLS = ("v1 ac", "v1 code", "v1 refresh", "v2 ac", "v3 code", "v3 R1", "v3 R2", "v3 client")
WAYS = {"v1": ("rsa", "rsa bare", "rsa attached", "gost"), "v2": ("gost", "gost", "rsa")}


def nobody() -> Browser:
    raise AssertionError("no browser is needed")


def seeded(seed: int | str) -> Random:
    """Chance that is the same every time."""
    return Random(seed)  # noqa: S311 - it chooses mistakes, and no secret


@cache
def own_system() -> System:
    return System("https://esia.test", requests.Session(), nobody, lambda: AT, identities=own_identities(), callback=CALLBACK)


@cache
def known_certificates() -> tuple[list[KnownCertificate], list[KnownCertificate]]:
    """Those of the system, the last of them removed, and those of others."""
    own = own_identities()
    removed, foreign = gost_identity("Прежняя система"), gost_identity("Чужая система")
    mine = [known(own.rsa.der), known(own.gost.der), known(second_gost().der), known(expired().der)]
    mine += [replace(known(each), is_active=False) for each in (removed.der, rsa_identity("Прежняя система").der)]
    others = [replace(known(each), client_id="OTHERIS") for each in (foreign.der, rsa_identity("Чужая система").der)]
    return mine, others


def known(der: bytes) -> KnownCertificate:
    return KnownCertificate(der, streebog256(der).hex().upper(), "TESTIS")


def second_gost() -> GostIdentity:
    return gost_identity("Учебная система, второй", curve="XA")


def expired() -> GostIdentity:
    return gost_identity("Учебная система, старый", until="20260601000000Z")


def identities_of(name: str) -> Identities:
    return Identities(rsa_identity(name), gost_identity(name))


def client(**terms: Any) -> Client:
    values: dict[str, Any] = {
        "client_id": "TESTIS",
        "name": "Учебная система",
        "redirect_uris": (CALLBACK, "https://second.rp.test:8443/"),
        "authentication": "esia_signature",
        "scopes": frozenset(GRANTED),
        "grant_types": ("authorization_code", "refresh_token", "client_credentials"),
        "dialect": "esia",
    }
    return Client(**(values | terms))


@dataclass
class Request:
    """A good request and its surroundings. `spoil` says how it goes wrong; `case` is what the diagnosis is given."""

    chance: Random
    call: str
    way: str
    parameters: dict[str, str]
    order: list[str] = field(default_factory=list)
    settings: Esia = field(default_factory=Esia)
    client: Client | None = field(default_factory=client)
    earlier: list[Exchange] = field(default_factory=list)
    code: KnownCode | None = None
    refresh: KnownRefresh | None = None
    is_disabled: bool = False
    certificates: list[KnownCertificate] = field(default_factory=lambda: known_certificates()[0])

    @property
    def version(self) -> str:
        return "v1" if self.call.startswith("v1") else "v2"

    @property
    def is_authorization(self) -> bool:
        return self.call.endswith(" ac")

    @property
    def path(self) -> str:
        return (AUTHORIZATION if self.is_authorization else TOKEN)[self.version]

    @property
    def fields(self) -> tuple[str, ...]:
        """What is signed."""
        return SIGNED[text_of(self.call)]

    @property
    def is_gost(self) -> bool:
        return "gost" in self.way

    @property
    def identity(self) -> GostIdentity | RsaIdentity:
        own = own_system().identities
        return own.gost if self.is_gost else own.rsa

    def text(self, **changed: str) -> bytes:
        values = {**self.parameters, **changed}
        return "".join(values.get(name, "") for name in self.fields).encode()

    def sign(
        self, text: bytes, *, identities: Identities | None = None, way: str = "", version: str = "", spells: str = "unpadded"
    ) -> str:
        system = replace(own_system(), identities=identities or own_system().identities)
        return system.sign(text, version or self.version, signs=way or self.way, spells=spells)

    def resigned(self, **changed: str) -> dict[str, str]:
        """The parameters with some changed, signed as they are then."""
        values = {**self.parameters, **changed}
        return {**values, "client_secret": self.sign("".join(values.get(name, "") for name in self.fields).encode())}

    def over(self, text: bytes) -> dict[str, str]:
        """The right parameters with a signature over another text."""
        return {**self.parameters, "client_secret": self.sign(text)}

    def exchange(self, values: Mapping[str, str] | None = None, **changed: Any) -> Exchange:
        """The request on the wire: an authorization is a query, a token call a form."""
        written = urlencode(self.parameters if values is None else values)
        parts: dict[str, Any] = {
            "id": str(uuid.UUID(int=self.chance.getrandbits(128))), "at": AT, "path": self.path,
            "method": "GET" if self.is_authorization else "POST",
            "query": written if self.is_authorization else "",
            "headers": {} if self.is_authorization else {"content-type": FORM},
            "body": b"" if self.is_authorization else written.encode(), "body_is_cut": False,
            "status": 400, "answer_headers": (), "answer_body": b"", "answer_body_is_cut": False,
        }  # fmt: skip
        return Exchange(**(parts | changed))

    def raw(self, name: str, written: str) -> Exchange:
        """The request with one value written on the wire as somebody wrote it."""
        pairs = [f"{each}={written if each == name else quote_plus(value)}" for each, value in self.parameters.items()]
        text = "&".join(pairs)
        return self.exchange(query=text) if self.is_authorization else self.exchange(body=text.encode())

    def case(self, exchange: Exchange | None = None) -> Case:
        return Case(
            exchange=exchange or self.exchange(),
            settings=self.settings,
            client=self.client,
            is_disabled=self.is_disabled,
            certificates=self.certificates,
            foreign=known_certificates()[1],
            clients={"TESTIS": "esia", "OTHERIS": "esia", "shop": "openid"},
            earlier=self.earlier,
            code=self.code,
            refresh=self.refresh,
            organisations=frozenset({ORGANISATION}),
        )


def text_of(call: str) -> str:
    """Which text a call is signed over, as `system.SIGNED` names it."""
    return (
        "v1"
        if call.startswith("v1")
        else {"v2 ac": "v2", "v3 code": "v3 code", "v3 R1": "R1", "v3 R2": "R2"}.get(call, "v3 client")
    )


def good(
    chance: Random,
    call: str,
    way: str | None = None,
    *,
    code: str = CODE,
    refresh: str = REFRESH,
    organisation: int = ORGANISATION,
) -> Request:
    """A request with which nothing is wrong, where the code and the refresh token are what they say."""
    version = "v1" if call.startswith("v1") else "v2"
    way = way or chance.choice(WAYS[version])
    scope = f"http://esia.gosuslugi.ru/org_ogrn?org_oid={organisation}" if call == "v3 client" else chance.choice(SCOPES)
    terms: dict[str, Any] = {"signs": way, "scope": scope, "state": str(uuid.UUID(int=chance.getrandbits(128), version=4))}
    system = own_system()
    if call.endswith(" ac"):
        values = system.authorization(version, **terms)
    elif call.endswith("code"):
        values = system.token_request(code, version, **terms)
    elif call == "v3 client":
        values = system.token_request(None, version, text="v3 client", **terms, grant_type="client_credentials")
    else:
        text = "R2" if call.endswith("R2") else "R1"
        more = {"redirect_uri": None, "client_certificate_hash": None} if text == "R2" else {}
        terms |= {"grant_type": "refresh_token", "refresh_token": refresh, **more}
        values = system.token_request(None, version, text=text, **terms)
    request = Request(chance, call, way, values)
    request.code = KnownCode("TESTIS", CALLBACK, None, AT + 200, is_redeemed=False)
    request.refresh = KnownRefresh("TESTIS", AT + 10_000, is_rotated=False)
    if not request.is_authorization:
        before = Request(
            chance,
            f"{version} ac",
            way,
            system.authorization(version, signs=way, scope=scope, timestamp="2026.11.22 20:14:10 +0000"),
        )
        request.earlier = [before.exchange(status=302)]
    return request
