"""The text of `client_secret`: base64 in either alphabet, with padding or without, with line breaks or without.

What `openssl` writes has line breaks, one client sends the standard alphabet, and few agree on padding. A space is no line
break: it is a `+` that was not encoded, and ESIA refuses it.
"""

import base64
import binascii
import re

LONGEST = 48 * 1024
"""Characters; a CMS message with its certificate has two thousand."""
BREAKS = re.compile(r"[\r\n\t]+")
ALPHABET = re.compile(r"[A-Za-z0-9+/]+={0,2}")


class SecretUnreadable(ValueError):
    """It is no base64; the text says why."""


def read_client_secret(text: str) -> bytes:
    """The bytes of the signature. Raises SecretUnreadable."""
    if len(text) > LONGEST:
        raise SecretUnreadable(f"client_secret has {len(text)} characters, and {LONGEST} are the most")
    plain = BREAKS.sub("", text).replace("-", "+").replace("_", "/")
    if not ALPHABET.fullmatch(plain):
        raise SecretUnreadable("client_secret is not base64")
    unpadded = plain.rstrip("=")
    try:
        return base64.b64decode(unpadded + "=" * (-len(unpadded) % 4), validate=True)
    except binascii.Error:
        raise SecretUnreadable("client_secret is not base64: its length fits no bytes") from None
