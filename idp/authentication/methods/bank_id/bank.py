"""Talking to the bank: what it publishes, and the exchange of a code for an ID token.

A step of a sign-in asks the bank as often as it must, but has one time for all of it, so that a bank which is slow, down or
broken ends in a sentence within ten seconds. Only half of our threads wait for it at a time: the other ways in go on.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import orjson

from ground.clock import monotonic_seconds
from ground.fetch import FetchFailed
from idp.authentication.methods.bank_id.id_token import ALGORITHMS, Customer, Expected, NotBelieved, judge
from idp.clients import keys
from idp.protocol.client_assertion import ASSERTION_TYPE
from idp.protocol.compact_jwt import JwtMalformed, take_apart
from idp.realm import Realm
from idp.tokens.minting import mint_client_assertion

STEP_SECONDS: Final = 8.0
QUEUE_SECONDS: Final = 1.0
"""How long a step waits for others to have done with the bank before it says that the bank cannot be reached."""
METADATA_KEPT_SECONDS: Final = 600
FAILURE_KEPT_SECONDS: Final = 5
"""After a failure whoever comes next is told at once: a bank that hangs shall not hold our threads one after another."""
ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class BankUnavailable(Exception):
    """The bank cannot be asked now, or answers nothing that could be an answer. The message says why, in ASCII."""


@dataclass(frozen=True)
class Metadata:
    """What the bank publishes about itself (OpenID Connect Discovery 1.0, 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    jwks: None = None


class _Memory:
    """What one realm remembers of its bank. Times are of the realm's clock, in seconds."""

    def __init__(self, threads: int) -> None:
        self.turns = threading.BoundedSemaphore(max(1, threads // 2))
        self.metadata: tuple[Metadata, int] | None = None
        self.failed_at: int | None = None


class Conversation:
    """One step's talk with the bank."""

    def __init__(self, realm: Realm, memory: _Memory) -> None:
        self._realm = realm
        self._memory = memory
        self._ends = monotonic_seconds() + STEP_SECONDS

    def metadata(self) -> Metadata:
        """The bank's metadata, asked for anew every ten minutes. Raises BankUnavailable."""
        issuer, known = self._realm.settings.bank.issuer, self._memory.metadata
        now = self._realm.clock.now()
        if known is None or known[0].issuer != issuer or not 0 <= now - known[1] < METADATA_KEPT_SECONDS:
            document = self._ask("GET", f"{issuer}/.well-known/openid-configuration")
            known = self._memory.metadata = (_judge_metadata(document, issuer), now)
        return known[0]

    def redeem(self, code: str, *, redirect_uri: str, code_verifier: str, nonce: str) -> Customer:
        """Exchange a code for the ID token, and the ID token for whom it speaks of. Raises BankUnavailable, NotBelieved."""
        realm, metadata = self._realm, self.metadata()
        client_id = realm.settings.bank.client_id
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": code_verifier,
            "client_assertion_type": ASSERTION_TYPE,
            # The issuer and not the endpoint: so it is of use nowhere else (RFC 7523bis, 4).
            "client_assertion": mint_client_assertion(realm, client_id=client_id, audience=metadata.issuer),
        }
        answer = self._ask("POST", metadata.token_endpoint, data=form)
        if not isinstance(answer.get("id_token"), str):
            raise NotBelieved("there is no id_token in the answer")
        try:
            token = take_apart(answer["id_token"])
            keys.check_signature(realm, metadata, token, algorithms=ALGORITHMS, timeout=self._seconds_left())
        except (JwtMalformed, keys.SignatureWrong) as reason:
            raise NotBelieved(str(reason)) from None
        except keys.KeysUnusable as reason:
            raise BankUnavailable(str(reason)) from None
        return judge(token, Expected(metadata.issuer, client_id, nonce, realm.clock.now()))

    def _ask(self, method: str, address: str, **options: Any) -> Mapping[str, Any]:
        """The JSON object that answers. An answer that is an OAuth error is none to believe, but the bank is well."""
        headers = {"Accept": "application/json"}
        try:
            answer = self._realm.fetch.request(method, address, headers=headers, timeout=self._seconds_left(), **options)
        except FetchFailed as failure:
            raise BankUnavailable(f"the bank cannot be reached ({type(failure).__name__})") from failure
        try:
            document = orjson.loads(answer.content)
        except orjson.JSONDecodeError:
            raise BankUnavailable(f"the bank answers {answer.status_code} without JSON") from None
        if answer.status_code == 400 and isinstance(document, dict) and isinstance(document.get("error"), str):
            raise NotBelieved("the bank does not redeem the code")
        if answer.status_code != 200 or not isinstance(document, dict):
            raise BankUnavailable(f"the bank answers {answer.status_code}, or no JSON object")
        return document

    def _seconds_left(self) -> float:
        return self._ends - monotonic_seconds()


@contextmanager
def conversation(realm: Realm) -> Iterator[Conversation]:
    """Talk to the bank for as long as a step has time. Raises BankUnavailable, at once where it failed a moment ago."""
    memory = realm.remember("bank", lambda: _Memory(realm.settings.threads))
    # A clock that was set back makes no failure last longer.
    if memory.failed_at is not None and 0 <= realm.clock.now() - memory.failed_at < FAILURE_KEPT_SECONDS:
        raise BankUnavailable("the bank did not answer a moment ago")
    if not memory.turns.acquire(timeout=QUEUE_SECONDS):
        raise BankUnavailable("too many wait for the bank")
    try:
        yield Conversation(realm, memory)
        memory.failed_at = None
    except BankUnavailable:
        memory.failed_at = realm.clock.now()
        raise
    finally:
        memory.turns.release()


def _judge_metadata(document: Mapping[str, Any], issuer: str) -> Metadata:
    """Accept a document of the expected issuer only, whose addresses are no less secret than the issuer itself
    (OpenID Connect Discovery 1.0, 4.3)."""
    if document.get("issuer") != issuer:
        raise BankUnavailable("the discovery document is of another issuer")
    scheme = issuer.partition(":")[0]
    for name in ENDPOINTS:
        address = document.get(name)
        if not isinstance(address, str) or not address.startswith(f"{scheme}://") or "#" in address:
            raise BankUnavailable(f"the discovery document has no {name} that could be used")
    return Metadata(issuer, *(document[name] for name in ENDPOINTS))
