"""RSA, ECDSA and EdDSA: judged by pyHanko, which is taken at its word only where it says all three of intact, valid, trusted.

It is imported on first use: that takes a third of a second, and most processes never see a signature.
"""

import hashlib
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from asn1crypto import crl, ocsp, x509

from ground.clock import as_datetime
from idp.cms.algorithms import DIGESTS
from idp.cms.message import SignedMessage, well_formed
from idp.cms.verdict import Reason, SignatureRefused, Trust


def check(message: SignedMessage, content: bytes, trust: Trust, at: int) -> None:
    """Check text, signature, chain, dates and revocation. Raises SignatureRefused."""
    digest = hashlib.new(DIGESTS[message.digest_algorithm], content).digest()
    if digest != message.digest:
        raise SignatureRefused(Reason.WRONG_CONTENT, "another text was signed")
    with well_formed():  # pyHanko raises where it finds nothing to judge
        _run(_judge(message, digest, trust, at))


def _run(judging: Coroutine[Any, Any, None]) -> None:
    """Run to the end what is written to be awaited. It fetches nothing, so there is nothing that it could wait for."""
    try:
        judging.send(None)
    except StopIteration:
        return
    judging.close()
    raise RuntimeError("pyHanko waits, although everything was handed in")


async def _judge(message: SignedMessage, digest: bytes, trust: Trust, at: int) -> None:
    from pyhanko.sign.validation.generic_cms import async_validate_cms_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko.sign.validation.status import StandardCMSSignatureStatus

    _silence()
    status = await async_validate_cms_signature(
        message.signed_data,
        status_cls=StandardCMSSignatureStatus,
        raw_digest=digest,
        validation_context=_context(trust, at),
        # Its own default asks for nonRepudiation; what else we ask is asked by `usage`, for both back ends alike.
        key_usage_settings=KeyUsageConstraints(key_usage={"digital_signature"}),
    )
    if not (status.intact and status.valid):
        raise SignatureRefused(Reason.BAD_SIGNATURE, "it was not made with the key of the certificate")
    if not status.trusted:
        raise await _refusal(message, trust, at)
    if status.signing_cert.dump() != message.certificate_der:
        raise SignatureRefused(Reason.MALFORMED, "two certificates claim to be the signer's")


def _context(trust: Trust, at: int) -> Any:
    from pyhanko_certvalidator import ValidationContext

    return ValidationContext(
        trust_roots=[x509.Certificate.load(der) for der in trust.roots],
        other_certs=[x509.Certificate.load(der) for der in trust.intermediates],
        crls=[crl.CertificateList.load(der) for der in trust.revocation_lists],
        ocsps=[ocsp.OCSPResponse.load(der) for der in trust.ocsp_responses],
        moment=as_datetime(at),
        time_tolerance=timedelta(0),
        # The softer modes trust a revoked certificate that does not say where its list is.
        revocation_mode="require",
        allow_fetching=False,
    )


async def _refusal(message: SignedMessage, trust: Trust, at: int) -> SignatureRefused:
    """Why there is no trust. The status of a signature folds several reasons into one; the chain, asked again, tells them."""
    from pyhanko_certvalidator import errors, find_valid_path

    certificate, context = x509.Certificate.load(message.certificate_der), _context(trust, at)
    context.certificate_registry.register_multiple([each.chosen for each in message.signed_data["certificates"]])
    try:
        await find_valid_path(certificate, context.path_builder.async_build_paths_lazy(certificate), validation_context=context)
    except errors.RevokedError:
        return SignatureRefused(Reason.REVOKED, "the authority revoked the certificate or the one of its issuer")
    except errors.InsufficientRevinfoError:
        return SignatureRefused(Reason.REVOCATION_UNKNOWN, "nothing at hand says whether the certificate was revoked")
    except errors.ExpiredError:
        return SignatureRefused(Reason.EXPIRED, "the certificate or the one of its issuer is no longer valid")
    except errors.NotYetValidError:
        return SignatureRefused(Reason.NOT_YET_VALID, "the certificate or the one of its issuer is not valid yet")
    except errors.DisallowedAlgorithmError:
        return SignatureRefused(Reason.WEAK_ALGORITHM, "an issuer of the certificate signs with a weak algorithm")
    except (errors.PathError, errors.ValidationError):
        pass
    return SignatureRefused(Reason.UNTRUSTED, "no chain leads from the certificate to an authority that is trusted")


def _silence() -> None:
    """It logs every refusal with the name of the signer, and who they are belongs to the sealed rows only."""
    import logging

    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
