"""ESIA's error codes: what stands on the wire, and what each means.

On the wire an error is `error`, an OAuth name, and `error_description`, which begins with the eleven characters of the code:
clients tell errors apart by them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from idp.errors import RequestRefused
from idp.protocol.esia.fact import Fact, approximate, assumed, exact


@dataclass(frozen=True)
class EsiaCode:
    """One code: `number` without `ESIA-`, the OAuth name beside it, the text behind it and what it means.

    `{name}` in a text is the parameter that it speaks of.
    """

    number: str
    error: str
    text: str
    meaning: str
    fact: Fact


class EsiaRefused(RequestRefused):
    """A request that the ESIA dialect refuses with one of its codes. `cause` is what really was wrong, for the journal: the wire
    does not say it."""

    def __init__(self, number: str, *, name: str = "", cause: str = "") -> None:
        code = CODES[number]
        super().__init__(code.error, f"ESIA-{number}: {code.text.format(name=name)}", clause=f"ESIA-{number}")
        self.number = number
        self.cause = cause

    @property
    def outcome(self) -> str:
        return f"ESIA-{self.number}"


GO = "GO errors.go"
CODES: Mapping[str, EsiaCode] = MappingProxyType(
    {
        code.number: code
        for code in (
            EsiaCode(
                "007002",
                "unauthorized_client",
                "OAuthErrorEnum.wrongCertificate",
                "the certificate does not match the mnemonic, or none is loaded",
                approximate(GO),
            ),
            EsiaCode(
                "007003",
                "invalid_request",
                "OAuthErrorEnum.invalidRequest",
                "a parameter is missing, wrong or there twice",
                approximate(GO),
            ),
            EsiaCode(
                "007004",
                "access_denied",
                "OAuthErrorEnum.accessDenied",
                "the person or the service refused",
                exact("GO errors.go; FR issues"),
            ),
            EsiaCode(
                "007005",
                "unauthorized_client",
                "The client is not authorized to request an access token using this method.",
                "the client may not use this method; on v1 also any wrong client_secret",
                exact("EKA#7; AIS#38; SOK#6"),
            ),
            EsiaCode(
                "007006",
                "invalid_scope",
                "OAuthErrorEnum.invalidScope",
                "the scope is wrong, unknown or malformed",
                approximate(GO),
            ),
            EsiaCode("007007", "server_error", "OAuthErrorEnum.serverError", "an unexpected failure", approximate(GO)),
            EsiaCode(
                "007008",
                "temporarily_unavailable",
                "OAuthErrorEnum.temporarilyUnavailable",
                "overload or maintenance",
                approximate(GO),
            ),
            EsiaCode(
                "007009",
                "unsupported_response_type",
                "OAuthErrorEnum.unsupportedResponseType",
                "response_type is not code",
                approximate(GO),
            ),
            EsiaCode(
                "007011",
                "invalid_grant",
                "OAuthErrorEnum.invalidGrant",
                "the code or refresh token is invalid, used, run out, revoked, or another client's or redirect_uri's",
                approximate(GO),
            ),
            EsiaCode(
                "007012",
                "unsupported_grant_type",
                "OAuthErrorEnum.unsupportedGrantType",
                "the grant type is not supported",
                approximate(GO),
            ),
            EsiaCode("007013", "invalid_scope", "OAuthErrorEnum.noScope", "there is no scope", approximate(GO)),
            EsiaCode(
                "007014",
                "invalid_request",
                "The request doesn`t contain the mandatory parameter [{name}].",
                "a mandatory parameter is missing or cannot be read",
                exact("FR#59; EKA#23"),
            ),
            EsiaCode(
                "007015", "invalid_request", "OAuthErrorEnum.wrongTimestamp", "the time of the request is wrong", approximate(GO)
            ),
            EsiaCode(
                "007019",
                "access_denied",
                "OAuthErrorEnum.noGrants",
                "no permission: the scope was not granted to this system",
                exact("FR#9; GO errors.go"),
            ),
            EsiaCode(
                "007023",
                "invalid_request",
                "OAuthErrorEnum.wrongRedirectUri",
                "redirect_uri is not among those of the system",
                approximate(GO),
            ),
            EsiaCode(
                "007038", "invalid_request", "OAuthErrorEnum.unreadableParameters", "parameters cannot be read", approximate(GO)
            ),
            EsiaCode(
                "007039",
                "invalid_grant",
                "OAuthErrorEnum.noCodeChallenge",
                "code_verifier was sent, and no code_challenge before it",
                approximate(GO),
            ),
            EsiaCode(
                "007040", "invalid_grant", "OAuthErrorEnum.wrongCodeVerifier", "code_verifier does not match", approximate(GO)
            ),
            EsiaCode(
                "007046",
                "access_denied",
                "OAuthErrorEnum.secondFactorImpossible",
                "a scope demands a second factor, and there is none",
                approximate(GO),
            ),
            EsiaCode(
                "007053",
                "access_denied",
                "OAuthErrorEnum.clientSecretWrong",
                "client_secret is wrong: another string, certificate or system, or a certificate that is not active",
                exact("ILIM#7; FR CHANGELOG 3.1.0"),
            ),
            EsiaCode(
                "007055", "access_denied", "OAuthErrorEnum.accountNotConfirmed", "the account is not confirmed", approximate(GO)
            ),
            EsiaCode("007060", "invalid_request", "OAuthErrorEnum.wrongRoles", "roles is wrong", approximate(GO)),
            EsiaCode("007061", "invalid_request", "OAuthErrorEnum.wrongObjType", "obj_type is wrong", approximate(GO)),
            EsiaCode(
                "007062",
                "invalid_request",
                "OAuthErrorEnum.wrongUserType",
                "the person has another type or role",
                approximate(GO),
            ),
            EsiaCode(
                "007194",
                "access_denied",
                "OAuthErrorEnum.notEmployee",
                "a scope of an organisation, and the person is not its employee",
                approximate(GO),
            ),
            EsiaCode(
                "008010", "invalid_client", "OAuthErrorEnum.invalidClient", "the client did not prove who it is", approximate(GO)
            ),
            EsiaCode(
                "036700", "invalid_request", "OAuthErrorEnum.permissionTypeMissing", "a consent has no sysname", approximate(GO)
            ),
            EsiaCode(
                "036701",
                "invalid_request",
                "OAuthErrorEnum.permissionTypeUnknown",
                "nobody knows this type of consent",
                approximate(GO),
            ),
            EsiaCode(
                "036702",
                "invalid_request",
                "OAuthErrorEnum.permissionScopeMissing",
                "a consent lacks a scope that its type demands",
                approximate(GO),
            ),
            EsiaCode(
                "036703",
                "invalid_request",
                "OAuthErrorEnum.permissionScopesExceed",
                "a consent has scopes beyond its type",
                approximate(GO),
            ),
            EsiaCode(
                "036704",
                "invalid_request",
                "OAuthErrorEnum.permissionScopesForbidden",
                "a consent has scopes that its type forbids",
                approximate(GO),
            ),
            EsiaCode(
                "036705",
                "invalid_request",
                "OAuthErrorEnum.permissionActionMissing",
                "a consent names no action",
                approximate(GO),
            ),
            EsiaCode(
                "036706",
                "invalid_request",
                "OAuthErrorEnum.permissionActionUnknown",
                "a consent names an unknown action",
                approximate(GO),
            ),
            EsiaCode(
                "036707",
                "invalid_request",
                "OAuthErrorEnum.permissionPurposeMissing",
                "a consent names no purpose",
                approximate(GO),
            ),
            EsiaCode(
                "036716", "invalid_request", "OAuthErrorEnum.permissionExpireWrong", "a consent's term is wrong", approximate(GO)
            ),
            EsiaCode(
                "036726",
                "invalid_request",
                "OAuthErrorEnum.permissionPurposeUnknown",
                "a consent names an unknown purpose",
                approximate(GO),
            ),
            EsiaCode(
                "036727",
                "invalid_request",
                "OAuthErrorEnum.permissionPurposeNotOne",
                "a consent of this type has exactly one purpose",
                approximate(GO),
            ),
            EsiaCode(
                "007110",
                "access_denied",
                "OAuthErrorEnum.qrLoginError",
                "signing in by QR code failed; not answered here: such a sign-in stays on its page",
                assumed("NSP names the code only"),
            ),
        )
    }
)
"""Every code that is known; we answer with each but 007110.

The English enumerated words of 007005, 007014, 007019 and 007053 are ESIA's own; the others are formed after them.
"""
