"""What is known against a certificate, whichever back end judged its chain: lists (RFC 5280, 5) and OCSP (RFC 6960, 2.2).

Only refusals are taken from here, so that no list and no response needs a second check of its signature.
"""

from collections.abc import Iterable

from cryptography import x509
from cryptography.x509 import ocsp

from idp.cms.verdict import Reason, SignatureRefused, Trust


def check_not_revoked(chain: Iterable[x509.Certificate], trust: Trust) -> None:
    """Refuse a certificate that is on a list of its issuer, from whatever date on.

    pyHanko passes over an entry whose date is this very second or later; whoever revokes means it.
    """
    lists = [x509.load_der_x509_crl(der) for der in trust.revocation_lists]
    for certificate in chain:
        for known in lists:
            is_listed = known.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
            if is_listed and known.issuer == certificate.issuer:
                raise SignatureRefused(Reason.REVOKED, "the authority revoked the certificate or the one of its issuer")


def check_known(certificate: x509.Certificate, trust: Trust) -> None:
    """Refuse a certificate that its authority says it revoked or never issued.

    A list names the revoked ones only: of a certificate that the authority has forgotten, or that was made with its stolen
    key, it says nothing.
    """
    for der in trust.ocsp_responses:
        response = ocsp.load_der_ocsp_response(der)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            continue
        for single in response.responses:
            if single.serial_number != certificate.serial_number:
                continue
            if single.certificate_status is ocsp.OCSPCertStatus.REVOKED:
                raise SignatureRefused(Reason.REVOKED, "the authority revoked the certificate")
            if single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
                raise SignatureRefused(Reason.REVOCATION_UNKNOWN, "the authority does not know the certificate")
