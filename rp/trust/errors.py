"""What can be wrong with the provider or with what it says.

TrustError
├── ProviderUnavailable     we cannot ask: no connection, 5xx, not JSON, foreign metadata     → 503
├── SignInDeclined          the provider answered the sign-in with an OAuth error
├── AnswerRefused           the answer, or a token in it, is not to be believed
│   ├── AssuranceTooLow     believable, but the person was not checked strictly enough
│   └── RightsMissing       believable, but the account is not confirmed or lacks the role         → 403
├── LogoutTokenRefused      a logout token is not to be believed                              → 400
├── AccessTokenRefused      the bearer token is not valid here                                → 401
│   └── ProofTooWeak        valid, but its person was not checked strictly enough             → 401
├── ScopeMissing            the bearer token is valid, but not for this                       → 403
└── PersonRefused           the bearer token is valid, but its person may not be served       → 403

The texts are for the developer and the journal; they never hold a token, a code or a person's data.
"""


class TrustError(Exception):
    """The root of this room's errors."""


class ProviderUnavailable(TrustError):
    """The provider cannot be asked now, so nothing is granted."""


class SignInDeclined(TrustError):
    """The provider ended the sign-in with an error code (RFC 6749, 4.1.2.1). `reason` is a word of ours for what stands behind
    the code, where the provider says so."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason


class AnswerRefused(TrustError):
    """The provider's answer to a sign-in fails a check; the text names the check."""


class AssuranceTooLow(AnswerRefused):
    """The ID token is genuine, but its `acr` is weaker than the one we asked for."""

    def __init__(self, required: str) -> None:
        super().__init__(f"ID token: acr is below {required}")
        self.required = required


class RightsMissing(AnswerRefused):
    """The ID token is genuine, but the person's account does not open this registry. `reason` is `unverified` or `role`."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class LogoutTokenRefused(TrustError):
    """A logout token fails a check; the text names the check."""


class AccessTokenRefused(TrustError):
    """A bearer token is malformed, forged, expired, revoked or meant for somebody else (RFC 6750, invalid_token)."""

    code = "invalid_token"
    acr_values: str | None = None
    """The level that a token must say, where that is what it lacks."""


class ProofTooWeak(AccessTokenRefused):
    """A bearer token is genuine, but its `acr` is weaker than the one we ask for (RFC 9470, insufficient_user_authentication)."""

    code = "insufficient_user_authentication"

    def __init__(self, required: str) -> None:
        super().__init__(f"the token's acr is below {required}")
        self.acr_values = required


class ScopeMissing(TrustError):
    """A bearer token lacks the scope (RFC 6750, insufficient_scope)."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"the token lacks the scope {scope}")
        self.scope = scope


class PersonRefused(TrustError):
    """The person behind a bearer token has no confirmed account, or not the role that this registry asks for."""
