"""Words of the specifications that are written in more than one place, spelt once."""

from typing import Final, Literal

Level = Literal["low", "substantial", "high"]
"""How sure the provider is of the person: one factor, two factors, electronic signature. Sent as `acr`."""

LEVELS: Final[tuple[Level, ...]] = ("low", "substantial", "high")

Kind = Literal["knowledge", "possession", "inherence"]
"""What a proof rests on: something the person knows, has or is (NIST SP 800-63B, 4)."""

SecondFactor = Literal["on_risk", "for_records", "always"]
"""When a client has people take a second step: where something is unusual, also where health records are asked for, or always."""
SECOND_FACTORS: Final[tuple[SecondFactor, ...]] = ("on_risk", "for_records", "always")

Dialect = Literal["openid", "esia"]
"""How a client speaks to us. Each has endpoints of its own, and no client has both."""

EsiaAlgorithm = Literal["RS256", "GOST3410_2012_256"]
"""What ESIA signs its codes and tokens with; the operator of a system chooses one for it."""

ClientAuthentication = Literal[
    "esia_signature", "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"
]
CLIENT_AUTHENTICATIONS: Final[tuple[ClientAuthentication, ...]] = (
    "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none",
)  # fmt: skip
CONFIDENTIAL_AUTHENTICATIONS: Final = CLIENT_AUTHENTICATIONS[:-1]
"""How a client proves who it is; `none` proves nothing (OpenID Connect Core 1.0, 9). `esia_signature` is not among them: a
system of the ESIA dialect signs every request, and is registered by its operator."""

SIGNING_ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""What we sign ID tokens, userinfo and logout tokens with; a client registers one of them (RFC 7518, 3.1; RFC 8037, 3.1)."""
CLIENT_SIGNING_ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""What a client may sign with its own key: assertions and request objects."""
SECRET_SIGNING_ALGORITHMS: Final = ("HS256",)
"""What a client may sign its assertions with by its secret (client_secret_jwt)."""
ACCESS_TOKEN_ALGORITHM: Final = "ES256"

RESPONSE_MODES: Final = ("query", "form_post")
DISPLAYS: Final = ("page", "popup", "touch", "wap")
PROMPTS: Final = ("none", "login", "consent", "select_account")

BACK_CHANNEL_LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"

OFFLINE_ACCESS: Final = "offline_access"
"""The scope whose refresh tokens outlive the session they were granted in (OpenID Connect Core 1.0, 11)."""

ACCOUNT_NOT_CONFIRMED: Final = "account_not_confirmed"
"""The first word of the description by which a client learns why it was answered `access_denied`."""

TEST_MARK: Final = "propusk_test"
"""The claim of a token that came of the test API and not of a person's own sign-in. Worth nothing outside a test stand."""

MAX_STATE_LENGTH: Final = 4096
MAX_NONCE_LENGTH: Final = 512
MAX_PARAMETER_LENGTH: Final = 8192
MAX_CLAIMS_LENGTH: Final = 8192
MAX_CLAIMS_DEPTH: Final = 8
MAX_REQUEST_OBJECT_LENGTH: Final = 16 * 1024
MAX_REQUEST_URI_LENGTH: Final = 512
