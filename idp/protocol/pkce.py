"""Proof Key for Code Exchange, with the one method worth having (RFC 7636; RFC 9700, 2.1.1)."""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping

from idp.errors import RequestRefused
from idp.protocol.client import Client

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
"""An S256 challenge is a SHA-256 in base64url: 43 characters, neither more nor less."""


def challenge_of(code_verifier: str) -> str:
    """The S256 challenge of a verifier, where we are a client ourselves (RFC 7636, 4.2)."""
    return urlsafe_b64encode(hashlib.sha256(code_verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")


def check_challenge(parameters: Mapping[str, str], client: Client) -> str | None:
    """Judge `code_challenge` and its method at the authorization endpoint and give back the challenge.

    Raises RequestRefused when it is malformed, `plain`, or missing where the client must use it. RFC 7636, 4.3.
    """
    challenge, method = parameters.get("code_challenge"), parameters.get("code_challenge_method")
    if not challenge:
        if client.must_use_pkce or method:
            raise RequestRefused("invalid_request", "code_challenge is required", clause="RFC 7636, 4.4.1")
        return None
    if method != "S256":
        raise RequestRefused("invalid_request", "code_challenge_method must be S256", clause="RFC 9700, 2.1.1")
    if not CHALLENGE.match(challenge):
        raise RequestRefused("invalid_request", "code_challenge must be 43 characters of base64url", clause="RFC 7636, 4.2")
    return challenge
