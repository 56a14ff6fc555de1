"""What a certificate may be used for (RFC 5280, 4.2.1.3 and 4.2.1.12)."""

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from idp.cms.verdict import Reason, SignatureRefused

TO_SIGN_IN = frozenset({ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE})


def check_usage(certificate: x509.Certificate, *, needs_client_authentication: bool) -> None:
    """Refuse a certificate that was not issued for signing or, where that is asked, for showing who somebody is.

    A certificate without purposes is good for all, one without key usage for none: its authority did not say.
    """
    extensions = certificate.extensions
    try:
        signs = extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    except x509.ExtensionNotFound:
        signs = False
    if not signs:
        raise SignatureRefused(Reason.WRONG_USAGE, "the key usage of the certificate lacks digitalSignature")
    try:
        is_authority = extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        is_authority = False
    if is_authority:
        raise SignatureRefused(Reason.WRONG_USAGE, "the certificate is an authority's")
    try:
        purposes = set(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        return
    if needs_client_authentication and purposes.isdisjoint(TO_SIGN_IN):
        raise SignatureRefused(Reason.WRONG_USAGE, "the extended key usage of the certificate lacks clientAuth")
