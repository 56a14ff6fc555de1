"""ГОСТ Р 34.10-2012: judged by `openssl cms` with the GOST engine, the only complete implementation there is.

Revocation is judged by lists. Where the engine is missing, every such signature is refused and the reason says so.
"""

import base64
from collections.abc import Iterable

from idp.cms.message import SignedMessage
from idp.cms.openssl import Desk, Outcome, open_desk
from idp.cms.verdict import Reason, SignatureRefused, Trust

REFUSALS = (
    ("certificate revoked", Reason.REVOKED, "the authority revoked the certificate or the one of its issuer"),
    ("CRL", Reason.REVOCATION_UNKNOWN, "nothing at hand says whether the certificate was revoked"),
    ("certificate has expired", Reason.EXPIRED, "the certificate or the one of its issuer is no longer valid"),
    ("certificate is not yet valid", Reason.NOT_YET_VALID, "the certificate or the one of its issuer is not valid yet"),
    ("Verify error", Reason.UNTRUSTED, "no chain leads from the certificate to an authority that is trusted"),
    ("CMS_SignerInfo_verify_content", Reason.WRONG_CONTENT, "another text was signed"),
    ("CMS_SignerInfo_verify:", Reason.BAD_SIGNATURE, "it was not made with the key of the certificate"),
)
"""What stands in the complaints of OpenSSL 3, the first that fits, and what it means."""


def check(message: SignedMessage, content: bytes, trust: Trust, at: int) -> None:
    """Check text, signature, chain, dates and revocation. Raises SignatureRefused."""
    with open_desk() as desk:
        if desk is None:
            raise SignatureRefused(
                Reason.UNSUPPORTED, "this machine cannot compute GOST R 34.10-2012: openssl or its GOST engine is not installed"
            )
        material = _lay_down(desk, message, content, trust, at)
        outcome = desk.run(*material, "-crl_check_all")
        if outcome.status != 0:
            refusal = _refusal(outcome)
            if refusal.reason is Reason.REVOCATION_UNKNOWN:
                # Lists are asked for before dates and signatures are looked at; what is wrong with these says more.
                without_lists = desk.run(*material)
                refusal = refusal if without_lists.status == 0 else _refusal(without_lists)
            raise refusal
        if _first_certificate(desk.take("signer.pem")) != message.certificate_der:
            raise SignatureRefused(Reason.MALFORMED, "two certificates claim to be the signer's")


def _lay_down(desk: Desk, message: SignedMessage, content: bytes, trust: Trust, at: int) -> list[str]:
    """Give the program everything it needs, and say how it is called."""
    # Lists of revoked certificates are read from the file of the trusted ones.
    believed = [*_pem("CERTIFICATE", trust.roots), *_pem("X509 CRL", trust.revocation_lists)]
    between = _pem("CERTIFICATE", trust.intermediates)
    return [
        "cms", "-verify", "-inform", "DER", "-binary",
        "-in", desk.put("signature.der", message.der),
        "-content", desk.put("content", content),
        "-CAfile", desk.put("trusted.pem", b"".join(believed)), "-no-CApath", "-no-CAstore",
        *(["-certfile", desk.put("between.pem", b"".join(between))] if between else []),
        "-attime", str(at),
        "-purpose", "any",  # else a certificate for clientAuth alone is refused; `usage` judges it, for both back ends alike
        "-signer", "signer.pem",
        "-out", "content.again",
    ]  # fmt: skip


def _refusal(outcome: Outcome) -> SignatureRefused:
    for words, reason, detail in REFUSALS:
        if words in outcome.complaints:
            return SignatureRefused(reason, detail)
    return SignatureRefused(Reason.MALFORMED, "openssl cannot judge it")


def _pem(label: str, documents: Iterable[bytes]) -> list[bytes]:
    return [
        f"-----BEGIN {label}-----\n".encode() + base64.encodebytes(der) + f"-----END {label}-----\n".encode() for der in documents
    ]


def _first_certificate(pem: bytes) -> bytes:
    text = pem.partition(b"-----BEGIN CERTIFICATE-----")[2].partition(b"-----END CERTIFICATE-----")[0]
    return base64.b64decode(b"".join(text.split()))
