"""Every setting of the provider, with its default. `config/idp.toml` and `PROPUSK_…` variables override them.

A process may be another instance of the same program: with `PROPUSK_INSTANCE=bank` (or `propusk --instance bank …`) it
reads `config/bank.toml` and `BANK_…` variables instead, and has a database and keys of its own.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from ground.couriers.settings import Delivery
from ground.entrance import read_networks
from ground.home import config_path, find_home
from ground.journal.retention import check_journal_days
from ground.settings import SettingRefused, load_settings
from idp.protocol.vocabulary import SecondFactor
from idp.settings.groups import BankId, Esia, Lifetimes, PasswordHashing, RequestJournal

__all__ = ["BankId", "Delivery", "Esia", "Lifetimes", "PasswordHashing", "RequestJournal", "Settings", "read_settings"]

INSTANCE_VARIABLE = "PROPUSK_INSTANCE"
PROVIDER, BANK = "idp", "bank"
"""The instances: the identity provider, and the bank that vouches for its own customers before it."""
PREFIXES = {PROVIDER: "PROPUSK", BANK: "BANK"}
"""What the names of an instance's environment variables begin with."""
TOKEN_VARIABLE = "PROPUSK_CONTROL_TOKEN"
"""The operator's own token of the control plane: a secret, and so no setting."""
SMTP_PASSWORD_VARIABLE = "PROPUSK_SMTP_PASSWORD"
SMS_KEY_VARIABLE = "PROPUSK_SMS_KEY"
"""The secrets of the couriers, where they are not files under keys/."""
NO_SETTINGS = (
    INSTANCE_VARIABLE,
    TOKEN_VARIABLE,
    SMTP_PASSWORD_VARIABLE,
    SMS_KEY_VARIABLE,
    "PROPUSK_STAND_URL",
    "PROPUSK_STAND_HOME",
)
"""Of our name, and no settings of the provider: the last two tell the test kit where a stand is."""
ENVIRONMENTS = ("production", "test")
FAILURES_PER_ADDRESS, MESSAGES_PER_ADDRESS = 60, 20
INCIDENT_RULES = ("refresh_reuse", "code_replay")
"""What shuts an account by itself: a stolen token or code was used."""


