"""What the provider publishes about itself: metadata and keys, fetched when first needed and kept for a while."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from ground.fetch import confine
from rp.realm import Realm
from rp.trust.errors import ProviderUnavailable
from rp.trust.patience import seconds_left

METADATA_LIFETIME_SECONDS = 600
KEYS_LIFETIME_SECONDS = 300
UNKNOWN_KEY_PAUSE_SECONDS = 5.0
"""Between two fetches for the sake of an unknown `kid`: a forger must not make us knock at the provider's door."""

FAILURE_PAUSE_SECONDS = 1.0
"""After a failure those who wait behind it fail at once: a provider that hangs must not stop our pages one by one."""

ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "introspection_endpoint", "jwks_uri")


@dataclass(frozen=True)
class Metadata:
    """The provider's metadata, checked (OpenID Connect Discovery 1.0, 3 and 4.3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    introspection_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None
    id_token_algorithms: frozenset[str]


class _TimedSession(requests.Session):
    """Gives each question what is left of the patience of whoever waits."""

    def __init__(self, realm: Realm) -> None:
        super().__init__()
        self._realm = realm

    def request(self, method: str | bytes, url: str | bytes, *arguments: Any, **options: Any) -> requests.Response:
        options.setdefault("timeout", seconds_left(self._realm))
        return super().request(method, url, *arguments, **options)


class Provider:
    """The provider of one realm, as far as it is remembered. Safe to use from many threads."""

    def __init__(self, realm: Realm) -> None:
        self._realm = realm
        self._lock = threading.RLock()
        self._metadata: tuple[Metadata, int] | None = None
        self._keys: tuple[dict[str, Key], int] | None = None
        self._knocked_at: float | None = None
        self._failed_at: float | None = None

    def session(self) -> requests.Session:
        """An HTTP session that reaches the provider and nobody else, for as long as there is time."""
        return confine(_TimedSession(self._realm), self._realm.fetch_policy, self._realm.transport)

    def metadata(self) -> Metadata:
        """The metadata. Raises ProviderUnavailable, also when they speak of another issuer."""
        with self._lock:
            if self._metadata is None or not self._is_fresh(self._metadata[1], METADATA_LIFETIME_SECONDS):
                issuer = self._realm.settings.issuer
                document = self._fetch_json(f"{issuer}/.well-known/openid-configuration")
                self._metadata = (judge_metadata(document, expected_issuer=issuer), self._realm.clock.now())
            return self._metadata[0]

    def key(self, kid: str) -> Key | None:
        """The provider's key of that name, or None. An unknown name makes us look once more, but not often."""
        with self._lock:
            if self._keys is None or not self._is_fresh(self._keys[1], KEYS_LIFETIME_SECONDS):
                self._fetch_keys()
            elif kid not in self._keys[0] and self._may_knock():
                self._knocked_at = self._realm.monotonic()
                self._fetch_keys()
            assert self._keys is not None
            return self._keys[0].get(kid)

    def _may_knock(self) -> bool:
        return self._knocked_at is None or self._realm.monotonic() - self._knocked_at >= UNKNOWN_KEY_PAUSE_SECONDS

    def _is_fresh(self, fetched_at: int, lifetime_seconds: int) -> bool:
        # A clock that was moved back makes the age negative: look again rather than keep it for ever.
        return 0 <= self._realm.clock.now() - fetched_at < lifetime_seconds

    def _fetch_keys(self) -> None:
        document = self._fetch_json(self.metadata().jwks_uri)
        self._keys = (_read_keys(document), self._realm.clock.now())

    def _fetch_json(self, url: str) -> Any:
        if self._failed_at is not None and self._realm.monotonic() - self._failed_at < FAILURE_PAUSE_SECONDS:
            raise ProviderUnavailable("the provider did not answer a moment ago")
        try:
            with self.session() as session:
                return read_json(session, "GET", url)
        except ProviderUnavailable:
            self._failed_at = self._realm.monotonic()
            raise


def client_credentials(realm: Realm) -> tuple[str, str]:
    """Who we are, for HTTP Basic (RFC 6749, 2.3.1); a space as %20, which form decoders and plain percent decoders both read."""
    return quote(realm.settings.client_id, safe=""), quote(realm.client_secret, safe="")


def read_json(session: requests.Session, method: str, url: str, **options: Any) -> Any:
    """Ask the provider and read its JSON. Raises ProviderUnavailable for anything but a 200 with JSON."""
    try:
        response = session.request(method, url, allow_redirects=False, **options)
    except requests.RequestException as error:
        raise ProviderUnavailable(f"the provider cannot be reached ({type(error).__name__})") from error
    if response.status_code != 200:
        raise ProviderUnavailable(f"the provider answers {response.status_code}")
    try:
        return response.json()
    except (ValueError, RecursionError) as error:
        raise ProviderUnavailable("the provider's answer is not JSON") from error


def judge_metadata(document: Any, *, expected_issuer: str) -> Metadata:
    """Accept a discovery document that speaks of the expected issuer only (Discovery 1.0, 4.3: mix-up), and whose endpoints are
    all at its host and as well protected: we send a person to no other place, whatever a document says today."""
    if not isinstance(document, Mapping) or document.get("issuer") != expected_issuer:
        raise ProviderUnavailable("the discovery document is of another issuer")
    for name in ENDPOINTS:
        if not isinstance(document.get(name), str):
            raise ProviderUnavailable(f"the discovery document has no {name}")
    end_session = document.get("end_session_endpoint")
    if not isinstance(end_session, str):
        end_session = None
    for name in (*ENDPOINTS, *(["end_session_endpoint"] if end_session else [])):
        if _origin(document[name]) != _origin(expected_issuer):
            raise ProviderUnavailable(f"{name} of the discovery document is not at the provider's host")
    algorithms = document.get("id_token_signing_alg_values_supported", [])
    listed = algorithms if isinstance(algorithms, list) else []
    return Metadata(
        issuer=expected_issuer,
        end_session_endpoint=end_session,
        id_token_algorithms=frozenset(name for name in listed if isinstance(name, str)),
        **{name: document[name] for name in ENDPOINTS},
    )


def _origin(address: str) -> tuple[str, str | None] | None:
    """Scheme and host of an address; the port is the provider's own business."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return parts.scheme, parts.hostname


def _read_keys(document: Any) -> dict[str, Key]:
    """The signature keys by name. A key we cannot read is left out, as RFC 7517, 5 asks."""
    entries = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(entries, list):
        raise ProviderUnavailable("the provider's keys are not a JWK set")
    keys: dict[str, Key] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str) or entry.get("kty") not in ("RSA", "EC", "OKP"):
            continue
        if entry.get("use", "sig") != "sig":
            continue
        try:
            keys[entry["kid"]] = KeySet.import_key_set({"keys": [entry]}).keys[0]
        except (JoseError, ValueError, KeyError, TypeError):
            continue
    return keys
