"""The settings that belong together: each group is a table of the settings file."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Lifetimes:
    """How long things live, in seconds (the standard profile)."""

    authorization_code: int = 60
    pushed_request: int = 90
    access_token: int = 600
    id_token: int = 600
    refresh_idle: int = 14 * 24 * 60 * 60
    refresh_absolute: int = 90 * 24 * 60 * 60
    interaction: int = 600
    one_time_code: int = 300
    push: int = 120
    session_idle: int = 15 * 60
    session_absolute: int = 12 * 60 * 60

    def __post_init__(self) -> None:
        if not 60 <= self.pushed_request <= 600:
            raise ValueError(f"pushed_request must be 60 to 600 seconds, not {self.pushed_request}")


@dataclass(frozen=True)
class PasswordHashing:
    """Cost of argon2id. The default is OWASP's minimum; memory in KiB."""

    memory_kib: int = 19_456
    iterations: int = 2
    lanes: int = 1


@dataclass(frozen=True)
class RequestJournal:
    """Whether requests of systems are written down (where it is not said: on a test stand only), and how many are kept."""

    enabled: bool | None = None
    per_system: int = 1_000
    days: int = 14

    def __post_init__(self) -> None:
        for name in ("per_system", "days"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")


@dataclass(frozen=True)
class Esia:
    """The ESIA dialect: what nobody outside can know for sure is a switch here, with the likeliest answer as its default.

    Lifetimes are in seconds. `issuer` stands in every token, http and final slash included; clients have it written in.
    `public_addresses` are the addresses that we are reached at besides the issuer's: resources name each other by the one that
    a request came to. `refresh_texts` are the texts that a refresh may be signed over (R1, R2); `sha256_hash` takes a
    `client_certificate_hash` of SHA-256 too, and `rsa_on_v2` raw RSA signatures on the endpoints of v2 and v3. Without
    `code_is_jwt` a code is short and opaque, without `rotates_refresh` a refresh token is good again and again.
    """

    issuer: str = "http://esia.gosuslugi.ru/"
    public_addresses: tuple[str, ...] = ()
    code_seconds: int = 240
    access_token_seconds: int = 3_600
    id_token_seconds: int = 10_800
    skew_seconds: int = 300
    refresh_texts: tuple[str, ...] = ("R1", "R2")
    sha256_hash: bool = True
    rsa_on_v2: bool = True
    code_is_jwt: bool = True
    rotates_refresh: bool = True
    replay_revokes: bool = False
    subject_is_text: bool = False
    expires_in_is_text: bool = False
    st256_challenge: bool = False
    echoes_nonce: bool = False
    has_discovery: bool = False
    has_v2_token: bool = True
    error_page_status: int = 400

    def __post_init__(self) -> None:
        if not 1 <= self.skew_seconds <= 3_600:
            raise ValueError(f"skew_seconds must be 1 to 3600, not {self.skew_seconds}")
        if unknown := set(self.refresh_texts) - {"R1", "R2"}:
            raise ValueError(f"refresh_texts must be among R1 and R2, not {', '.join(sorted(unknown))}")
        if self.error_page_status not in (200, 400, 401, 403, 500):
            raise ValueError(f"error_page_status must be 200, 400, 401, 403 or 500, not {self.error_page_status}")


@dataclass(frozen=True)
class BankId:
    """The bank whose customers may sign in through it, and who we are there. Without an issuer there is no such way in.

    It is asked as every other peer is: outside a test stand its host has to be among `fetch_hosts`.
    """

    issuer: str = ""
    client_id: str = "propusk"
    name: str = "Облепиха"

    def __post_init__(self) -> None:
        parts = urlsplit(self.issuer)
        is_address = parts.scheme in ("http", "https") and parts.hostname and not parts.query and not parts.fragment
        if self.issuer and (not is_address or self.issuer.endswith("/")):
            raise ValueError(f"issuer must be an http(s) URL without query, fragment and final slash, not {self.issuer!r}")
