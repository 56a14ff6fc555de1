"""Certificates of citizens, with the fields of a qualified one: who they are by name, СНИЛС and ИНН, and what the key is for."""

import hashlib
from dataclasses import dataclass

from asn1crypto import core, keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from sqlalchemy import Connection

from ground.clock import as_datetime
from idp.authority import register
from idp.authority.private_keys import Algorithm, make_key_pair
from idp.authority.root import BACKDATED, Root, draw_serial
from idp.authority.signing_root import open_signing_root
from idp.citizens.models import PersonalData
from idp.cms.subject import INN, SNILS
from idp.realm import Realm

LIFETIME_SECONDS = 365 * 24 * 3600
TO_SIGN_IN = (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION)
CLASS_OF_TOOLS = x509.ObjectIdentifier("1.2.643.100.113.1")
"""КС1, the policy that every qualified certificate names at least."""


@dataclass(frozen=True)
class Terms:
    """What a certificate says, where it is not what everybody's says. Moments are in seconds and follow the realm's clock."""

    algorithm: Algorithm = "ec"
    not_before: int | None = None
    not_after: int | None = None
    snils: str | None = None
    has_snils: bool = True
    purposes: tuple[x509.ObjectIdentifier, ...] = TO_SIGN_IN
    signs: bool = True

    def validity(self, now: int) -> tuple[int, int]:
        """From when to when the certificate is good."""
        not_before = now - int(BACKDATED.total_seconds()) if self.not_before is None else self.not_before
        return not_before, now + LIFETIME_SECONDS if self.not_after is None else self.not_after


@dataclass(frozen=True)
class Issued:
    """A certificate in DER and its private key, which is kept by nobody but its owner, as unencrypted PKCS#8 in PEM."""

    serial: str
    algorithm: Algorithm
    certificate: bytes
    private: bytes
    not_before: int
    not_after: int


def issue(
    realm: Realm, connection: Connection, citizen_id: str, data: PersonalData, terms: Terms | None = None, *, actor: str
) -> Issued:
    """Issue a certificate to a citizen and enter it. Raises StandUnusable where it cannot be done."""
    terms = terms or Terms()
    issued = certify(realm, open_signing_root(realm), data, terms)
    register.enter(realm, connection, serial=issued.serial, citizen_id=citizen_id, algorithm=issued.algorithm, actor=actor)
    return issued


def certify(realm: Realm, root: Root, data: PersonalData, terms: Terms) -> Issued:
    """Make a key and a certificate of `root` for it, which nobody has entered anywhere."""
    not_before, not_after = terms.validity(realm.clock.now())
    pair, serial = make_key_pair(terms.algorithm), draw_serial(realm.chance)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_subject(data, terms))
        .serial_number(serial)
        .not_valid_before(as_datetime(not_before))
        .not_valid_after(as_datetime(not_after))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs=terms.signs), critical=True)
        .add_extension(x509.CertificatePolicies([x509.PolicyInformation(CLASS_OF_TOOLS, None)]), critical=False)
        .add_extension(_key_identifier(pair.public), critical=False)
        .add_extension(_revocation_list(realm.url("/authority/crl")), critical=False)
        .add_extension(_ocsp(realm.url("/authority/ocsp")), critical=False)
    )
    if terms.purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(terms.purposes), critical=False)
    return Issued(
        serial=f"{serial:x}",
        algorithm=terms.algorithm,
        certificate=_sign(root, builder, pair.public),
        private=pair.private,
        not_before=not_before,
        not_after=not_after,
    )


def _sign(root: Root, builder: x509.CertificateBuilder, public: bytes) -> bytes:
    """Sign a certificate for any public key.

    Our library cannot hold a GOST key, so a certificate is built for a key that nobody will ever have, and signed anew
    with the real one in its place.
    """
    nobody = ec.generate_private_key(ec.SECP256R1()).public_key()
    certificate = asn1_x509.Certificate.load(root.sign(builder.public_key(nobody)).public_bytes(serialization.Encoding.DER))
    unsigned = certificate["tbs_certificate"]
    unsigned["subject_public_key_info"] = keys.PublicKeyInfo.load(public)
    certificate["tbs_certificate"] = unsigned
    certificate["signature_value"] = core.OctetBitString(root.private.sign(unsigned.dump(), ec.ECDSA(hashes.SHA256())))
    return bytes(certificate.dump())


def _subject(data: PersonalData, terms: Terms) -> x509.Name:
    given_names = " ".join(name for name in (data.given_name, data.middle_name) if name)
    snils = (terms.snils or data.snils) if terms.has_snils else None
    parts = [
        (NameOID.COMMON_NAME, data.full_name),
        (NameOID.SURNAME, data.family_name),
        (NameOID.GIVEN_NAME, given_names),
        (NameOID.COUNTRY_NAME, "RU"),
        (SNILS, "".join(sign for sign in snils if sign.isdecimal()) if snils else None),
        (INN, data.inn),
    ]
    return x509.Name([x509.NameAttribute(oid, value[:64]) for oid, value in parts if value])


def _key_usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _key_identifier(public: bytes) -> x509.SubjectKeyIdentifier:
    """The first way of RFC 5280, 4.2.1.2: the bits of the key by SHA-1, which need not be secure here."""
    bits = bytes(core.Sequence.load(public)[1].contents)[1:]  # as any sequence: the parser of keys knows no GOST
    return x509.SubjectKeyIdentifier(hashlib.sha1(bits, usedforsecurity=False).digest())


def _revocation_list(address: str) -> x509.CRLDistributionPoints:
    point = x509.DistributionPoint(
        full_name=[x509.UniformResourceIdentifier(address)], relative_name=None, reasons=None, crl_issuer=None
    )
    return x509.CRLDistributionPoints([point])


def _ocsp(address: str) -> x509.AuthorityInformationAccess:
    description = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(address))
    return x509.AuthorityInformationAccess([description])
