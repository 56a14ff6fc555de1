"""The settings of the registry: where it is served, whom it trusts, where its files are.

Secrets are files under `keys/rp/`, never settings. Without a file and without a setting the environment is production.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

from ground import home as places
from ground.couriers.settings import Delivery
from ground.entrance import read_networks
from ground.journal.retention import check_journal_days
from ground.settings import load_settings

PREFIX = "REGISTRY"
FILE_VARIABLE = "REGISTRY_CONFIG"
TOKEN_VARIABLE = "REGISTRY_CONTROL_TOKEN"
"""The operator's own token of the control plane: a secret, and so no setting."""
SMTP_PASSWORD_VARIABLE = "REGISTRY_SMTP_PASSWORD"
SMS_KEY_VARIABLE = "REGISTRY_SMS_KEY"
"""The secrets of the couriers, where they are not files under keys/."""
NO_SETTINGS = (FILE_VARIABLE, TOKEN_VARIABLE, SMTP_PASSWORD_VARIABLE, SMS_KEY_VARIABLE)
ASSURANCE_LEVELS = ("low", "substantial", "high")
"""Values of `acr`, weakest first."""
MAX_TERMS_VERSION_CHARACTERS = 40


LONGEST_RETENTION_YEARS = 100
MOST_OF_DOCUMENTS = 100_000


@dataclass(frozen=True)
class RetentionYears:
    """For how many years after its day a record of each type is needed, and so cannot be erased."""

    vaccination: int = 5
    laboratory_test: int = 5
    disease_case: int = 5
    preventive_measure: int = 5

    def __post_init__(self) -> None:
        for each in fields(self):
            if not 0 <= getattr(self, each.name) <= LONGEST_RETENTION_YEARS:
                raise ValueError(f"{each.name} must be 0 to {LONGEST_RETENTION_YEARS} years, not {getattr(self, each.name)}")


@dataclass(frozen=True)
class DocumentLimits:
    """How long a file may be that people hand in, how many they keep, and how much that may be."""

    file_megabytes: int = 10
    per_person: int = 100
    megabytes_per_person: int = 200

    def __post_init__(self) -> None:
        for each in fields(self):
            if not 0 < getattr(self, each.name) <= MOST_OF_DOCUMENTS:
                raise ValueError(f"{each.name} must be 1 to {MOST_OF_DOCUMENTS}, not {getattr(self, each.name)}")


@dataclass(frozen=True)
class Settings:
    """What an operator may change. Relative paths are relative to the home folder.

    `trusted_proxies` are addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed; `plain_listen`
    is where `serve --plain` sends browsers from http to https. `journal_days` is how long an event of the journal is kept. The
    control plane of a test stand answers under `control_names` too (a name, or name:port). `clamd_socket` is where a ClamAV is
    asked about each file that people hand in. With another `terms_version` everybody is asked for consent anew, with an empty one
    nobody is; `checks_inn` is whether forms look at the check digits of an ИНН.
    """

    environment: str = "production"
    url: str = "http://localhost:8500"
    listen: str = "127.0.0.1:8500"
    control_listen: str = "127.0.0.1:8501"
    control_names: tuple[str, ...] = ()
    issuer: str = "http://localhost:8400"
    client_id: str = "registry"
    scopes: tuple[str, ...] = (
        "openid",
        "fullname",
        "birthdate",
        "gender",
        "snils",
        "inn",
        "mobile",
        "email",
        "id_doc",
        "organisations",
        "account",
        "registry.read",
    )
    required_acr: str = "substantial"
    default_region: str = "77"
    database_url: str = ""
    trusted_ca_file: Path | None = None
    fetch_addresses: dict[str, str] = field(default_factory=dict)
    tls_certificate: Path | None = None
    tls_private: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
    plain_listen: str = ""
    journal_days: int = 366
    documents: DocumentLimits = field(default_factory=DocumentLimits)
    clamd_socket: Path | None = None
    terms_version: str = "2026-11-01"
    checks_inn: bool = True
    retention_years: RetentionYears = field(default_factory=RetentionYears)
    workers: int = 1
    threads: int = 4
    delivery: Delivery = field(default_factory=Delivery)

    def __post_init__(self) -> None:
        if self.environment not in ("production", "test"):
            raise ValueError(f"environment must be production or test, not {self.environment!r}")
        if self.required_acr not in ASSURANCE_LEVELS:
            raise ValueError(f"required_acr must be one of {', '.join(ASSURANCE_LEVELS)}, not {self.required_acr!r}")
        for name in ("url", "issuer"):
            parts = urlsplit(getattr(self, name))
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
                raise ValueError(f"{name} must be an http or https address, not {getattr(self, name)!r}")
            if getattr(self, name).endswith("/"):
                raise ValueError(f"{name} must not end with a slash")
            if self.environment == "production" and parts.scheme != "https":
                raise ValueError(f"{name} must begin with https:// in production")
        if (self.tls_certificate is None) != (self.tls_private is None):
            raise ValueError("tls_certificate and tls_private belong together")
        if self.tls_certificate is not None and not self.is_secure:
            raise ValueError(f"url must begin with https:// where tls_certificate is set, not {self.url!r}")
        if self.environment == "production" and not self.delivery.is_private:
            raise ValueError("delivery must use TLS in production (smtp_security, sms_url): messages hold codes")
        check_journal_days(self.journal_days)
        if len(self.terms_version) > MAX_TERMS_VERSION_CHARACTERS:
            raise ValueError(f"terms_version must have at most {MAX_TERMS_VERSION_CHARACTERS} characters")
        read_networks(self.trusted_proxies)
        for name in ("listen", "control_listen"):
            host, _, port = getattr(self, name).rpartition(":")
            if not host or not port.isdecimal() or not 0 < int(port) < 65536:
                raise ValueError(f"{name} must be an address and a port, as in 127.0.0.1:8500, not {getattr(self, name)!r}")

    @property
    def is_test(self) -> bool:
        return self.environment == "test"

    @property
    def is_secure(self) -> bool:
        return self.url.startswith("https://")

    @property
    def is_reached_securely(self) -> bool:
        """Can an https request arrive: by a certificate of our own, or through a proxy that has one?"""
        return not self.is_secure or self.tls_certificate is not None or bool(self.trusted_proxies)

    @property
    def callback_url(self) -> str:
        return f"{self.url}/sign-in/callback"

    @property
    def signed_out_url(self) -> str:
        return f"{self.url}/signed-out"

    @property
    def account_url(self) -> str:
        """Where people look after their account at the provider."""
        return f"{self.issuer}/account"

    @property
    def resource(self) -> str:
        """The name of our API as an audience of access tokens (RFC 8707)."""
        return f"{self.url}/api"


