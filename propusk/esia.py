"""One sandbox: a provider of its own, with its own people, clients, keys, clock, phone and journal. What a test holds."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Unpack

from propusk.browser import Browser
from propusk.citizens import Citizen, PersonMembers, read_citizen
from propusk.clients import Client, System, SystemKey, read_client, read_system, read_system_key
from propusk.clock import Clock
from propusk.control import Control
from propusk.errors import PropuskError, StandUnusable
from propusk.outbox import Outbox
from propusk.playwright_page import is_page
from propusk.requests import Requests
from propusk.sign_in import sign_in_on_page, travel, visit
from propusk.tokens import Into, Kind, Login, Minted, read_login, read_minted
from propusk.walking import By, Consent, Person

KeyAlgorithm = Literal["gost", "rsa"]
Enrolled = Literal["passkey", "phone", "totp"]
ENROLLED: Mapping[str, str] = {"passkey": "passkeys", "phone": "devices", "totp": "totp"}
"""What can be enrolled, and where the control plane does it."""


class Esia:
    """A provider for one test. `issuer` is its address; `clock`, `outbox` and `requests` are its parts."""

    def __init__(self, stand: Control, members: Mapping[str, Any]) -> None:
        """`members` are what the stand answered when the sandbox was made."""
        self.id = str(members["id"])
        self.issuer = str(members["issuer"])
        self.control = stand.under(f"/t/{self.id}")
        self.clock = Clock(self.control)
        self.outbox = Outbox(self.control)
        self.requests = Requests(self.control)
        self._stand = stand
        # Each test client is one person's browser at the provider, too: it is signed out in the one it signed in with.
        self._browsers: list[tuple[Any, Browser]] = []

    @property
    def discovery_url(self) -> str:
        """The one address that a client library needs."""
        return f"{self.issuer}/.well-known/openid-configuration"

    @property
    def discovery(self) -> Mapping[str, Any]:
        """The discovery document, for libraries that want each endpoint by itself."""
        page = Browser().open(self.discovery_url)
        if page.status != 200:
            raise StandUnusable(f"{self.discovery_url} answers {page.status}: {page.words}")
        document: Mapping[str, Any] = json.loads(page.html)
        return document

    def citizen(self, **members: Unpack[PersonMembers]) -> Citizen:
        """A new person. Whatever is not said is invented; None means that the person has none."""
        return read_citizen(self.control.post("/people", members), password=members.get("password"))

    def change(self, citizen: Citizen, **members: Unpack[PersonMembers]) -> Citizen:
        """The person with other members; the old value stays as it was."""
        answer = self.control.patch(f"/people/{citizen.id}", members)
        return read_citizen(answer, password=members.get("password", citizen.password))

    def enrol(self, citizen: Citizen, way: Enrolled, **members: Any) -> Mapping[str, Any]:
        """Give a person one way more to sign in: a passkey, a phone with the application, or codes of an application (totp).

        The stand answers for it in `login`; what it tells (the secret, the key of the phone) lets a test answer by itself.
        """
        if way not in ENROLLED:
            raise PropuskError(f"a way to enrol is one of {', '.join(map(repr, ENROLLED))}, and not {way!r}")
        told: Mapping[str, Any] = self.control.post(f"/people/{citizen.id}/{ENROLLED[way]}", members or None)
        return told

    def remove(self, citizen: Citizen) -> None:
        """The person is gone, with every session and token of theirs."""
        self.control.delete(f"/people/{citizen.id}")

    def client(self, redirect_uris: str | Sequence[str] = (), **metadata: Any) -> Client:
        """A registered application. `metadata` is that of RFC 7591, and `client_id`, `client_secret`, `require_pkce` …."""
        given = [redirect_uris] if isinstance(redirect_uris, str) else list(redirect_uris)
        return read_client(self.control.post("/clients", {"redirect_uris": given, **metadata}))

    def system(
        self,
        mnemonic: str,
        redirect_uris: str | Sequence[str],
        *,
        certificates: Sequence[str] = (),
        algorithm: KeyAlgorithm = "gost",
        **terms: Any,
    ) -> System:
        """A registered information system of ESIA's dialect; its library's base URL is `issuer`.

        `certificates` are what it signs with, in PEM; without any the stand makes a key of `algorithm` for it. `terms` are
        `scope` (names of ESIA), `esia_algorithm` (RS256, GOST3410_2012_256: what signs its tokens), `client_name` ….
        """
        given = [redirect_uris] if isinstance(redirect_uris, str) else list(redirect_uris)
        body = {"client_id": mnemonic, "dialect": "esia", "redirect_uris": given, "certificates": list(certificates), **terms}
        members = self.control.post("/clients", body)
        return read_system(members, None if certificates else self.new_key(mnemonic, algorithm))

    def new_key(self, system: System | str, algorithm: KeyAlgorithm = "gost") -> SystemKey:
        """One more key for a system of ESIA's dialect, whose certificate is registered already."""
        mnemonic = system if isinstance(system, str) else system.client_id
        return read_system_key(self.control.post(f"/clients/{mnemonic}/keys", {"algorithm": algorithm}))

    def sign_in(self, client: Any, start: Any = None, *, as_: Citizen, by: By | None = None, consent: Consent = "allow") -> Any:
        """Sign a person in to the application through the provider's real pages; returns what its client got last.

        `client` is the application's test client (Werkzeug, Flask, Django, httpx, Starlette, requests.Session) and `start` the
        address of the application that sends people to the provider, or a response that does. Or `client` is a Playwright
        page, on its way to the provider, or to be opened at `start`; then the page itself is returned.

        `by` is how the person proves who they are: "password" (SignInFailed if more is asked for), "sms" (also a code from
        an SMS, which the person then always wants), or None, whatever is asked for. Raises SignInFailed.
        """
        person = self._person(as_, by, consent)
        if is_page(client):
            answer = sign_in_on_page(client, start, self.issuer, person)
        else:
            browser = Browser()
            self._browsers = [(known, its) for known, its in self._browsers if known is not client] + [(client, browser)]
            answer = travel(client, start, self.issuer, browser, person)
        person.check_asked()
        return answer

    def sign_out(self, client: Any, start: Any, *, as_: Citizen) -> Any:
        """Sign out through the application's address `start`, in the browser that signed in, saying yes if the provider asks."""
        browser = next((its for known, its in self._browsers if known is client), None) or Browser()
        return travel(client, start, self.issuer, browser, self._person(as_, None, "allow"))

    def visit(self, address: str, *, as_: Citizen, by: By | None = None, consent: Consent = "allow") -> str:
        """From an address of the provider to the address at which the application is called back, which is not opened.

        For what `sign_in` does not know: asynchronous clients, native applications, clients of other languages.
        """
        person = self._person(as_, by, consent)
        way = visit(Browser(), address, self.issuer, person)
        person.check_asked()
        return way.address

    def login(
        self,
        *,
        as_: Citizen | str,
        into: Into = "session",
        methods: Sequence[Mapping[str, str]] | None = None,
        acr_values: str | None = None,
        acting_for: Mapping[str, str] | None = None,
        consent: Consent = "allow",
        **authorization: str,
    ) -> Login:
        """Sign in without pages, to a session, to a code or straight to tokens.

        `authorization` is an authorization request: `client_id` (for code and tokens), `scope`, `nonce`, `state` …. `methods`
        scripts the factors: `[{"name": "password"}, {"name": "code", "script": "wrong_then_right"}]`. `acting_for` is on whose
        behalf they come, where the scope `acting_for` asks it: `{"type": "organisation", "id": …}`.
        """
        given = {
            "methods": methods,
            "acr_values": acr_values,
            "acting_for": acting_for,
            "authorization": authorization or None,
        }
        body = {name: value for name, value in given.items() if value is not None}
        person = as_ if isinstance(as_, str) else as_.id
        return read_login(self.control.post("/login", {"person": person, "into": into, "consent": consent, **body}))

    def mint(self, kind: Kind = "access_token", *, person: Citizen | str | None = None, **members: Any) -> Minted:
        """Any token, signed by this provider: `client_id`, `scope`, `claims`, `header`, `algorithm`, `lives_for`, `sid`.

        `is_spoilt` gives it a signature that is not its own. A value of `claims` or `header` overrides what would be there,
        None removes it.
        """
        if person is not None:
            members["person"] = person if isinstance(person, str) else person.id
        return read_minted(self.control.post("/mint", {"kind": kind, **members}))

    def rotate_keys(self, *algorithms: str) -> list[str]:
        """New signing keys (of all algorithms, or of those named) at once; returns the ids of all keys there are now."""
        body = {"algorithms": list(algorithms)} if algorithms else {}
        return [str(key["kid"]) for key in self.control.post("/keys/rotate", body)["keys"]]

    def snapshot(self, name: str) -> None:
        """Keep everything as it is now, under a name."""
        self._stand.post(f"/sandboxes/{self.id}/snapshots", {"name": name})

    def restore(self, name: str) -> None:
        """Everything is as it was at the snapshot."""
        self._stand.post(f"/sandboxes/{self.id}/restore", {"name": name})

    def reset(self) -> None:
        """People are those of the seed again, clients and messages are gone, the clock is as it was made. Signing keys stay."""
        self.control.post("/reset")

    def discard(self) -> None:
        """Throw the sandbox away. The fixture does it after the test."""
        self._stand.delete(f"/sandboxes/{self.id}")

    def _person(self, citizen: Citizen, by: By | None, consent: Consent) -> Person:
        person = Person(citizen, by, consent, lambda: self.outbox.wait_for_code(citizen))
        if by == "sms" and not citizen.second_factor_required:
            self.change(citizen, second_factor_required=True)
        return person
