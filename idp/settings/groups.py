"""The settings that belong together: each group is a table of the settings file."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ground.couriers.sms_gateway import SHAPES
from ground.couriers.smtp import PORTS
from ground.fetch import LOOPBACK_HOSTS

MAIL_ADDRESS = re.compile(r"[^@\s,*]+@[^@\s,*]+")
RECIPIENT = re.compile(rf"{MAIL_ADDRESS.pattern}|\*@[^@\s,*]+|\+[0-9]{{5,15}}")


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
class Delivery:
    """Who carries messages out of the outbox: a relay of mail, a gateway of SMS, each only if it is named.

    On a test stand a message leaves for `recipients` only: exact addresses (phones as +79990000000) and `*@domain`.
    `smtp_port` 0 and an empty `sms_url` are the usual ones. `sender` is the address that mail comes from, `sms_sender` the
    name that the gateway has agreed to. `trusted_ca_file` says whose certificates are believed of both, instead of those the
    machine knows.
    """

    recipients: tuple[str, ...] = ()
    smtp_host: str = ""
    smtp_port: int = 0
    smtp_security: str = "starttls"
    smtp_user: str = ""
    sender: str = ""
    sms_gateway: str = ""
    sms_url: str = ""
    sms_user: str = ""
    sms_sender: str = ""
    trusted_ca_file: Path | None = None

    def __post_init__(self) -> None:
        for recipient in self.recipients:
            if not RECIPIENT.fullmatch(recipient):
                raise ValueError(f"recipients are like vera@example.test, *@example.test or +79990000000, not {recipient!r}")
        if self.smtp_security not in PORTS:
            raise ValueError(f"smtp_security must be one of {', '.join(PORTS)}, not {self.smtp_security!r}")
        if not 0 <= self.smtp_port < 65_536:
            raise ValueError(f"smtp_port must be a port, or 0 for the usual one, not {self.smtp_port}")
        if self.smtp_host and not MAIL_ADDRESS.fullmatch(self.sender):
            raise ValueError(f"sender must be a mail address where smtp_host is set, not {self.sender!r}")
        if self.smtp_user and not self.is_mail_private:
            raise ValueError("smtp_user needs smtp_security starttls or tls: a password is not sent in the clear")
        if self.sms_gateway and self.sms_gateway not in SHAPES:
            raise ValueError(f"sms_gateway must be one of {', '.join(SHAPES)}, not {self.sms_gateway!r}")
        if self.sms_gateway and not self.sms_user:
            raise ValueError("sms_user must be set where sms_gateway is")
        if self.sms_url and (urlsplit(self.sms_url).scheme not in ("http", "https") or not urlsplit(self.sms_url).hostname):
            raise ValueError(f"sms_url must be an http(s) URL, not {self.sms_url!r}")

    @property
    def is_mail_private(self) -> bool:
        """Can nobody on the way to the relay read along?"""
        return self.smtp_security != "none" or self.smtp_host in LOOPBACK_HOSTS

    @property
    def is_sms_private(self) -> bool:
        """Can nobody on the way to the gateway read along?"""
        parts = urlsplit(self.sms_url)
        return parts.scheme in ("", "https") or parts.hostname in LOOPBACK_HOSTS


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
