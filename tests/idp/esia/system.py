"""An information system that speaks ESIA's dialect: a reference client written from sections 2 and 3 of the protocol.

It knows the provider by its addresses only, so it talks to a stand in this process and to a live one alike. Every request is
signed anew, with its own `timestamp` and `state`. What a test changes by keyword is signed as changed, None leaves a parameter
out; what it changes by `tampered` is changed after the signature was made.
"""

import base64
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests

from idp.clients import certificates, registry
from idp.protocol.client import Client
from idp.protocol.scopes import OF_ESIA
from tests.browser import Browser
from tests.idp.esia.keys import program
from tests.idp.esia.signing import SPELLINGS, V1_WAYS, V2_WAYS, Identities, own_identities
from tests.idp.stand import CALLBACK, Stand

MNEMONIC = "TESTIS"
SCOPE = "openid fullname birthdate gender snils inn mobile email contacts addresses id_doc"
ORGANISATION_SCOPES = (
    "org_shortname", "org_fullname", "org_type", "org_ogrn", "org_inn", "org_leg", "org_kpp", "org_ctts", "org_addrs"
)  # fmt: skip
PERSONAL_SCOPES = (
    "openid", "fullname", "birthdate", "gender", "snils", "inn", "mobile", "email", "id_doc", *OF_ESIA
)  # fmt: skip
AUTHORIZATION = {"v1": "/aas/oauth2/ac", "v2": "/aas/oauth2/v2/ac"}
TOKEN = {"v1": "/aas/oauth2/te", "v2": "/aas/oauth2/v3/te", "v2/te": "/aas/oauth2/v2/te"}
PERSON = ("vera@example.test", "romashka-17")
NOTHING: Mapping[str, str] = MappingProxyType({})

SIGNED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "v1": ("scope", "timestamp", "client_id", "state"),
        "v2": ("client_id", "scope", "scope_org", "timestamp", "state", "redirect_uri"),
        "v3 code": ("client_id", "scope", "scope_org", "timestamp", "state", "redirect_uri", "code"),
        "R1": ("client_id", "scope", "scope_org", "timestamp", "state", "redirect_uri"),
        "R2": ("client_id", "scope", "timestamp", "state", "refresh_token"),
        "v3 client": ("client_id", "scope", "timestamp", "state", "redirect_uri"),
    }
)
"""Which values are signed, and in which order (section 2.2)."""


def timestamp(at: int, *, zone: str = "+0000") -> str:
    """A moment as ESIA wants it written."""
    hours, minutes = int(zone[:3]), int(zone[0] + zone[3:])
    return datetime.fromtimestamp(at + hours * 3600 + minutes * 60, UTC).strftime(f"%Y.%m.%d %H:%M:%S {zone}")


@cache
def streebog_hash(der: bytes) -> str:
    """`client_certificate_hash` of a certificate, as the operator's instrument prints it."""
    ended = program()("dgst", "-engine", "gost", "-md_gost12_256", "-binary", "-out", "digest", "der", der=der)
    assert ended.returncode == 0, ended.stderr.decode()
    return (program().folder / "digest").read_bytes().hex().upper()


@dataclass
class Entered:
    """Somebody who has signed in at a system, and what the system got for them."""

    system: "System"
    browser: Browser
    tokens: dict[str, Any]

    @property
    def access_token(self) -> str:
        return str(self.tokens["access_token"])

    @property
    def oid(self) -> int:
        """The number of the person, from the access token."""
        found = payload_of(self.access_token)["urn:esia:sbj_id"]
        assert isinstance(found, int)
        return found

    def rest(self, path: str = "", **options: Any) -> requests.Response:
        """What ESIA knows of the person, beneath /rs/prns/{oid}."""
        return self.system.rest(f"/rs/prns/{self.oid}{path}", self.access_token, **options)

    def refresh(self, **terms: Any) -> requests.Response:
        return self.system.refresh(str(self.tokens["refresh_token"]), **terms)


