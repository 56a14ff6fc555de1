"""Which certificate `client_certificate_hash` means, and what was hashed where it names none."""

import base64
import difflib
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from idp.cms.certificate import open_certificate
from idp.cms.verdict import SignatureRefused
from idp.esia.diagnosis.case import Case, KnownCertificate
from idp.esia.diagnosis.digests import DIGESTS
from idp.esia.diagnosis.kind import Found, Kind, found
from idp.esia.diagnosis.kinds import hashes as kinds

HEX = re.compile(r"[0-9A-Fa-f]+")
FEWEST_DIGITS = 8
SIMILAR = 0.85


@dataclass(frozen=True)
class Named:
    """The certificates that a hash means, and what is wrong with how it does."""

    certificates: Sequence[KnownCertificate]
    mistakes: Sequence[Found] = ()


def read_hash(case: Case) -> Named:
    """What the hash of a request names: every active certificate where there is none."""
    text = case.parameters.get("client_certificate_hash", "")
    if not text or case.endpoint is None or case.endpoint.version == "v1" or not case.active:
        return Named(case.active)
    for each in case.active:
        if text.upper() == each.streebog_hash:
            return Named([each])
        if text.lower() == hashlib.sha256(each.der).hexdigest():
            if case.settings.sha256_hash:
                return Named([each])
            return Named([each], [_found(kinds.HASH_SHA256_OFF, text, each)])
    mistake = next(_mistakes(case, text), None)
    if mistake is not None:
        return mistake
    expected = " / ".join(each.streebog_hash for each in case.active) or "—"
    return Named([], [found(kinds.HASH_UNKNOWN, received=text, expected=expected)])


def _found(kind: Kind, text: str, certificate: KnownCertificate, **values: object) -> Found:
    return found(kind, received=text, expected=certificate.streebog_hash, **values)


def _mistakes(case: Case, text: str) -> Iterator[Named]:
    own = _likeliest_first(case)
    digits = re.sub(r"[\s:\-]", "", text)
    for each in own:
        if digits != text and digits.upper() in (each.streebog_hash, hashlib.sha256(each.der).hexdigest().upper()):
            yield Named([each], [_found(kinds.HASH_SEPARATED, text, each)])
    given = _bytes_of(digits)
    for each in own:
        for mistake in _of_certificate(text, digits, given, each):
            yield Named([each], [mistake])
    active = case.active[0].streebog_hash if case.active else "—"
    for each in case.certificates:
        if not each.is_active and _is_of(digits, given, each):
            yield Named([each], [found(kinds.HASH_OF_REMOVED, received=text, expected=active)])
    for each in case.foreign:
        if _is_of(digits, given, each):
            yield Named([each], [found(kinds.HASH_OF_FOREIGN, received=text, expected=active, owner=each.client_id)])


def _likeliest_first(case: Case) -> list[KnownCertificate]:
    return sorted(case.active, key=lambda each: not _is_gost(each))


def _is_gost(certificate: KnownCertificate) -> bool:
    try:
        return open_certificate(certificate.der).is_gost
    except SignatureRefused:
        return False


def _bytes_of(digits: str) -> bytes:
    return bytes.fromhex(digits) if HEX.fullmatch(digits) and len(digits) % 2 == 0 else b""


def _is_of(digits: str, given: bytes, certificate: KnownCertificate) -> bool:
    known = (certificate.streebog_hash.upper(), hashlib.sha256(certificate.der).hexdigest().upper())
    return digits.upper() in known or (bool(given) and given == hashlib.sha1(certificate.der, usedforsecurity=False).digest())


def _of_certificate(text: str, digits: str, given: bytes, certificate: KnownCertificate) -> Iterator[Found]:
    right = bytes.fromhex(certificate.streebog_hash)
    der = certificate.der
    for name, digest in DIGESTS.items():
        if given and given == digest(der) and name not in ("Streebog-256", "SHA-256"):
            yield _found(kinds.HASH_SHA1 if name == "SHA-1" else kinds.HASH_OTHER_DIGEST, text, certificate, digest=name)
        if given and given in (digest(der)[::-1],):
            yield _found(kinds.HASH_REVERSED, text, certificate)
        plain = text.strip().replace("-", "+").replace("_", "/").rstrip("=")
        if plain == base64.b64encode(digest(der)).decode().rstrip("="):
            yield _found(kinds.HASH_BASE64, text, certificate)
        for variant, data in _texts_of(der):
            if given and given == digest(data):
                yield _found(kinds.HASH_OF_PEM, text, certificate, digest=name, variant=variant)
        for data in _base64_of(der):
            if given and given == digest(data):
                yield _found(kinds.HASH_OF_BASE64, text, certificate, digest=name)
        for data in _key_of(der):
            if given and given == digest(data):
                yield _found(kinds.HASH_OF_KEY, text, certificate, digest=name)
    whole = certificate.streebog_hash
    if len(digits) >= FEWEST_DIGITS and len(digits) < len(whole):
        if digits.upper() in (whole[: len(digits)], whole[-len(digits) :]):
            yield _found(kinds.HASH_CUT, text, certificate, length=len(digits))
        elif _serial(der).lstrip("0") == digits.upper().lstrip("0"):
            yield _found(kinds.HASH_IS_SERIAL, text, certificate)
    if HEX.fullmatch(digits) or len(digits) == len(whole):
        differing = sum(one != other for one, other in zip(digits.upper(), whole, strict=False))
        near = difflib.SequenceMatcher(None, digits.upper(), whole, autojunk=False).ratio()
        if near > SIMILAR and right:
            yield _found(kinds.HASH_TYPO, text, certificate, count=max(differing if len(digits) == len(whole) else 1, 1))


def _texts_of(der: bytes) -> Iterator[tuple[str, bytes]]:
    """The PEM as programs write it: lines of 64, with and without the last line end, in both kinds of line ends."""
    body = base64.b64encode(der).decode()
    for width in (64, 76):
        lines = [body[at : at + width] for at in range(0, len(body), width)]
        for name, end in (("\\n", "\n"), ("\\r\\n", "\r\n")):
            pem = end.join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----"])
            yield f"{name}, +", (pem + end).encode()
            yield f"{name}, −", pem.encode()


def _base64_of(der: bytes) -> Iterator[bytes]:
    body = base64.b64encode(der)
    yield body
    yield body + b"\n"
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    for end in (b"\n", b"\r\n"):
        yield end.join(lines)
        yield end.join(lines) + end


def _key_of(der: bytes) -> Iterator[bytes]:
    try:
        yield open_certificate(der).public_key_info
    except SignatureRefused:
        return


def _serial(der: bytes) -> str:
    try:
        return f"{open_certificate(der).serial:X}"
    except SignatureRefused:
        return ""


def is_lower(exchange_text: str) -> bool:
    return bool(HEX.fullmatch(exchange_text)) and exchange_text != exchange_text.upper()
