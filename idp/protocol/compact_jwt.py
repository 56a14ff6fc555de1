"""A JWT that came from outside, taken apart before anybody believes it (RFC 7515, 7.1; RFC 7519, 7.2).

Only the compact form is read. Sizes are capped before anything is parsed, and the parser has a bound on depth of its own.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

MAX_JWT_LENGTH = 16 * 1024
MAX_HEADER_LENGTH = 2048
COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)\Z")


class JwtMalformed(Exception):
    """The text is no compact JWT we read. The message says why, in ASCII."""


@dataclass(frozen=True)
class UnverifiedJwt:
    """Header and claims as they were written, and what a signature of them has to cover."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    message: bytes
    signature: bytes

    @property
    def algorithm(self) -> str:
        return str(self.header["alg"])

    @property
    def kid(self) -> str | None:
        kid = self.header.get("kid")
        return kid if isinstance(kid, str) else None

    @property
    def media_type(self) -> str | None:
        """The `typ`, in lower case and without the prefix that may be left out (RFC 7515, 4.1.9)."""
        given = self.header.get("typ")
        return given.lower().removeprefix("application/") if isinstance(given, str) else None


def take_apart(text: str) -> UnverifiedJwt:
    """Read a compact JWT without judging it. Raises JwtMalformed."""
    if len(text) > MAX_JWT_LENGTH:
        raise JwtMalformed(f"it is over {MAX_JWT_LENGTH} characters")
    match = COMPACT.match(text)
    if match is None or len(match[1]) > MAX_HEADER_LENGTH:
        raise JwtMalformed("it is not a JWT of three parts")
    header, claims = _object(match[1]), _object(match[2])
    if not isinstance(header.get("alg"), str):
        raise JwtMalformed("its header names no alg")
    if "crit" in header:
        raise JwtMalformed("its header has critical members, and we know none")
    if "typ" in header and not isinstance(header["typ"], str):
        raise JwtMalformed("its typ is not a text")
    return UnverifiedJwt(header, claims, f"{match[1]}.{match[2]}".encode("ascii"), _bytes(match[3]))


def _object(part: str) -> dict[str, Any]:
    try:
        document = orjson.loads(_bytes(part))
    except orjson.JSONDecodeError:
        raise JwtMalformed("a part of it is not JSON") from None
    if not isinstance(document, dict):
        raise JwtMalformed("a part of it is not a JSON object")
    return document


def _bytes(part: str) -> bytes:
    if len(part) % 4 == 1:
        raise JwtMalformed("a part of it is not base64url")
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
