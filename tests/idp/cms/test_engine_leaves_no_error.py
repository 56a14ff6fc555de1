"""What the engine is asked leaves nothing in libcrypto's list of errors, which Python's TLS reads as its own."""

import ctypes
import ctypes.util
from collections.abc import Callable

import pytest
from asn1crypto import pem

from idp.cms.gost_2012 import streebog256
from idp.cms.gost_engine import GostKey, engine_streebog256, is_available
from tests.idp.esia.keys import gost_identity

LIBRARY = ctypes.CDLL(ctypes.util.find_library("crypto"))
LIBRARY.ERR_peek_error.restype = ctypes.c_ulong


def load_private() -> GostKey:
    return GostKey(pem.unarmor(gost_identity().key_pem)[2], is_private=True)


def load_public() -> GostKey:
    return GostKey(gost_identity().key.public_key_info())


def load_garbage() -> None:
    for is_private in (True, False):
        with pytest.raises(ValueError, match="cannot read"):
            GostKey(b"no key at all", is_private=is_private)


@pytest.mark.parametrize(
    "ask",
    [
        is_available,
        load_private,
        load_public,
        load_garbage,
        lambda: gost_identity().key.sign(b"a text"),
        lambda: load_public().verify(b"a text", bytes(64)),
        lambda: load_public().verify(b"a text", b"too short"),
        lambda: gost_identity().key.public_key_info(),
        lambda: engine_streebog256(b"a text"),
        lambda: streebog256(b"another text"),
    ],
)
def test_no_error_is_left_for_the_next_tls_connection(ask: Callable[[], object]) -> None:
    """A provider that had just loaded its GOST key could not fetch the bank's keys: its read was told of the engine's errors."""
    gost_identity()
    LIBRARY.ERR_clear_error()
    ask()
    assert LIBRARY.ERR_peek_error() == 0
