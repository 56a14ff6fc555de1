"""What OCSP responses say of one certificate, whichever back end judged its chain (RFC 6960, 2.2)."""

from cryptography import x509
from cryptography.x509 import ocsp

from idp.cms.verdict import Reason, SignatureRefused, Trust


def check_known(certificate: x509.Certificate, trust: Trust) -> None:
    """Refuse a certificate that its authority says it revoked or never issued.

    A list names the revoked ones only: of a certificate that the authority has forgotten, or that was made with its stolen
    name, it says nothing. Only refusals are taken from here, so that a response needs no second check of its signature.
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
