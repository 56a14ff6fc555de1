"""The text of `client_secret`: which bytes it is meant to be, and what its spelling did to them."""

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import unquote

from idp.esia.diagnosis.case import Case
from idp.esia.diagnosis.kind import Found, found
from idp.esia.diagnosis.kinds import secret as kinds
from idp.protocol.esia.client_secret import ALPHABET, BREAKS, SecretUnreadable, read_client_secret

HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){32,}")
PEM = re.compile(r"-----BEGIN [A-Z0-9 ]+-----(.*?)(?:-----END [A-Z0-9 ]+-----|$)", re.DOTALL)
RAW_SIZES = (64, 128, 256, 384, 512)
"""Of GOST with 256 and 512 bits, and of RSA."""


@dataclass(frozen=True)
class Read:
    """The bytes of a signature, None where nobody can tell; and the mistake in how they came."""

    signature: bytes | None
    mistake: Found | None = None


def looks_signed(signature: bytes) -> bool:
    """Does it have the size of a raw signature, or begin as a CMS message?"""
    return len(signature) in RAW_SIZES or signature[:1] == b"\x30"


def read_secret(case: Case) -> Read:
    """What a request was signed with."""
    text = case.parameters.get("client_secret", "")
    for look in (_pem, _percent, _space, _hex):
        read = look(text)
        if read is not None:
            return read
    try:
        signature = read_client_secret(text)
    except SecretUnreadable:
        characters = "".join(dict.fromkeys(re.sub(r"[A-Za-z0-9+/=_-]", "", BREAKS.sub("", text))))
        if not characters:
            return Read(None, found(kinds.SECRET_CUT, received=_short(text), expected=_sizes(case)))
        shown = characters[:20].encode("unicode_escape").decode()
        return Read(None, found(kinds.SECRET_NOT_BASE64, received=_short(text), expected="base64url", characters=shown))
    return _inside(signature) or Read(signature)


def _inside(signature: bytes) -> Read | None:
    """Is there the text of a signature where the signature should be?"""
    if not re.fullmatch(rb"[A-Za-z0-9+/=_\-\r\n]{44,}", signature):
        return None
    text = signature.decode("ascii")
    values = {"received": _short(text), "expected": "base64url"}
    if HEX.fullmatch(text):
        return Read(bytes.fromhex(text), found(kinds.SECRET_OF_HEX, **values))
    try:
        inner = read_client_secret(text)
    except SecretUnreadable:
        return None
    return Read(inner, found(kinds.SECRET_TWICE, **values)) if looks_signed(inner) else None


def _pem(text: str) -> Read | None:
    match = PEM.search(text)
    if match is None:
        return None
    body = re.sub(r"\s", "" if "\n" in match[1] else "+", match[1].strip())
    return Read(_decoded(body), found(kinds.SECRET_PEM, received=_short(text), expected=_short(body)))


def _percent(text: str) -> Read | None:
    if not re.search(r"%[0-9A-Fa-f]{2}", text):
        return None
    once = unquote(text)
    return Read(_decoded(once), found(kinds.SECRET_PERCENT, received=_short(text), expected=_short(once)))


def _space(text: str) -> Read | None:
    """Spaces where a plus was. One behind the end is no plus: it stands there by itself."""
    if " " not in text:
        return None
    mended = text.replace(" ", "+")
    kind = kinds.SECRET_SPACE if ALPHABET.fullmatch(BREAKS.sub("", mended)) else kinds.SECRET_NOT_BASE64
    return Read(_decoded(mended), found(kind, received=_short(text), expected=_short(mended), characters="' '"))


def _hex(text: str) -> Read | None:
    plain = BREAKS.sub("", text)
    if not HEX.fullmatch(plain):
        return None
    expected = base64.urlsafe_b64encode(bytes.fromhex(plain)).rstrip(b"=").decode()
    return Read(bytes.fromhex(plain), found(kinds.SECRET_HEX, received=_short(text), expected=_short(expected)))


def _decoded(text: str) -> bytes | None:
    try:
        return read_client_secret(text)
    except (SecretUnreadable, binascii.Error):
        return None


def _short(text: str) -> str:
    return text if len(text) <= 90 else f"{text[:60]}…{text[-20:]} ({len(text)})"


def _sizes(case: Case) -> str:
    return "64 B" if case.endpoint is not None and case.endpoint.version == "v2" else "CMS"