@dataclass
class System:
    """One information system. `http` is its back channel, `new_browser` makes a browser of a person, `now` tells the time."""

    address: str
    http: requests.Session
    new_browser: Callable[[], Browser]
    now: Callable[[], int]
    client_id: str = MNEMONIC
    identities: Identities = field(default_factory=own_identities)
    callback: str = CALLBACK
    answer_sms: Callable[[], str] | None = None
    """The newest code that was sent to the person, where one is asked for."""

    def authorization(
        self,
        version: str = "v2",
        *,
        signs: str = "gost",
        spells: str = "unpadded",
        tampered: Mapping[str, str | None] = NOTHING,
        **changed: str | None,
    ) -> dict[str, str]:
        """The parameters of an authorization request, in the order in which clients send them."""
        values: dict[str, str | None] = {
            "client_id": self.client_id,
            "client_secret": "",
            "redirect_uri": self.callback,
            "scope": SCOPE,
            "response_type": "code",
            "state": str(uuid.uuid4()),
            "timestamp": timestamp(self.now()),
            "access_type": "offline",
        }
        return self._finished(values, changed, tampered, version=version, text=version, signs=signs, spells=spells)

    def authorize_url(self, version: str = "v2", **terms: Any) -> str:
        """The address that a system sends a person to."""
        return f"{self.address}{AUTHORIZATION[version]}?{urlencode(self.authorization(version, **terms))}"

    def token_request(
        self,
        code: str | None = None,
        version: str = "v2",
        *,
        signs: str = "gost",
        spells: str = "unpadded",
        text: str = "v3 code",
        tampered: Mapping[str, str | None] = NOTHING,
        **changed: str | None,
    ) -> dict[str, str]:
        """The parameters of a token call; those of another grant than a code's come by keyword."""
        values: dict[str, str | None] = {
            "client_id": self.client_id,
            "code": code,
            "grant_type": "authorization_code",
            "client_secret": "",
            "state": str(uuid.uuid4()),
            "redirect_uri": self.callback,
            "scope": SCOPE,
            "timestamp": timestamp(self.now()),
            "token_type": "Bearer",
        }
        text = "v1" if version == "v1" else text
        return self._finished(values, changed, tampered, version=version, text=text, signs=signs, spells=spells)

    def redeem(self, code: str, version: str = "v2", **terms: Any) -> requests.Response:
        """Send a code to the token endpoint."""
        return self.post(self.token_request(code, version, **terms), version)

    def refresh(self, refresh_token: str, version: str = "v2", *, text: str = "R1", **terms: Any) -> requests.Response:
        """Ask for new tokens: R1 signs what an authorization request does, R2 the refresh token instead of an address."""
        terms = {"grant_type": "refresh_token", "refresh_token": refresh_token} | terms
        if text == "R2" and version != "v1":
            terms = {"redirect_uri": None, "client_certificate_hash": None} | terms
        return self.post(self.token_request(version=version, text=text, **terms), version)

    def client_tokens(self, scope: str, version: str = "v2", **terms: Any) -> requests.Response:
        """A token of the system's own, for data of organisations."""
        terms = {"grant_type": "client_credentials", "scope": scope} | terms
        return self.post(self.token_request(version=version, text="v3 client", **terms), version)

    def post(self, fields: Mapping[str, str], version: str = "v2", *, in_query: bool = False) -> requests.Response:
        """A token call as it is: a form, or everything in the query and nothing in the body."""
        address = f"{self.address}{TOKEN[version]}"
        if in_query:
            return self.http.post(f"{address}?{urlencode(fields)}")
        return self.http.post(address, data=dict(fields))

    def open(
        self, browser: Browser, version: str = "v2", *, person: tuple[str, str] = PERSON, agrees: bool = True, **terms: Any
    ) -> Browser:
        """Send a person here and let them sign in, up to where they are sent back or the pages say no."""
        browser.open(self.authorize_url(version, **terms))
        return self.go_on(browser, person=person, agrees=agrees)

    def go_on(self, browser: Browser, *, person: tuple[str, str] = PERSON, agrees: bool = True) -> Browser:
        """Fill in whatever pages lie between the person and the system."""
        if "sign-in" in browser.forms():
            browser.submit("sign-in", "submit", login=person[0], password=person[1])
        if "code-form" in browser.forms():
            assert self.answer_sms is not None
            browser.submit("code-form", "submit", code=self.answer_sms())
        if "acting" in browser.forms():
            browser.submit("acting", next(iter(browser.forms()["acting"].buttons)))
        if "consent" in browser.forms():
            browser.submit("consent", "allow" if agrees else "deny")
        return browser

    def answer_of(self, browser: Browser) -> dict[str, str]:
        """What the person came back with."""
        assert browser.url.startswith(self.callback), f"{browser.status} at {browser.url}: {browser.text[:500]}"
        return dict(parse_qsl(urlsplit(browser.url).query))

    def obtain_code(self, browser: Browser | None = None, version: str = "v2", **terms: Any) -> str:
        """A code for a person who signs in."""
        answer = self.answer_of(self.open(browser or self.new_browser(), version, **terms))
        assert "code" in answer, answer
        return answer["code"]

    def sign_in(self, browser: Browser | None = None, version: str = "v2", *, signs: str = "gost", **terms: Any) -> Entered:
        """The whole of it: the pages, the code, the tokens. Both calls are signed the same way."""
        browser = browser or self.new_browser()
        code = self.obtain_code(browser, version, signs=signs, **terms)
        call = {name: terms[name] for name in ("spells", "scope", "scope_org", "redirect_uri") if name in terms}
        answer = self.redeem(code, version, signs=signs, **call)
        assert answer.status_code == 200, answer.text
        return Entered(self, browser, answer.json())

    def rest(self, path: str, access_token: str | None, **options: Any) -> requests.Response:
        """Ask the resources of the provider, with a token or without one."""
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {access_token}"} if access_token else {})
        address = path if path.startswith("http") else f"{self.address}{path}"
        return self.http.get(address, headers=headers | options.pop("headers", {}), **options)

    def logout_url(self, redirect_url: str | None = None) -> str:
        values = {"client_id": self.client_id} | ({"redirect_url": redirect_url} if redirect_url else {})
        return f"{self.address}/idp/ext/Logout?{urlencode(values)}"

    def sign(self, text: bytes, version: str, *, signs: str, spells: str = "unpadded") -> str:
        """The text of `client_secret` over some bytes."""
        way = (V1_WAYS if version == "v1" else V2_WAYS)[signs]
        return SPELLINGS[spells](way(self.identities, text))

    def _finished(
        self,
        values: dict[str, str | None],
        changed: Mapping[str, str | None],
        tampered: Mapping[str, str | None],
        *,
        version: str,
        text: str,
        signs: str,
        spells: str,
    ) -> dict[str, str]:
        if version != "v1":
            values["client_certificate_hash"] = streebog_hash(self.identities.certificate(signs))
        values |= changed
        if values["client_secret"] == "":
            signed = "".join(values.get(name) or "" for name in SIGNED[text]).encode()
            values["client_secret"] = self.sign(signed, version, signs=signs, spells=spells)
        values |= tampered
        return {name: value for name, value in values.items() if value is not None}


