"""The bytes of a signature before anything looks into them: out of their armour, of a bearable size, and strictly DER.

One pass over tags and lengths without recursion: what is nested too deep or counted wrong never reaches a parser.
"""

import base64
import binascii
import re

from idp.cms.verdict import Reason, SignatureRefused

MAX_BYTES = 64 * 1024
MAX_DEPTH = 40
"""A certificate with every extension is 12 deep in a CMS message."""
MAX_ELEMENTS = 5_000
ARMOUR = re.compile(rb"\s*+-----BEGIN (CMS|PKCS7|SIGNATURE)-----([A-Za-z0-9+/=\s]++)-----END \1-----\s*+\Z")
"""Possessive, or a text of spaces would be tried in a billion ways."""
BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]++\Z")
SEQUENCE = 0x30
CONSTRUCTED = 0x20


def unwrap(signature: bytes) -> bytes:
    """The DER of a signature that may stand in PEM or in plain base64, as signing tools write it. Raises SignatureRefused."""
    if len(signature) > 2 * MAX_BYTES:
        raise SignatureRefused(Reason.TOO_LARGE, f"a signature has at most {MAX_BYTES} bytes")
    armoured = ARMOUR.match(signature)
    text, der = armoured[2] if armoured else signature, signature
    if BASE64.match(text):
        try:
            der = base64.b64decode(b"".join(text.split()), validate=True)
        except binascii.Error:
            raise _malformed("the base64 is broken") from None
    if len(der) > MAX_BYTES:
        raise SignatureRefused(Reason.TOO_LARGE, f"a signature has at most {MAX_BYTES} bytes")
    return der


def check_der(data: bytes) -> None:
    """Refuse whatever is not exactly one element of DER (X.690, 10.1): lengths definite, shortest and within each other."""
    if not data.startswith(bytes([SEQUENCE])):
        raise _malformed("no CMS message begins so")
    ends, position, elements = [len(data)], 0, 0
    while position < len(data):
        while position == ends[-1]:
            ends.pop()
        elements += 1
        if elements > MAX_ELEMENTS:
            raise _malformed("it has too many elements")
        tag, start, end = _header(data, position, ends[-1])
        if len(ends) == 1 and end != len(data):
            raise _malformed("something follows the message or is missing at its end")
        if tag & CONSTRUCTED and start != end:
            ends.append(end)
            position = start
            if len(ends) > MAX_DEPTH:
                raise _malformed("it is nested too deep")
        else:
            position = end


def _header(data: bytes, position: int, limit: int) -> tuple[int, int, int]:
    """The tag at a position, and where its content begins and ends."""
    tag = data[position]
    if tag & 0x1F == 0x1F:
        raise _malformed("no tag of CMS is so high")
    if position + 2 > limit:
        raise _malformed("an element is cut off")
    length, start = data[position + 1], position + 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or start + count > limit:
            raise _malformed("a length is indefinite or too long")
        length, start = int.from_bytes(data[start : start + count], "big"), start + count
        if length < 0x80 or length >> 8 * (count - 1) == 0:
            raise _malformed("a length is not in its shortest form")
    if start + length > limit:
        raise _malformed("an element is longer than what holds it")
    return tag, start, start + length


def _malformed(detail: str) -> SignatureRefused:
    return SignatureRefused(Reason.MALFORMED, detail)
