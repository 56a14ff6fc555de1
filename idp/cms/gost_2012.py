"""ГОСТ Р 34.10-2012 with 256 bits and Стрибог-256 for whoever verifies: by the engine, or slowly without it.

Without the engine a signature is verified in pure Python: 150 ms instead of 0.2, good enough for a test stand that says so.
It never signs: it is not constant in time.
"""

import logging
from functools import cache, lru_cache
from typing import Any, Protocol

from asn1crypto import core

from idp.cms import gost_engine
from idp.cms.gost_engine import SIGNATURE_BYTES, GostKey

CURVES = {
    "1.2.643.2.2.35.1": "B",
    "1.2.643.2.2.35.2": "C",
    "1.2.643.2.2.35.3": "D",
    "1.2.643.2.2.36.0": "B",
    "1.2.643.2.2.36.1": "D",
    "1.2.643.7.1.2.1.1.1": "A",
    "1.2.643.7.1.2.1.1.2": "B",
    "1.2.643.7.1.2.1.1.3": "C",
    "1.2.643.7.1.2.1.1.4": "D",
}
"""The curves of certificates by OID, under the letters of TC26: CryptoPro's have other names for the same numbers."""
GOST_2012_256 = "1.2.643.7.1.1.1.1"
COORDINATE_BYTES = 32

log = logging.getLogger(__name__)


@lru_cache(maxsize=256)
def streebog256(data: bytes) -> bytes:
    """The Streebog-256 digest (GOST R 34.11-2012)."""
    if gost_engine.is_available():
        return gost_engine.engine_streebog256(data)
    return bytes(_pure().gosthash.new("streebog256", data=bytearray(data)).digest())


class _Parameters(core.Sequence):  # type: ignore[misc]
    _fields = [("curve", core.ObjectIdentifier), ("digest", core.ObjectIdentifier, {"optional": True})]  # noqa: RUF012 - asn1crypto completes it


class KeyAlgorithm(core.Sequence):  # type: ignore[misc]
    """The algorithm of a key of GOST, with its curve and its digest (RFC 9215, 4.1)."""

    _fields = [("algorithm", core.ObjectIdentifier), ("parameters", _Parameters, {"optional": True})]  # noqa: RUF012 - asn1crypto completes it


class PublicKeyInfo(core.Sequence):  # type: ignore[misc]
    """A SubjectPublicKeyInfo of GOST (RFC 9215, 4.2): asn1crypto's own does not know the algorithm."""

    _fields = [("algorithm", KeyAlgorithm), ("public_key", core.OctetBitString)]  # noqa: RUF012 - asn1crypto completes it


class PublicKey(Protocol):
    """A key that verifies."""

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Was this message signed with this key? The signature is `s` and `r`, 32 bytes each, big-endian."""
        ...


@lru_cache(maxsize=256)
def public_key(spki: bytes) -> PublicKey:
    """The key of a SubjectPublicKeyInfo, kept for the next one. Raises ValueError where it is not of GOST 2012, 256 bits."""
    info = PublicKeyInfo.load(spki, strict=True)
    if info["algorithm"]["algorithm"].dotted != GOST_2012_256:
        raise ValueError("the key is not of GOST R 34.10-2012 with 256 bits")
    return GostKey(spki) if gost_engine.is_available() else PurePythonKey(spki)


class PurePythonKey:
    """A public key where there is no engine. Verifies only."""

    def __init__(self, spki: bytes) -> None:
        """Raises ValueError for a curve that nobody knows."""
        info = PublicKeyInfo.load(spki, strict=True)
        curve, point = CURVES.get(info["algorithm"]["parameters"]["curve"].dotted), info["public_key"].native[2:]
        if curve is None or len(point) != 2 * COORDINATE_BYTES:
            raise ValueError("the curve of the key is not known here")
        signature = _pure().gostsignature
        parameters = signature.CURVES_R_1323565_1_024_2019[f"id-tc26-gost-3410-2012-256-paramSet{curve}"]
        self._verifier = signature.new(signature.MODE_256, parameters)
        self._point = bytearray(point[:COORDINATE_BYTES][::-1] + point[COORDINATE_BYTES:][::-1])

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Was this message signed with this key?"""
        if len(signature) != SIGNATURE_BYTES:
            return False
        s, r = signature[:COORDINATE_BYTES], signature[COORDINATE_BYTES:]
        digest = bytearray(streebog256(message)[::-1])
        return bool(self._verifier.verify(self._point, digest, bytearray(r + s)))


@cache
def _pure() -> Any:
    """Imported where it is needed, which is nowhere with an engine."""
    import gostcrypto

    log.warning("GOST is verified in pure Python, a thousand times slower: the engine is missing (libengine-gost-openssl)")
    return gostcrypto
