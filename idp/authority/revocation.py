"""What the signing authority says of revoked certificates: the whole list (RFC 5280, 5), and of single ones (RFC 6960).

Both are made when they are asked for and are good for an hour of the realm's clock, wherever a test has put that.
"""

from datetime import timedelta

from asn1crypto import core
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from sqlalchemy import Connection

from ground.clock import as_datetime
from idp.authority import register
from idp.authority.root import Root
from idp.realm import Realm

LIFETIME = timedelta(hours=1)
LONGEST_NONCE = 32


def make_list(realm: Realm, connection: Connection, root: Root) -> bytes:
    """The list of revoked certificates, in DER."""
    now = realm.clock.now()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.certificate.subject)
        .last_update(as_datetime(now))
        .next_update(as_datetime(now) + LIFETIME)
        .add_extension(x509.CRLNumber(now), critical=False)
        .add_extension(_identifier(root), critical=False)
    )
    for serial, revoked_at in register.revoked(connection, at=now):
        entry = x509.RevokedCertificateBuilder().serial_number(int(serial, 16)).revocation_date(as_datetime(revoked_at))
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(root.private, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def answer_request(realm: Realm, connection: Connection, root: Root, request: bytes) -> bytes:
    """The response to an OCSP request, both in DER. What cannot be understood is answered so; what is not ours is unknown."""
    try:
        asked = ocsp.load_der_ocsp_request(request)
        nonce = _nonce(asked)
        serial, algorithm = asked.serial_number, asked.hash_algorithm
        issuer = (asked.issuer_name_hash, asked.issuer_key_hash)
    except (ValueError, NotImplementedError, x509.DuplicateExtension):
        refused = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        return refused.public_bytes(serialization.Encoding.DER)
    is_ours = issuer == issuer_hashes(root, algorithm)
    return _respond(realm, connection, root, serial, algorithm, issuer, is_ours=is_ours, nonce=nonce)


def state_of(realm: Realm, connection: Connection, root: Root, serial: int) -> bytes:
    """The response that tells of one certificate of ours."""
    algorithm = hashes.SHA256()
    issuer = issuer_hashes(root, algorithm)
    return _respond(realm, connection, root, serial, algorithm, issuer, is_ours=True, nonce=None)


def issuer_hashes(root: Root, algorithm: hashes.HashAlgorithm) -> tuple[bytes, bytes]:
    """How OCSP names an issuer (RFC 6960, 4.1.1): hashes of its name and of the bits of its key."""
    point = root.private.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return _hash(algorithm, root.certificate.subject.public_bytes()), _hash(algorithm, point)


def _respond(
    realm: Realm,
    connection: Connection,
    root: Root,
    serial: int,
    algorithm: hashes.HashAlgorithm,
    issuer: tuple[bytes, bytes],
    *,
    is_ours: bool,
    nonce: x509.OCSPNonce | None,
) -> bytes:
    now = realm.clock.now()
    row = register.find(connection, f"{serial:x}") if is_ours and serial > 0 else None
    is_revoked = row is not None and row.revoked_at is not None and row.revoked_at <= now
    status = ocsp.OCSPCertStatus.REVOKED if is_revoked else ocsp.OCSPCertStatus.GOOD if row else ocsp.OCSPCertStatus.UNKNOWN
    builder = (
        ocsp.OCSPResponseBuilder()
        .responder_id(ocsp.OCSPResponderEncoding.HASH, root.certificate)
        .add_response_by_hash(
            issuer_name_hash=issuer[0],
            issuer_key_hash=issuer[1],
            serial_number=serial,
            algorithm=algorithm,
            cert_status=status,
            this_update=as_datetime(now),
            next_update=as_datetime(now) + LIFETIME,
            revocation_time=as_datetime(row.revoked_at) if row is not None and is_revoked else None,
            revocation_reason=None,
        )
    )
    if nonce is not None:
        builder = builder.add_extension(nonce, critical=False)
    return sign_response(builder, root.private, at=now)


def sign_response(builder: ocsp.OCSPResponseBuilder, private: ec.EllipticCurvePrivateKey, *, at: int) -> bytes:
    """Sign a response, in DER, as produced at a moment.

    Our library writes the machine's own time there, and one from the future is passed over by whoever verifies.
    """
    made = builder.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    response = asn1_ocsp.OCSPResponse.load(made)
    basic = response["response_bytes"]["response"].parsed
    unsigned = basic["tbs_response_data"]
    unsigned["produced_at"] = as_datetime(at)
    basic["tbs_response_data"] = unsigned
    basic["signature"] = core.OctetBitString(private.sign(unsigned.dump(), ec.ECDSA(hashes.SHA256())))
    response["response_bytes"]["response"] = core.ParsableOctetString(basic.dump())
    return bytes(response.dump())


def _nonce(asked: ocsp.OCSPRequest) -> x509.OCSPNonce | None:
    """The nonce to give back (RFC 9654, 2.1): 1 to 32 bytes, or we would sign whatever somebody likes."""
    try:
        nonce = asked.extensions.get_extension_for_class(x509.OCSPNonce).value
    except x509.ExtensionNotFound:
        return None
    if not 1 <= len(nonce.nonce) <= LONGEST_NONCE:
        raise ValueError("the nonce is too long")
    return nonce


def _identifier(root: Root) -> x509.AuthorityKeyIdentifier:
    identifier = root.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _hash(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(data)
    return digest.finalize()
