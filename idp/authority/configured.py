"""Authorities that the settings name instead of the test stand's own: whom a production provider believes."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from idp.cms.verdict import Trust
from idp.errors import StandUnusable
from idp.settings import Settings


def configured_trust(settings: Settings) -> Trust:
    """What stands in the files of the settings at this moment. Raises StandUnusable with a sentence for the operator.

    Whoever issued itself is a root, everybody else stands between it and people. Nothing is fetched: another program puts
    fresh lists and responses into the folder, each whole and at once.
    """
    file, folder = settings.signature_trust, settings.signature_revocation
    assert file is not None, "asked only where the settings name a file"
    try:
        certificates = x509.load_pem_x509_certificates(file.read_bytes())
        found = sorted(folder.iterdir()) if folder is not None else []
        lists = [_list(path.read_bytes()) for path in found if path.suffix == ".crl"]
        responses = [_response(path.read_bytes()) for path in found if path.suffix == ".ors"]
    except (OSError, ValueError) as error:
        raise StandUnusable(f"signature_trust or signature_revocation cannot be read: {error}") from None
    roots = [each for each in certificates if each.issuer == each.subject]
    return Trust(
        roots=tuple(each.public_bytes(Encoding.DER) for each in roots),
        intermediates=tuple(each.public_bytes(Encoding.DER) for each in certificates if each not in roots),
        revocation_lists=tuple(lists),
        ocsp_responses=tuple(responses),
    )


def _list(data: bytes) -> bytes:
    """A list in DER, which may stand in PEM."""
    load = x509.load_pem_x509_crl if data.startswith(b"-----BEGIN") else x509.load_der_x509_crl
    return load(data).public_bytes(Encoding.DER)


def _response(data: bytes) -> bytes:
    ocsp.load_der_ocsp_response(data)
    return data
