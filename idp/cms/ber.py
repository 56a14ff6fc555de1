"""BER made DER: some libraries write CMS with indefinite lengths and content in pieces (X.690, 8.1.3.6 and 8.7.3.2).

What was DER already comes back byte for byte, so that what a signature covers is never rewritten. One pass without
recursion and with the bounds of `der`: what is nested too deep or counted wrong never reaches a parser.
"""

from dataclasses import dataclass, field

from idp.cms.der import CONSTRUCTED, MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, SEQUENCE
from idp.cms.verdict import Reason, SignatureRefused

OCTET_STRING = 0x04
END_OF_CONTENTS = b"\x00\x00"
INDEFINITE = 0x80


@dataclass
class _Open:
    """An element whose content is being read. `end` is None where its length is indefinite."""

    tag: int
    end: int | None
    limit: int
    parts: list[bytes] = field(default_factory=list)

    def close(self) -> bytes:
        content = b"".join(self.parts)
        if self.tag == OCTET_STRING | CONSTRUCTED:
            return _element(OCTET_STRING, content)
        return _element(self.tag, content)


def to_der(data: bytes) -> bytes:
    """The same element with definite, shortest lengths and every octet string whole. Raises SignatureRefused."""
    if len(data) > MAX_BYTES:
        raise SignatureRefused(Reason.TOO_LARGE, f"a signature has at most {MAX_BYTES} bytes")
    if not data.startswith(bytes([SEQUENCE])):
        raise _malformed("no CMS message begins so")
    whole = _Open(SEQUENCE, None, len(data))
    opened, position, elements = [whole], 0, 0
    while not whole.parts:
        inner = opened[-1]
        if position == inner.end:
            position = _close(opened, position)
            continue
        if inner.end is None and len(opened) > 1 and data[position : position + 2] == END_OF_CONTENTS:
            position = _close(opened, position + 2)
            continue
        elements += 1
        if elements > MAX_ELEMENTS:
            raise _malformed("it has too many elements")
        tag, start, end = _header(data, position, inner.limit)
        if inner.tag == OCTET_STRING | CONSTRUCTED and tag & ~CONSTRUCTED != OCTET_STRING:
            raise _malformed("a piece of an octet string is none")
        if tag & CONSTRUCTED:
            opened.append(_Open(tag, end, inner.limit if end is None else end))
            if len(opened) > MAX_DEPTH:
                raise _malformed("it is nested too deep")
            position = start
        else:
            assert end is not None
            piece = data[start:end]
            inner.parts.append(piece if inner.tag == OCTET_STRING | CONSTRUCTED else _element(tag, piece))
            position = end
    if position != len(data):
        raise _malformed("something follows the message")
    return whole.parts[0]


def _close(opened: list[_Open], position: int) -> int:
    """The innermost element ends here: it is a part of the one around it."""
    closed, around = opened.pop(), opened[-1]
    made = closed.close()
    if around.tag == OCTET_STRING | CONSTRUCTED:
        made = b"".join(closed.parts)
    around.parts.append(made)
    return position


def _header(data: bytes, position: int, limit: int) -> tuple[int, int, int | None]:
    """The tag at a position, where its content begins, and where it ends unless that is to be seen from the content."""
    if position + 2 > limit:
        raise _malformed("an element is cut off")
    tag, length, start = data[position], data[position + 1], position + 2
    if tag & 0x1F == 0x1F or tag == 0:
        raise _malformed("no tag of CMS is so high, or so low")
    if length == INDEFINITE:
        if not tag & CONSTRUCTED:
            raise _malformed("a length is indefinite where there is nothing to end it")
        return tag, start, None
    if length & 0x80:
        count = length & 0x7F
        if count > 4 or start + count > limit:
            raise _malformed("a length is too long")
        length, start = int.from_bytes(data[start : start + count], "big"), start + count
    if start + length > limit:
        raise _malformed("an element is longer than what holds it")
    return tag, start, start + length


def _element(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def _malformed(detail: str) -> SignatureRefused:
    return SignatureRefused(Reason.MALFORMED, detail)
