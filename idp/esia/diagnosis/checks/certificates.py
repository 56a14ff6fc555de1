"""The certificate of a signature: is it the system's, in its dates, and of an algorithm that is believed?"""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import rsa

from idp.cms.certificate import describe_certificate, open_certificate
from idp.cms.gost_2012 import GOST_2012_256
from idp.cms.gost_engine import SIGNATURE_BYTES
from idp.cms.verdict import Reason, SignatureRefused
from idp.esia.diagnosis.case import Case
from idp.esia.diagnosis.kind import Found, found
from idp.esia.diagnosis.kinds import certificates as kinds

GOST_2001, GOST_512 = "1.2.643.2.2.19", "1.2.643.7.1.1.1.2"
RSA_BITS = 2048


def check_signer(case: Case, der: bytes) -> Found | None:
    """What is wrong with the certificate that a message names, text aside."""
    weak = weakness(der)
    if weak is not None:
        return weak
    active = next((each for each in case.active if each.der == der), None)
    if active is not None:
        return check_dates(der, case.exchange.at)
    return stranger(case, der)


def stranger(case: Case, der: bytes) -> Found:
    """A certificate that is not among the active ones of the system."""
    client = case.client.client_id if case.client else ""
    expected = "; ".join(words_of(each.der) for each in case.active)
    values = {"received": words_of(der), "expected": expected, "client": client}
    if any(each.der == der for each in case.certificates):
        return found(kinds.CERTIFICATE_REMOVED, **values)
    owner = next((each.client_id for each in case.foreign if each.der == der), None)
    if owner is not None:
        return found(kinds.CERTIFICATE_FOREIGN, **values, owner=owner)
    if any(subject_of(each.der) == subject_of(der) for each in case.active):
        return found(kinds.CERTIFICATE_KEY_DIFFERS, **values)
    return found(kinds.CERTIFICATE_UNREGISTERED, **values)


def weakness(der: bytes) -> Found | None:
    """Is its key one that nothing is believed of?"""
    try:
        opened = open_certificate(der)
        algorithm = opened.algorithm
    except SignatureRefused:
        return found(kinds.CERTIFICATE_BROKEN, received=shortened(der), expected="X.509")
    values = {"received": words_of(der), "expected": "GOST R 34.10-2012 (256), RSA ≥ 2048"}
    if algorithm == GOST_2001:
        return found(kinds.CERTIFICATE_GOST_2001, **values)
    if algorithm == GOST_512:
        return found(kinds.CERTIFICATE_GOST_512, **values)
    if algorithm == GOST_2012_256:
        return None
    try:
        key = opened.certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey) and key.key_size < RSA_BITS:
            return found(kinds.CERTIFICATE_RSA_SHORT, **values, bits=key.key_size)
        opened.classic_key()
    except (SignatureRefused, ValueError):
        return found(kinds.CERTIFICATE_KEY_UNKNOWN, **values)
    return None


def check_dates(der: bytes, at: int) -> Found | None:
    try:
        open_certificate(der).check_dates(at)
    except SignatureRefused as refused:
        told = describe_certificate(der)
        values = {"received": words_of(der), "until": day_of(told.not_after), "since": day_of(told.not_before)}
        if refused.reason is Reason.EXPIRED:
            return found(kinds.CERTIFICATE_EXPIRED, expected=f"≥ {day_of(at)}", **values)
        return found(kinds.CERTIFICATE_NOT_YET, expected=f"≤ {day_of(at)}", **values)
    return None


def words_of(der: bytes) -> str:
    """A certificate in a few words."""
    try:
        told = describe_certificate(der)
    except SignatureRefused:
        return "?"
    return f"{told.subject}, {told.key}, № {told.serial[:16]}"


def subject_of(der: bytes) -> str:
    try:
        return describe_certificate(der).subject
    except SignatureRefused:
        return ""


def day_of(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def size_of(der: bytes) -> str:
    try:
        opened = open_certificate(der)
        if opened.is_gost:
            return f"{SIGNATURE_BYTES} B"
        key = opened.certificate.public_key()
    except (SignatureRefused, ValueError):
        return "?"
    return f"{key.key_size // 8} B" if isinstance(key, rsa.RSAPublicKey) else "?"


def shortened(data: bytes) -> str:
    return data.hex(" ") if len(data) <= 24 else f"{data[:16].hex(' ')} … {data[-4:].hex(' ')} ({len(data)} B)"
