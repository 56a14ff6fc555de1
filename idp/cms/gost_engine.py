"""ГОСТ Р 34.10-2012 and Стрибог inside this process: the system's libcrypto and its GOST engine, called through ctypes.

A process per request costs 11 ms, a call here 0.1 to 0.3. The engine is asked for by name at each call and is nobody's
default, so nothing else in the process learns of it. Only fixed-size values and certificates that an operator registered
get here: no message of a stranger is parsed in C.

libcrypto keeps a list of errors for each thread, of good calls too, and Python's `ssl` may use the same library: an error
that is left there is taken for one of the next TLS connection on that thread. So nothing is left.
"""

import ctypes
import ctypes.util
from functools import cache
from typing import Any

STREEBOG_256 = b"md_gost12_256"
SIGNATURE_BYTES = 64


class GostUnavailable(Exception):
    """This machine has no libcrypto with a GOST engine (Debian: libengine-gost-openssl)."""


class _Engine:
    """The library and the engine in it, loaded once for each process. libcrypto's objects are used by one thread at a time."""

    def __init__(self) -> None:
        name = ctypes.util.find_library("crypto")
        if name is None:
            raise GostUnavailable("libcrypto is not installed")
        self.crypto = crypto = ctypes.CDLL(name)
        for function, result, arguments in PROTOTYPES:
            try:
                declared = getattr(crypto, function)
            except AttributeError:
                raise GostUnavailable(f"libcrypto has no {function}") from None
            declared.restype, declared.argtypes = result, arguments
        self.engine = crypto.ENGINE_by_id(b"gost")
        is_there = self.engine and crypto.ENGINE_init(self.engine) == 1
        crypto.ERR_clear_error()
        if not is_there:
            raise GostUnavailable("libcrypto has no GOST engine")
        crypto.ENGINE_register_digests(self.engine)
        crypto.ENGINE_register_pkey_asn1_meths(self.engine)
        crypto.ENGINE_register_pkey_meths(self.engine)
        self.digest = crypto.ENGINE_get_digest(self.engine, crypto.OBJ_sn2nid(STREEBOG_256))
        if not self.digest:
            raise GostUnavailable("the GOST engine has no Streebog-256")


P, N, S = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
PROTOTYPES: tuple[tuple[str, Any, list[Any]], ...] = (
    ("ENGINE_by_id", P, [S]),
    ("ENGINE_init", N, [P]),
    ("ENGINE_register_digests", N, [P]),
    ("ENGINE_register_pkey_asn1_meths", N, [P]),
    ("ENGINE_register_pkey_meths", N, [P]),
    ("ENGINE_get_digest", P, [P, N]),
    ("OBJ_sn2nid", N, [S]),
    ("EVP_Digest", N, [S, ctypes.c_size_t, S, P, P, P]),
    ("EVP_MD_CTX_new", P, []),
    ("EVP_MD_CTX_free", None, [P]),
    ("EVP_DigestVerifyInit", N, [P, P, P, P, P]),
    ("EVP_DigestVerify", N, [P, S, ctypes.c_size_t, S, ctypes.c_size_t]),
    ("EVP_DigestSignInit", N, [P, P, P, P, P]),
    ("EVP_DigestSign", N, [P, P, P, S, ctypes.c_size_t]),
    ("EVP_PKEY_free", None, [P]),
    ("d2i_PUBKEY", P, [P, P, ctypes.c_long]),
    ("i2d_PUBKEY", N, [P, P]),
    ("d2i_AutoPrivateKey", P, [P, P, ctypes.c_long]),
    ("ERR_clear_error", None, []),
)
"""What is called: name, result, arguments. Pointers are declared, or 64-bit addresses would be cut to 32."""


@cache
def _loaded() -> _Engine | GostUnavailable:
    try:
        return _Engine()
    except (GostUnavailable, OSError) as reason:
        return reason if isinstance(reason, GostUnavailable) else GostUnavailable(str(reason))


def _engine() -> _Engine:
    loaded = _loaded()
    if isinstance(loaded, GostUnavailable):
        raise GostUnavailable(str(loaded))
    return loaded


def is_available() -> bool:
    """Can this machine compute GOST R 34.10-2012 at its full speed?"""
    return isinstance(_loaded(), _Engine)


def engine_streebog256(data: bytes) -> bytes:
    """The Streebog-256 digest (GOST R 34.11-2012), by the engine. Raises GostUnavailable."""
    engine = _engine()
    out = ctypes.create_string_buffer(32)
    is_done = engine.crypto.EVP_Digest(data, len(data), out, None, engine.digest, engine.engine) == 1
    engine.crypto.ERR_clear_error()
    if not is_done:
        raise GostUnavailable("the GOST engine cannot compute a digest")
    return out.raw


class GostKey:
    """A key of the engine, loaded once. Signatures are `s` and `r`, 32 bytes each, big-endian (esia-protocol, 2.3)."""

    def __init__(self, der: bytes, *, is_private: bool = False) -> None:
        """`der` is a SubjectPublicKeyInfo, or the PKCS #8 of a private key. Raises GostUnavailable, ValueError."""
        self._engine = _engine()
        buffer = ctypes.create_string_buffer(der, len(der))
        position = ctypes.c_void_p(ctypes.addressof(buffer))
        read = self._engine.crypto.d2i_AutoPrivateKey if is_private else self._engine.crypto.d2i_PUBKEY
        self._key = read(None, ctypes.byref(position), len(der))
        self._engine.crypto.ERR_clear_error()
        if not self._key:
            raise ValueError("the GOST engine cannot read this key")

    def __del__(self) -> None:
        if getattr(self, "_key", None):
            self._engine.crypto.EVP_PKEY_free(self._key)

    def public_key_info(self) -> bytes:
        """Its public part, as the DER of a SubjectPublicKeyInfo."""
        crypto = self._engine.crypto
        length = max(crypto.i2d_PUBKEY(self._key, None), 0)
        buffer = ctypes.create_string_buffer(length)
        position = ctypes.c_void_p(ctypes.addressof(buffer))
        written = crypto.i2d_PUBKEY(self._key, ctypes.byref(position)) if length else 0
        crypto.ERR_clear_error()
        if not length or written != length:
            raise ValueError("the GOST engine cannot write this key")
        return buffer.raw

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Was this message signed with this key?"""
        crypto = self._engine.crypto
        context = crypto.EVP_MD_CTX_new()
        try:
            if crypto.EVP_DigestVerifyInit(context, None, self._engine.digest, self._engine.engine, self._key) != 1:
                raise ValueError("the GOST engine cannot verify with this key")
            return bool(crypto.EVP_DigestVerify(context, signature, len(signature), message, len(message)) == 1)
        finally:
            crypto.EVP_MD_CTX_free(context)
            crypto.ERR_clear_error()

    def sign(self, message: bytes) -> bytes:
        """Sign a message."""
        crypto = self._engine.crypto
        context = crypto.EVP_MD_CTX_new()
        length, out = ctypes.c_size_t(SIGNATURE_BYTES), ctypes.create_string_buffer(SIGNATURE_BYTES)
        try:
            begun = crypto.EVP_DigestSignInit(context, None, self._engine.digest, self._engine.engine, self._key)
            if begun != 1 or crypto.EVP_DigestSign(context, out, ctypes.byref(length), message, len(message)) != 1:
                raise ValueError("the GOST engine cannot sign with this key")
            return out.raw[: length.value]
        finally:
            crypto.EVP_MD_CTX_free(context)
            crypto.ERR_clear_error()
