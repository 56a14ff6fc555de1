"""An authority that certifies whatever a test asks for, and people who sign."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from ground.clock import as_datetime
from idp.authority.revocation import sign_response
from idp.cms.verdict import Trust

NOW = 1_795_340_000
DAY = timedelta(days=1)
TEXT = "Вход в ЕСИА-подобный стенд\nnonce: 17\n".encode()
SUBJECT = (
    (NameOID.COMMON_NAME, "Ромашкина Вера Тимофеевна"),
    (NameOID.SNILS, "00000001700"),
    (NameOID.INN, "000000001773"),
)


def der(document: Any) -> bytes:
    """A certificate, a list or a response in DER."""
    encoded: bytes = document.public_bytes(serialization.Encoding.DER)
    return encoded


@dataclass(frozen=True)
class Signer:
    """Somebody with a key and a certificate."""

    certificate: x509.Certificate
    private: Any

    @property
    def serial(self) -> int:
        return self.certificate.serial_number

    def pem(self) -> tuple[bytes, bytes]:
        """Certificate and key as openssl reads them."""
        key = self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return self.certificate.public_bytes(serialization.Encoding.PEM), key

    def sign(
        self, text: bytes = TEXT, *options: pkcs7.PKCS7Options, digest: Any = None, beside: tuple[x509.Certificate, ...] = ()
    ) -> bytes:
        """A detached signature; with options of one's own, another one."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(text)
        builder = builder.add_signer(self.certificate, self.private, digest or hashes.SHA256())
        for certificate in beside:
            builder = builder.add_certificate(certificate)
        chosen = options or (pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary)
        return builder.sign(serialization.Encoding.DER, chosen)


@dataclass(frozen=True)
class Terms:
    """What a certificate says."""

    subject: tuple[tuple[x509.ObjectIdentifier, str], ...] = SUBJECT
    not_before: Any = as_datetime(NOW) - DAY
    not_after: Any = as_datetime(NOW) + 365 * DAY
    signs: bool | None = True
    purposes: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.CLIENT_AUTH,)
    policy: str | None = None
    is_authority: bool = False
    names_its_sources: bool = True
    digest: Any = field(default_factory=hashes.SHA256)


@dataclass(frozen=True)
class Authority:
    """An authority with a key."""

    signer: Signer

    def certify(self, private: Any, **terms: Any) -> Signer:
        """A certificate for a key."""
        return Signer(_certificate(private.public_key(), self.signer.certificate.subject, self, Terms(**terms)), private)

    def revocation_list(self, *revoked: int, at: int = NOW) -> bytes:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.signer.certificate.subject)
            .last_update(as_datetime(at))
            .next_update(as_datetime(at) + DAY)
        )
        for serial in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(as_datetime(at))
            builder = builder.add_revoked_certificate(entry.build())
        return der(builder.sign(self.signer.private, hashes.SHA256()))

    def response(self, subject: Signer, status: ocsp.OCSPCertStatus, *, at: int = NOW) -> bytes:
        """What it says of a certificate by OCSP."""
        is_revoked = status is ocsp.OCSPCertStatus.REVOKED
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=subject.certificate,
                issuer=self.signer.certificate,
                algorithm=hashes.SHA256(),
                cert_status=status,
                this_update=as_datetime(at),
                next_update=as_datetime(at) + DAY,
                revocation_time=as_datetime(at) if is_revoked else None,
                revocation_reason=None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self.signer.certificate)
        )
        return sign_response(builder, self.signer.private, at=at)

    def trust(self, *revoked: int, **changes: Any) -> Trust:
        """Trust in this authority, which has revoked these serial numbers."""
        trust = Trust(roots=(der(self.signer.certificate),), revocation_lists=(self.revocation_list(*revoked),))
        return replace(trust, **changes)


def make_authority(name: str, above: Authority | None = None) -> Authority:
    """A root, or an authority beneath another one."""
    private = ec.generate_private_key(ec.SECP256R1())
    terms = Terms(subject=((NameOID.COMMON_NAME, name),), is_authority=True, not_after=as_datetime(NOW) + 3650 * DAY, purposes=())
    issuer = above.signer.certificate.subject if above else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    if above is None:
        above = Authority(Signer(None, private))  # type: ignore[arg-type]
    return Authority(Signer(_certificate(private.public_key(), issuer, above, terms), private))


def _certificate(public: Any, issuer: x509.Name, above: Authority, terms: Terms) -> x509.Certificate:
    authority_key = above.signer.private.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(oid, value) for oid, value in terms.subject]))
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(terms.not_before)
        .not_valid_after(terms.not_after)
        .add_extension(x509.BasicConstraints(ca=terms.is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key), critical=False)
    )
    if terms.signs is not None:
        usage = x509.KeyUsage(terms.signs, True, False, False, False, terms.is_authority, terms.is_authority, False, False)
        builder = builder.add_extension(usage, critical=True)
    if terms.purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(terms.purposes), critical=False)
    if terms.policy:
        policy = x509.PolicyInformation(x509.ObjectIdentifier(terms.policy), None)
        builder = builder.add_extension(x509.CertificatePolicies([policy]), critical=False)
    if terms.names_its_sources:
        address = x509.UniformResourceIdentifier("http://authority.test/crl")
        point = x509.DistributionPoint(full_name=[address], relative_name=None, reasons=None, crl_issuer=None)
        responder = x509.UniformResourceIdentifier("http://authority.test/ocsp")
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, responder)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    return builder.sign(above.signer.private, terms.digest)


def make_private(kind: str) -> Any:
    """A key of a kind."""
    makers = {
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        "rsa-1024": lambda: rsa.generate_private_key(65537, 1024),  # noqa: S505 - that is the point
        "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
        "ec-384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "ec-192": lambda: ec.generate_private_key(ec.SECP192R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
    }
    return makers[kind]()
