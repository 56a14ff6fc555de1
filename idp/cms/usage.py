"""What a certificate may be used for (RFC 5280, 4.2.1.3, 4.2.1.4 and 4.2.1.12)."""

from typing import TypeVar

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from idp.cms.verdict import Reason, SignatureRefused, Trust

TO_SIGN_IN = frozenset({ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE})
Extension = TypeVar("Extension", bound=x509.ExtensionType)


def check_usage(certificate: x509.Certificate, trust: Trust) -> None:
    """Refuse a certificate that was not issued for signing or, where that is asked, for showing who somebody is.

    A certificate without purposes is good for all, one without key usage for none: its authority did not say.
    """
    usage = _extension(certificate, x509.KeyUsage)
    if usage is None or not usage.digital_signature:
        raise _wrong("the key usage of the certificate lacks digitalSignature")
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise _wrong("the certificate is an authority's")
    purposes = _extension(certificate, x509.ExtendedKeyUsage)
    if trust.needs_client_authentication and purposes is not None and TO_SIGN_IN.isdisjoint(purposes):
        raise _wrong("the extended key usage of the certificate lacks clientAuth")
    policies = _extension(certificate, x509.CertificatePolicies)
    issued_under = {policy.policy_identifier.dotted_string for policy in policies or ()}
    if trust.needs_policy is not None and trust.needs_policy not in issued_under:
        raise _wrong(f"the certificate was not issued under the policy {trust.needs_policy}")


def _extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _wrong(detail: str) -> SignatureRefused:
    return SignatureRefused(Reason.WRONG_USAGE, detail)