def register_system(
    stand: Stand,
    client_id: str = MNEMONIC,
    *,
    identities: Identities | None = None,
    is_certified: bool = True,
    **terms: Any,
) -> System:
    """Register a system at a stand, with a certificate of RSA and one of GOST, and with every scope there is."""
    values: dict[str, Any] = {
        "client_id": client_id,
        "name": "Учебная система",
        "redirect_uris": (CALLBACK,),
        "authentication": "esia_signature",
        "scopes": frozenset((*PERSONAL_SCOPES, *ORGANISATION_SCOPES)),
        "grant_types": ("authorization_code", "refresh_token", "client_credentials"),
        "dialect": "esia",
    }
    identities = identities or own_identities()
    with stand.realm.database.write() as connection:
        registry.register(stand.realm, connection, Client(**(values | terms)), actor="operator:test")
        for der in (identities.rsa.der, identities.gost.der) if is_certified else ():
            certificates.add(stand.realm, connection, client_id, der, actor="operator:test")
    return System(
        stand.issuer,
        stand.http(),
        stand.browser,
        stand.clock.now,
        client_id=client_id,
        identities=identities,
        answer_sms=stand.last_code,
    )


def payload_of(token: str) -> dict[str, Any]:
    """The claims of a JWT whose signature is somebody else's matter."""
    found: dict[str, Any] = json.loads(_part(token, 1))
    return found


def header_of(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_part(token, 0))
    return found


def _part(token: str, number: int) -> bytes:
    text = token.split(".")[number]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
