"""Keys of ГОСТ Р 34.10-2012 that sign codes and tokens of the ESIA dialect. Only the engine signs with them.

A key is drawn as a number and written as PKCS #8 by ourselves: that costs no process, and what is drawn from a seed is the
same every time. The curve is the one of ESIA's own certificates.
"""

import base64
import hashlib
import json
from base64 import urlsafe_b64encode
from functools import cache, cached_property

from asn1crypto import core

from ground.chance import Chance
from idp.cms.gost_2012 import COORDINATE_BYTES, GOST_2012_256, KeyAlgorithm
from idp.cms.gost_engine import GostKey

GOST_ALGORITHM = "GOST3410_2012_256"
CURVE = "1.2.643.2.2.36.0"
CURVE_NAME = "id-GostR3410-2001-CryptoPro-XchA-ParamSet"
CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF6C611070995AD10045841B09B761B893
STREEBOG_256 = "1.2.643.7.1.1.2.2"
LABEL = "PRIVATE KEY"


class GostPrivateKey:
    """A private key of 256 bits, read from its PKCS #8."""

    def __init__(self, pkcs8: bytes) -> None:
        """Raises GostUnavailable, ValueError."""
        self.pkcs8 = pkcs8
        self._key = GostKey(pkcs8, is_private=True)

    def sign(self, message: bytes) -> bytes:
        """64 bytes, `s` and `r`: what a JWS of ESIA bears, and its certificate."""
        return self._key.sign(message)

    @cached_property
    def public_key_info(self) -> bytes:
        """The DER of its SubjectPublicKeyInfo."""
        return self._key.public_key_info()

    def public_jwk(self) -> dict[str, str]:
        """Its public part in the members of RFC 7518, 6.2.1. No specification names a curve of GOST; the name is the curve's."""
        point = self.public_key_info[-2 * COORDINATE_BYTES :]
        x, y = point[:COORDINATE_BYTES][::-1], point[COORDINATE_BYTES:][::-1]
        return {"kty": "EC", "crv": CURVE_NAME, "x": _base64url(x), "y": _base64url(y)}

    def thumbprint(self) -> str:
        """The thumbprint of its public part (RFC 7638)."""
        canonical = json.dumps(self.public_jwk(), separators=(",", ":"), sort_keys=True)
        return _base64url(hashlib.sha256(canonical.encode()).digest())

    def pem(self) -> bytes:
        """The key as its file has it."""
        return f"-----BEGIN {LABEL}-----\n".encode() + base64.encodebytes(self.pkcs8) + f"-----END {LABEL}-----\n".encode()


def draw_gost(chance: Chance) -> GostPrivateKey:
    """A key from a draw. Sixteen bytes beyond the order make the bias of the remainder unnoticeable. Raises GostUnavailable."""
    number = int.from_bytes(chance.draw(f"key {GOST_ALGORITHM}", 48), "big") % (CURVE_ORDER - 1) + 1
    return GostPrivateKey(_head() + number.to_bytes(COORDINATE_BYTES, "little"))


def read_gost(pem: bytes) -> GostPrivateKey:
    """A key as we wrote it. Raises GostUnavailable, ValueError."""
    lines = pem.split(b"\n")
    if lines[0] != f"-----BEGIN {LABEL}-----".encode():
        raise ValueError("it is no private key in PEM")
    return GostPrivateKey(base64.b64decode(b"".join(lines[1:-2])))


@cache
def _head() -> bytes:
    """The PKCS #8 of every key, up to the number at its end."""
    algorithm = {"algorithm": GOST_2012_256, "parameters": {"curve": CURVE, "digest": STREEBOG_256}}
    document = _PrivateKeyInfo({"version": 0, "algorithm": algorithm, "private_key": bytes(COORDINATE_BYTES)})
    return bytes(document.dump()[:-COORDINATE_BYTES])


class _PrivateKeyInfo(core.Sequence):  # type: ignore[misc]
    """PKCS #8 of GOST (RFC 9215, appendix; RFC 5958, 2): the number itself, its least significant byte first."""

    _fields = [  # noqa: RUF012 - asn1crypto completes it
        ("version", core.Integer),
        ("algorithm", KeyAlgorithm),
        ("private_key", core.OctetString),
    ]


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
