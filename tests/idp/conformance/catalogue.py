"""The profiles of OpenID certification, their modules, and what we know of each: `docs/conformance.md` is made from here.

    python -m tests.idp.conformance.catalogue

A module has a local test when a file of its name stands in this folder. One that has none says why.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[2] / "docs" / "conformance.md"

PROFILES: Mapping[str, tuple[str, ...]] = {
    "Config OP": ("oidcc-discovery-endpoint-verification",),
    "Basic OP": (
        "oidcc-server",
        "oidcc-response-type-missing",
        "oidcc-idtoken-signature",
        "oidcc-idtoken-unsigned",
        "oidcc-userinfo-get",
        "oidcc-userinfo-post-header",
        "oidcc-userinfo-post-body",
        "oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
        "oidcc-scope-profile",
        "oidcc-scope-email",
        "oidcc-scope-address",
        "oidcc-scope-phone",
        "oidcc-scope-all",
        "oidcc-ensure-other-scope-order-succeeds",
        "oidcc-alternate-happy-flow",
        "oidcc-display-page",
        "oidcc-display-popup",
        "oidcc-prompt-login",
        "oidcc-prompt-none-not-logged-in",
        "oidcc-prompt-none-logged-in",
        "oidcc-max-age-1",
        "oidcc-max-age-10000",
        "oidcc-ensure-request-with-unknown-parameter-succeeds",
        "oidcc-id-token-hint",
        "oidcc-login-hint",
        "oidcc-ui-locales",
        "oidcc-claims-locales",
        "oidcc-ensure-request-with-acr-values-succeeds",
        "oidcc-codereuse",
        "oidcc-codereuse-30seconds",
        "oidcc-ensure-registered-redirect-uri",
        "oidcc-ensure-post-request-succeeds",
        "oidcc-server-client-secret-post",
        "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
        "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
        "oidcc-claims-essential",
        "oidcc-ensure-request-object-with-redirect-uri",
        "oidcc-refresh-token",
        "oidcc-ensure-request-with-valid-pkce-succeeds",
    ),
    "Dynamic OP": (
        "oidcc-server",
        "oidcc-discovery-endpoint-verification",
        "oidcc-idtoken-rs256",
        "oidcc-idtoken-unsigned",
        "oidcc-userinfo-rs256",
        "oidcc-redirect-uri-query-OK",
        "oidcc-redirect-uri-query-mismatch",
        "oidcc-redirect-uri-query-added",
        "oidcc-redirect-uri-regfrag",
        "oidcc-ensure-redirect-uri-in-authorization-request",
        "oidcc-registration-logo-uri",
        "oidcc-registration-policy-uri",
        "oidcc-registration-tos-uri",
        "oidcc-registration-jwks-uri",
        "oidcc-registration-sector-uri",
        "oidcc-registration-sector-bad",
        "oidcc-server-rotate-keys",
        "oidcc-refresh-token-rp-key-rotation",
        "oidcc-refresh-token",
        "oidcc-request-uri-unsigned",
        "oidcc-request-uri-signed-rs256",
        "oidcc-ensure-request-object-with-redirect-uri",
        "oidcc-ensure-client-assertion-with-iss-aud-succeeds",
    ),
    "Form Post OP (code flow)": ("oidcc-server-form-post",),
    "RP-Initiated Logout OP": (
        "oidcc-rp-initiated-logout-discovery-endpoint-verification",
        "oidcc-rp-initiated-logout",
        "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
        "oidcc-rp-initiated-logout-modified-id-token-hint",
        "oidcc-rp-initiated-logout-bad-id-token-hint",
        "oidcc-rp-initiated-logout-no-id-token-hint",
        "oidcc-rp-initiated-logout-no-params",
        "oidcc-rp-initiated-logout-no-post-logout-redirect-uri",
        "oidcc-rp-initiated-logout-no-state",
        "oidcc-rp-initiated-logout-only-state",
        "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
    ),
    "Back-Channel Logout OP": (
        "oidcc-backchannel-rp-initiated-logout-discovery-endpoint-verification",
        "oidcc-backchannel-rp-initiated-logout",
    ),
    "Front-Channel Logout OP": (
        "oidcc-frontchannel-rp-initiated-logout-discovery-endpoint-verification",
        "oidcc-frontchannel-rp-initiated-logout",
    ),
    "Session Management OP": (
        "oidcc-session-management-discovery-endpoint-verification",
        "oidcc-session-management-rp-initiated-logout",
    ),
    "Third-Party-Initiated Login OP": ("oidcc-3rdparty-init-login", "oidcc-3rdparty-init-login-nohttps"),
}

NOT_BUILT: Mapping[str, str] = {
    "Implicit OP": "the implicit flow is not built",
    "Hybrid OP": "the hybrid flow is not built",
    "FAPI 2.0": "DPoP and mTLS are not built",
}


def file_of(module: str) -> Path:
    """The file that tests a module."""
    return HERE / f"test_{module.replace('-', '_').lower()}.py"


def lines() -> Iterator[str]:
    """The document, line by line."""
    yield "# Conformance"
    yield ""
    yield "Modules of the OpenID Foundation's certification suite that have a local test of the same name in"
    yield "`tests/idp/conformance`, run by `scripts/test`. A local test is our reading of the module; it replaces no run of the"
    yield "suite and is no certificate. The lists of modules follow public reports of other providers' runs, not the suite's own"
    yield "source. This page is made by `python -m tests.idp.conformance.catalogue`."
    for profile, modules in PROFILES.items():
        tested = sum(file_of(module).exists() for module in modules)
        yield ""
        yield f"## {profile}: {tested} of {len(modules)}"
        yield ""
        yield "| module | state |"
        yield "|---|---|"
        for module in modules:
            yield f"| {module} | {_state(module)} |"
    yield ""
    yield "## Not built"
    yield ""
    for profile, reason in NOT_BUILT.items():
        yield f"- {profile}: {reason}."


def _state(module: str) -> str:
    file = file_of(module)
    if not file.exists():
        return "no local test"
    count = len(re.findall(r"^def test_", file.read_text(encoding="utf-8"), re.MULTILINE))
    return f"{count} local {'test' if count == 1 else 'tests'}"


if __name__ == "__main__":
    DOCUMENT.write_text("\n".join(lines()) + "\n", encoding="utf-8")