@dataclass(frozen=True)
class Settings:
    """The provider's settings. Without a file the environment is `production`, and nothing of the test stand exists.

    `codes_per_hour` limits the one-time codes of one person, `pushes_per_ten_minutes` the notices on their telephone; 0 is no
    limit, for test stands only.
    After `failures_before_lock` wrong passwords in a row an account is locked, until its owner recovers it; `unlock_seconds`
    later (at most 600) they can sign in. What they recorded for it is removed `recording_days` after the decision. One address
    has `failures_per_address` failed sign-ins an hour, and `messages_per_address` messages to people who sign up;
    `incident_rules` are the findings that shut an account until an officer opens it. Where they are not said they are 60, 20 and
    all of them, and no limit and none on a test stand.
    `second_factor` is when people take a second step (`on_risk`, `for_records`, `always`); a client may ask for more, and
    `disabled_methods` are ways to sign in that are switched off; where `only_methods` are listed, all others are. With
    `webauthn_attestation` at `direct` a new passkey's device has to say who made it.
    `signature_trust` holds the certificates of the authorities whose signatures are believed, in PEM, instead of the test
    authority's; `signature_revocation` is the folder of what they say of revoked ones (`*.crl`, and OCSP responses `*.ors`).
    `journal_days` is how long an event of the journal is kept.
    `registrations_per_hour` limits the clients that one address registers without a token (0 is no limit), and
    `registration_limit` all clients there ever were. What clients publish is
    fetched from `fetch_hosts` only (on a test stand also from loopback and `*.test`); `fetch_addresses` says at which
    address a host is reached, and `trusted_ca_file` whose certificates are believed instead of those the machine knows.
    `trusted_proxies` are addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed; `plain_listen`
    is where `serve --plain` sends browsers from http to https. `control_threads` are more than `threads`, because whoever
    waits for a message at the control plane holds one; it answers under `control_names` too (a name, or name:port), and an
    issuer under one of `test_hosts` is a test issuer. `registry_control_url` is where the phone reads what the registry would
    have sent; empty is nowhere. `seed` is the folder of config/ that tells who is entered, and
    `provider_url`, for a bank, where the provider is that its customers sign in to.
    """

    environment: str = "production"
    instance: str = PROVIDER
    seed: str = "seed"
    issuer: str = "http://localhost:8400"
    listen: str = "127.0.0.1:8400"
    control_listen: str = "127.0.0.1:8401"
    control_names: tuple[str, ...] = ()
    test_hosts: tuple[str, ...] = ()
    database_url: str = ""
    registry_url: str = "http://localhost:8500"
    registry_control_url: str = "http://127.0.0.1:8501"
    provider_url: str = "http://localhost:8400"
    tls_certificate: Path | None = None
    tls_private: Path | None = None
    workers: int = 1
    threads: int = 4
    control_threads: int = 32
    codes_per_hour: int = 5
    failures_before_lock: int = 5
    failures_per_address: int | None = None
    messages_per_address: int | None = None
    unlock_seconds: int = 0
    recording_days: int = 7
    incident_rules: tuple[str, ...] | None = None
    pushes_per_ten_minutes: int = 3
    second_factor: SecondFactor = "on_risk"
    disabled_methods: tuple[str, ...] = ()
    signature_trust: Path | None = None
    signature_revocation: Path | None = None
    webauthn_attestation: Literal["none", "direct"] = "none"
    only_methods: tuple[str, ...] = ()
    registration_is_open: bool = False
    registration_limit: int = 10_000
    registrations_per_hour: int = 100
    journal_days: int = 366
    fetch_hosts: tuple[str, ...] = ()
    fetch_addresses: dict[str, str] = field(default_factory=dict)
    trusted_ca_file: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
    plain_listen: str = ""
    home: Path = field(default_factory=lambda: find_home({}))
    bank: BankId = field(default_factory=BankId)
    lifetimes: Lifetimes = field(default_factory=Lifetimes)
    password_hashing: PasswordHashing = field(default_factory=PasswordHashing)
    request_journal: RequestJournal = field(default_factory=RequestJournal)
    delivery: Delivery = field(default_factory=Delivery)
    esia: Esia = field(default_factory=Esia)

    def __post_init__(self) -> None:
        if self.environment not in ENVIRONMENTS:
            raise ValueError(f"environment must be one of {', '.join(ENVIRONMENTS)}, not {self.environment!r}")
        if self.instance not in PREFIXES:
            raise ValueError(f"instance must be one of {', '.join(PREFIXES)}, not {self.instance!r}")
        parts = urlsplit(self.issuer)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.query
            or parts.fragment
            or self.issuer.endswith("/")
        ):
            raise ValueError(f"issuer must be an http(s) URL without query, fragment and final slash, not {self.issuer!r}")
        if self.is_production and parts.scheme != "https":
            raise ValueError(f"issuer must use https in production, not {self.issuer!r}")
        for name in ("failures_per_address", "messages_per_address"):
            if self.is_production and getattr(self, name) == 0:
                raise ValueError(f"{name} must be at least 1 in production: no limit is for test stands")
        if unknown := set(self.incident_rules or ()) - set(INCIDENT_RULES):
            raise ValueError(f"incident_rules must be among {', '.join(INCIDENT_RULES)}, not {', '.join(sorted(unknown))}")
        if not 1 <= self.failures_before_lock <= 100:
            raise ValueError(f"failures_before_lock must be 1 to 100, not {self.failures_before_lock}")
        if not 0 <= self.unlock_seconds <= 600:
            raise ValueError(f"unlock_seconds must be 0 to 600, not {self.unlock_seconds}")
        if not 0 <= self.recording_days <= 90:
            raise ValueError(f"recording_days must be 0 to 90, not {self.recording_days}")
        for name in ("codes_per_hour", "pushes_per_ten_minutes"):
            if self.is_production and getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1 in production: no limit is for test stands")
        if self.is_production and not self.delivery.is_private:
            raise ValueError("delivery must use TLS in production (smtp_security, sms_url): messages hold codes")
        for name in ("listen", "control_listen"):
            address, _, port = getattr(self, name).rpartition(":")
            if not address or not (port.isascii() and port.isdecimal() and int(port) < 65_536):
                raise ValueError(f"{name} must be an address and a port, such as 127.0.0.1:8400, not {getattr(self, name)!r}")
        if (self.tls_certificate is None) != (self.tls_private is None):
            raise ValueError("tls_certificate and tls_private are set together or not at all")
        if self.tls_certificate is not None and not self.is_secure:
            raise ValueError(f"issuer must use https where tls_certificate is set, not {self.issuer!r}")
        check_journal_days(self.journal_days)
        read_networks(self.trusted_proxies)

    @property
    def is_test(self) -> bool:
        """Does the test stand exist: the control plane, the movable clock, the readable outbox?"""
        return self.environment == "test"

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    def has_method(self, name: str) -> bool:
        """Is this way to sign in switched on?"""
        return name not in self.disabled_methods and (not self.only_methods or name in self.only_methods)

    @property
    def most_failures_of_address(self) -> int:
        """How many sign-ins from one address may fail in an hour; 0 is no limit."""
        if self.failures_per_address is None:
            return 0 if self.is_test else FAILURES_PER_ADDRESS
        return self.failures_per_address

    @property
    def most_messages_of_address(self) -> int:
        """How many messages to people who sign up one address may cause in an hour; 0 is no limit."""
        if self.messages_per_address is None:
            return 0 if self.is_test else MESSAGES_PER_ADDRESS
        return self.messages_per_address

    @property
    def rules_of_incidents(self) -> tuple[str, ...]:
        """The findings that shut an account by themselves."""
        if self.incident_rules is None:
            return () if self.is_test else INCIDENT_RULES
        return self.incident_rules

    @property
    def is_bank(self) -> bool:
        """Is this the bank, and not the provider?"""
        return self.instance == BANK

    @property
    def has_control(self) -> bool:
        """Is there a control plane, and are there sandboxes and an authority? Those are of the provider of a test stand."""
        return self.is_test and not self.is_bank

    @property
    def keeps_requests(self) -> bool:
        """Are requests of systems written into the request journal?"""
        return self.is_test if self.request_journal.enabled is None else self.request_journal.enabled

    @property
    def is_secure(self) -> bool:
        """Is the provider reached over https?"""
        return self.issuer.startswith("https:")

    @property
    def is_reached_securely(self) -> bool:
        """Can an https request arrive: by a certificate of our own, or through a proxy that has one?"""
        return not self.is_secure or self.tls_certificate is not None or bool(self.trusted_proxies)

    @property
    def base_path(self) -> str:
        """Where on its host the issuer is; empty at the root."""
        return urlsplit(self.issuer).path

    @property
    def registry_resource(self) -> str:
        """The identifier of the registry's API, for which scopes `registry.*` mean a token (RFC 8707, 2)."""
        return self.registry_url + "/api"

    @property
    def seed_folder(self) -> Path:
        return self.config_path(self.seed)

    @property
    def keys_folder(self) -> Path:
        return self.home / "keys" / self.instance

    @property
    def var_folder(self) -> Path:
        return self.home / "var"

    @property
    def control_token_file(self) -> Path:
        return self.var_folder / "control-token"

    def config_path(self, name: str) -> Path:
        """A file or folder of `config/`: the home's own, else the one that came with the program."""
        return config_path(self.home, name)

    @property
    def sqlite_file(self) -> Path | None:
        """The database file, unless another database is configured."""
        return None if self.database_url else self.var_folder / f"{self.instance}.sqlite3"

    @property
    def tombstones_file(self) -> Path:
        """What stays dead, beside the database and not in its copies."""
        return self.var_folder / f"{self.instance}.tombstones"

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite:///{self.sqlite_file}"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of this process. Raises SettingRefused.

    `PROPUSK_HOME` is the folder that holds config/, keys/ and var/ (default: the checkout, or the user's data folder) and
    `PROPUSK_CONFIG` the TOML file (default: `config/idp.toml` there, if it exists); of the bank it is `BANK_CONFIG`.
    """
    variables = dict(os.environ if environment is None else environment)
    instance = instance_of(variables)
    prefix, home, file = PREFIXES[instance], find_home(variables).resolve(), settings_file(variables)
    for name in (*NO_SETTINGS, _file_variable(instance)):
        variables.pop(name, None)
    variables[f"{prefix}_HOME"] = str(home)  # the same for all instances
    if instance != PROVIDER:
        variables[f"{prefix}_INSTANCE"] = instance
    return load_settings(Settings, file=file, environment=variables, prefix=prefix)


def settings_file(variables: Mapping[str, str]) -> Path | None:
    """The TOML file of these variables; None where there is none. That of the distribution is for test stands and not read."""
    instance = instance_of(variables)
    named = variables.get(_file_variable(instance))
    default = find_home(variables) / "config" / f"{instance}.toml"
    return Path(named) if named else (default if default.exists() else None)


def instance_of(variables: Mapping[str, str]) -> str:
    """Which instance these variables are for. Raises SettingRefused for one that there is not."""
    instance = variables.get(INSTANCE_VARIABLE) or PROVIDER
    if instance not in PREFIXES:
        raise SettingRefused(f"{INSTANCE_VARIABLE} must be one of {', '.join(PREFIXES)}, not {instance!r}")
    return instance


def _file_variable(instance: str) -> str:
    return f"{PREFIXES[instance]}_CONFIG"
