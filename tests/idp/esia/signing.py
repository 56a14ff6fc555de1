"""How systems sign: every way that a public client of ESIA does it, written from the protocol and not from our server.

A way turns a text into the bytes of a signature, a spelling turns the bytes into the text of `client_secret`.
"""

import base64
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import pkcs7

from tests.idp.esia.keys import GostIdentity, RsaIdentity, gost_identity, program, rsa_identity

SIGNED_DATA_DEPTH = 3
REWRITTEN = (0x30, 0xA0)
"""Sequences and what is explicitly tagged; sets stay as they are."""


@dataclass(frozen=True)
class Identities:
    """What a system signs with."""

    rsa: RsaIdentity
    gost: GostIdentity

    def certificate(self, way: str) -> bytes:
        """The DER of the certificate that belongs to a way of signing."""
        return self.gost.der if "gost" in way else self.rsa.der


def own_identities(name: str = "Учебная система") -> Identities:
    """The identities of this name."""
    return Identities(rsa_identity(name), gost_identity(name))


def _pkcs7(*options: pkcs7.PKCS7Options, digest: type[hashes.SHA256 | hashes.SHA384] = hashes.SHA256) -> "Way":
    def sign(identities: Identities, text: bytes) -> bytes:
        builder = pkcs7.PKCS7SignatureBuilder().set_data(text)
        builder = builder.add_signer(identities.rsa.certificate, identities.rsa.private, digest())
        return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary, *options])

    return sign


def _program(command: str, identity: str, *options: str) -> "Way":
    def sign(identities: Identities, text: bytes) -> bytes:
        chosen: RsaIdentity | GostIdentity = getattr(identities, identity)
        arguments = (command, "-sign", "-in", "text", "-outform", "DER", "-signer", "signer.pem", "-inkey", "key.pem", *options)
        files = {"text": text, "signer.pem": chosen.certificate_pem, "key.pem": chosen.key_pem}
        return program().made("signature", *arguments, **files)

    return sign


def _indefinite(identities: Identities, text: bytes) -> bytes:
    """BER as BouncyCastle writes it: the sequences around the signed data say their end, not their length."""
    return as_indefinite(_pkcs7(pkcs7.PKCS7Options.DetachedSignature)(identities, text))


def _raw_gost(identities: Identities, text: bytes) -> bytes:
    return identities.gost.key.sign(text)


def _raw_rsa(identities: Identities, text: bytes) -> bytes:
    return identities.rsa.private.sign(text, padding.PKCS1v15(), hashes.SHA256())


def _raw_gost_of_program(identities: Identities, text: bytes) -> bytes:
    """By the program, as the PHP clients do that call it."""
    files = {"text": text, "signer.key": identities.gost.key_pem}
    options = ("-engine", "gost", "-md_gost12_256", "-sign", "signer.key")
    ended = program()("dgst", *options, "-out", "signature", "text", **files)
    assert ended.returncode == 0, ended.stderr.decode()
    return (program().folder / "signature").read_bytes()


Way = Callable[[Identities, bytes], bytes]
DETACHED, BARE = pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.NoAttributes
V1_WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "rsa": _pkcs7(DETACHED),
        "rsa smime": _program("smime", "rsa", "-md", "sha256"),
        "rsa smime binary": _program("smime", "rsa", "-md", "sha256", "-binary"),
        "rsa bare": _pkcs7(DETACHED, BARE),
        "rsa smime bare": _program("smime", "rsa", "-md", "sha256", "-binary", "-noattr"),
        "rsa attached": _pkcs7(BARE),
        "rsa attached with attributes": _pkcs7(),
        "rsa indefinite": _indefinite,
        "rsa streamed": _program("cms", "rsa", "-md", "sha256", "-binary", "-nodetach", "-stream"),
        "gost": _program("cms", "gost", "-binary", "-nosmimecap"),
        "gost smime": _program("smime", "gost", "-engine", "gost", "-md", "md_gost12_256", "-binary"),
        "gost bare": _program("cms", "gost", "-binary", "-noattr"),
        "gost attached": _program("cms", "gost", "-binary", "-nodetach", "-nosmimecap"),
    }
)
"""The CMS messages of v1 (section 2.4 of the protocol): EC, EIG, SOK and FR call `openssl smime -sign`, EKA signs without
attributes, PASS attaches the text, OAM and BSA write BER."""
V2_WAYS: Mapping[str, Way] = MappingProxyType({"gost": _raw_gost, "gost program": _raw_gost_of_program, "rsa": _raw_rsa})
"""The raw signatures of v2 and v3."""


def _in_lines(signature: bytes) -> str:
    return "\n".join(textwrap.wrap(base64.urlsafe_b64encode(signature).decode(), 64)) + "\n"


SPELLINGS: Mapping[str, Callable[[bytes], str]] = MappingProxyType(
    {
        "unpadded": lambda signature: base64.urlsafe_b64encode(signature).rstrip(b"=").decode(),
        "padded": lambda signature: base64.urlsafe_b64encode(signature).decode(),
        "standard": lambda signature: base64.b64encode(signature).decode(),
        "lines": _in_lines,
        "windows lines": lambda signature: _in_lines(signature).replace("\n", "\r\n"),
    }
)
"""Base64 as the clients write it (section 2.3)."""


def as_indefinite(der: bytes) -> bytes:
    """The same message with indefinite lengths down to the signed data."""
    return _rewritten(der, SIGNED_DATA_DEPTH)


def _rewritten(der: bytes, depth: int) -> bytes:
    if depth == 0:
        return der
    parts = [_rewritten(each, depth - 1) if each[0] in REWRITTEN else each for each in _parts(der)]
    return der[:1] + b"\x80" + b"".join(parts) + b"\x00\x00"


def _parts(der: bytes) -> list[bytes]:
    """The elements inside one."""
    start, end = _extent(der, 0)
    parts = []
    while start < end:
        _, after = _extent(der, start)
        parts.append(der[start:after])
        start = after
    return parts


def _extent(der: bytes, at: int) -> tuple[int, int]:
    """Where the content of the element at this place begins and ends."""
    first = der[at + 1]
    if first < 0x80:
        return at + 2, at + 2 + first
    width = first & 0x7F
    length = int.from_bytes(der[at + 2 : at + 2 + width], "big")
    return at + 2 + width, at + 2 + width + length
