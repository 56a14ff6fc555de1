"""CBOR as devices write it: no tags, and shallow (CTAP 2.1, 8). The library's parser takes everything that CBOR has.

A tag may make the parser build things at the sender's will: 11 KB of tagged regular expressions took it 2.4 seconds. So
nothing reaches it that has not been looked through here.
"""

from collections import defaultdict
from collections.abc import Callable
from io import BytesIO
from typing import Any

from cbor2 import CBORDecoder, CBORError

MAX_DEPTH = 8
"""CTAP has four levels at most; extensions of the future may have a few more."""
FIXED_BYTES = 37
"""Of authenticator data: hash, flags and counter, before whatever is CBOR."""
HAS_CREDENTIAL = 0x40
AAGUID_AND_LENGTH_BYTES = 18


def check_authenticator_data(data: bytes) -> None:
    """Look through the key and the extensions. Raises ValueError, LookupError."""
    start = FIXED_BYTES
    if data[FIXED_BYTES - 5] & HAS_CREDENTIAL:
        start += AAGUID_AND_LENGTH_BYTES
        start += int.from_bytes(data[start - 2 : start], "big")
    stream = BytesIO(data[start:])
    while stream.tell() < len(data) - start:
        _decode(stream)


def check_attestation_object(data: bytes) -> None:
    """Look through the attestation and the authenticator data inside it. Raises ValueError, LookupError, TypeError."""
    check_authenticator_data(_decode(BytesIO(data))["authData"])


def _decode(stream: BytesIO) -> Any:
    try:
        return CBORDecoder(stream, semantic_decoders=NO_TAGS, max_depth=MAX_DEPTH, allow_duplicate_keys=False).decode()
    except CBORError:
        raise ValueError("not what a device writes") from None


def _refuse_tag(*_: object) -> None:
    raise ValueError("devices write no tags")


NO_TAGS: defaultdict[int, Callable[..., Any]] = defaultdict(lambda: _refuse_tag)
"""A decoder for whatever tag there may be."""