@dataclass(frozen=True)
class Home:
    """The folder that holds `config/`, `keys/` and `var/`."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "config"

    @property
    def data(self) -> Path:
        return self.config_path("data")

    @property
    def seed(self) -> Path:
        return self.config_path("seed")

    def config_path(self, name: str) -> Path:
        """A file or folder of `config/`: the home's own, else the one that came with the program."""
        return places.config_path(self.root, name)

    @property
    def keys(self) -> Path:
        return self.root / "keys" / "rp"

    @property
    def variable(self) -> Path:
        return self.root / "var"

    @property
    def secrets_file(self) -> Path:
        return self.keys / "secrets.json"

    @property
    def encryption_keys_file(self) -> Path:
        """Holds the key-encryption keys: what seals the data keys of patients."""
        return self.keys / "key-encryption-keys.json"

    @property
    def client_file(self) -> Path:
        """Holds the secret we and the provider share; the provider's seed reads it too."""
        return self.keys / "client-secret"

    @property
    def clock_file(self) -> Path:
        return self.variable / "clock"

    @property
    def control_token_file(self) -> Path:
        """The token of the control plane of a test stand; the phone of the provider's reads it too."""
        return self.variable / "registry-control-token"

    @property
    def documents(self) -> Path:
        """The folder of the files that people handed in, sealed."""
        return self.variable / "rp-files"

    @property
    def tombstones_file(self) -> Path:
        """What tells an older database from the newest, beside it and not in its copies."""
        return self.variable / "rp.tombstones"

    def resolve(self, path: Path) -> Path:
        return path if path.is_absolute() else self.root / path

    @property
    def sqlite_file(self) -> Path:
        """The database, unless the settings name another."""
        return self.variable / "rp.sqlite3"

    def database_url(self, settings: Settings) -> str:
        return settings.database_url or f"sqlite:///{self.sqlite_file}"


def find_home(environment: Mapping[str, str]) -> Home:
    """The home folder: PROPUSK_HOME, the checkout this file is in, or the user's data folder."""
    return Home(places.find_home(environment))


def read_settings(environment: Mapping[str, str]) -> tuple[Settings, Home]:
    """The settings as file and environment give them. Raises SettingRefused."""
    home = find_home(environment)
    named = environment.get(FILE_VARIABLE)
    file = Path(named) if named else home.config / "rp.toml"
    values = {name: value for name, value in environment.items() if name not in NO_SETTINGS}
    settings = load_settings(Settings, file=file if named or file.exists() else None, environment=values, prefix=PREFIX)
    return settings, home
