"""Every parameter of every endpoint of the protocol: where it is required, where it may stand, what it looks like.

A parameter that no row knows is ignored, as is one that came where it says nothing. An empty value counts as none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.fact import Fact, approximate, assumed, exact

Call = Literal[
    "v1/ac", "v2/ac", "v1/te code", "v1/te refresh", "v1/te client", "v3/te code", "v3/te refresh", "v3/te client", "logout"
]
"""Every kind of request: the two authorization endpoints, the token endpoints by grant (v2/te is as v3/te), and logout."""
CALLS: Final[tuple[Call, ...]] = get_args(Call)
OF_AUTHORIZATION: Final = frozenset[Call]({"v1/ac", "v2/ac"})
OF_TOKENS: Final = frozenset[Call](CALLS) - OF_AUTHORIZATION - {"logout"}
OF_CODE: Final = frozenset[Call]({"v1/te code", "v3/te code"})
OF_REFRESH: Final = frozenset[Call]({"v1/te refresh", "v3/te refresh"})
OF_V3: Final = frozenset[Call](call for call in CALLS if call.startswith("v3"))
SIGNED: Final = OF_AUTHORIZATION | OF_TOKENS
NOWHERE: Final = frozenset[Call]()


@dataclass(frozen=True)
class Parameter:
    """One parameter. `missing` is the code of its absence where it is required, `looks` what it is written like."""

    name: str
    looks: str
    fact: Fact
    required: frozenset[Call] = field(default=NOWHERE)
    optional: frozenset[Call] = field(default=NOWHERE)
    missing: str = "007014"


PARAMETERS: Final[tuple[Parameter, ...]] = (
    Parameter(
        "client_id",
        "the mnemonic of the system",
        exact("TP 3.1.1; every client"),
        required=SIGNED,
        optional=frozenset({"logout"}),
    ),
    Parameter("client_secret", "a signature in base64, tolerantly read", exact("every client"), required=SIGNED),
    Parameter(
        "client_certificate_hash",
        "Streebog-256 of the certificate's DER, 64 hex digits",
        exact("FR#59; ILIM; AIS; GO", switch="esia.sha256_hash"),
        required=frozenset({"v2/ac", "v3/te code", "v3/te client"}),
        optional=frozenset({"v3/te refresh"}),  # AIS refreshes without one
    ),
    Parameter(
        "redirect_uri",
        "an address whose scheme, host and port are registered",
        exact("TP 3.1.1; AIS changelog 2.0.0"),
        required=OF_AUTHORIZATION | OF_CODE,
        optional=OF_TOKENS - OF_CODE,
    ),
    Parameter("scope", "names with spaces between", exact("every client"), required=SIGNED, missing="007013"),
    Parameter("scope_org", "scopes of organisations with spaces between", approximate("ILIM"), optional=OF_V3 | {"v2/ac"}),
    Parameter("response_type", "code", exact("every client"), required=OF_AUTHORIZATION, optional=OF_TOKENS),
    Parameter("state", "a UUID, new in every request; taken as any text", exact("every client"), required=SIGNED),
    Parameter(
        "timestamp",
        "yyyy.MM.dd HH:mm:ss ±hhmm",
        exact("ILIM; AIS; GO; MIAC", switch="esia.skew_seconds"),
        required=SIGNED,
    ),
    Parameter("access_type", "online or offline; nothing is online", exact("VF; MIAC"), optional=OF_AUTHORIZATION),
    Parameter("permissions", "base64url of a JSON array of consents", exact("GO; VF; LEO"), optional=frozenset({"v2/ac"})),
    Parameter(
        "person_filter",
        "base64 of conf_acc, acc_kid or acc_not_kid",
        exact("ILIM tests; VF PersonFilter"),
        optional=frozenset({"v2/ac"}),
    ),
    Parameter(
        "code_challenge",
        "43 characters of base64url",
        approximate("GO errors.go", switch="esia.st256_challenge"),
        optional=frozenset({"v2/ac"}),
    ),
    Parameter(
        "code_challenge_method",
        "S256, which is also meant by nothing; St256 by switch",
        assumed(switch="esia.st256_challenge"),
        optional=frozenset({"v2/ac"}),
    ),
    Parameter(
        "roles",
        "PRIVATE, BUSINESS, LEGAL or AGENCY, with spaces or commas between: the person has one of them",
        assumed("GO errors.go names the code only"),
        optional=frozenset({"v2/ac"}),
    ),
    Parameter("obj_type", "P", assumed("GO errors.go names the code only"), optional=frozenset({"v2/ac"})),
    Parameter(
        "nonce",
        "any text; not echoed",
        approximate("AIS changelog 1.5.0", switch="esia.echoes_nonce"),
        optional=OF_AUTHORIZATION,
    ),
    Parameter("grant_type", "authorization_code, refresh_token or client_credentials", exact("every client"), required=OF_TOKENS),
    Parameter("token_type", "Bearer; not looked at", exact("every client"), optional=OF_TOKENS),
    Parameter("code", "what the authorization endpoint answered", exact("every client"), required=OF_CODE),
    Parameter(
        "refresh_token",
        "what the token endpoint answered; beside a code it is not looked at",
        exact("FR; MIAC; ILIM; AIS"),
        required=OF_REFRESH,
        optional=OF_CODE,
    ),
    Parameter(
        "code_verifier",
        "43 to 128 characters",
        approximate("GO errors.go", switch="esia.st256_challenge"),
        optional=frozenset({"v3/te code"}),
    ),
    Parameter(
        "redirect_url",
        "where a browser goes after logout: scheme, host and port are registered",
        exact("FR; ILIM; SOK; AIS"),
        optional=frozenset({"logout"}),
    ),
)
"""In the order in which a missing one is named."""
BY_NAME: Final[Mapping[str, Parameter]] = {each.name: each for each in PARAMETERS}
REQUIRED: Final[Mapping[Call, tuple[Parameter, ...]]] = {
    call: tuple(each for each in PARAMETERS if call in each.required) for call in CALLS
}
PROOF: Final = ("client_id", "client_secret", "scope", "timestamp", "state")
"""What no signature can be judged without."""


def check_mandatory(parameters: Mapping[str, str], call: Call) -> None:
    """Is there everything that this kind of request demands? Raises EsiaRefused, naming the first that is missing."""
    _demand(parameters, REQUIRED[call])


def check_proof(parameters: Mapping[str, str], *, needs_hash: bool) -> None:
    """Is there everything that a signature is judged by? Raises EsiaRefused, naming the first that is missing."""
    names = (*PROOF, "client_certificate_hash") if needs_hash else PROOF
    _demand(parameters, (BY_NAME[name] for name in names))


def _demand(parameters: Mapping[str, str], demanded: Iterable[Parameter]) -> None:
    for parameter in demanded:
        if not parameters.get(parameter.name):
            raise EsiaRefused(parameter.missing, name=parameter.name, cause=f"{parameter.name} is missing")
