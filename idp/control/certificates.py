"""Certificates of people from the test authority, for tests in any language: issued, revoked, and used to sign."""

import re
from typing import Annotated

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from msgspec import UNSET, Meta, Struct, UnsetType

from idp.authority import register
from idp.authority.citizen_certificates import TO_SIGN_IN, Issued, Terms, issue
from idp.authority.containers import container, draw_password
from idp.authority.private_keys import Algorithm
from idp.authority.signing import sign
from idp.citizens import identifiers
from idp.control.clock import Moment
from idp.control.operation import ACTOR, Answer, Call, Operation, Problem
from idp.control.whom import find_person
from idp.errors import StandUnusable
from idp.realm import Realm

SERIAL = re.compile(r"0*([0-9a-fA-F]{1,40})\Z", re.ASCII)
Content = Annotated[bytes, Meta(max_length=8 * 1024, description="The text to sign, in base64")]


class CertificateTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose certificate to issue. What is left out is as it should be: good for a year, with the СНИЛС of the person.

    With `snils` it has another one, with null none. `for_sign_in` false leaves clientAuth out of its purposes.
    """

    person: str
    algorithm: Algorithm = "ec"
    not_before: Moment | UnsetType = UNSET
    not_after: Moment | UnsetType = UNSET
    snils: str | UnsetType | None = UNSET
    for_sign_in: bool = True


class NewCertificate(Struct, frozen=True, kw_only=True):
    """The certificate and its private key in PEM, and both as a PKCS#12 file in base64, which `password` opens.

    The stand keeps no private key: this is the only time it is seen.
    """

    serial: str
    algorithm: Algorithm
    not_before: int
    not_after: int
    certificate: str
    private_key: str
    pkcs12: bytes
    password: str


class SignatureTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to sign, and as whom: by a fresh certificate of theirs."""

    person: str
    content: Content
    algorithm: Algorithm = "ec"


class MadeSignature(Struct, frozen=True, kw_only=True):
    """A detached CMS message in base64, and the certificate in PEM that it was made with."""

    signature: bytes
    serial: str
    certificate: str


def create(realm: Realm, call: Call) -> Answer:
    asked: CertificateTerms = call.body
    issued = _issue(realm, asked.person, _terms(realm, asked))
    password = draw_password(realm.chance)
    return Answer(
        201,
        NewCertificate(
            serial=issued.serial,
            algorithm=issued.algorithm,
            not_before=issued.not_before,
            not_after=issued.not_after,
            certificate=_pem(issued),
            private_key=issued.private.decode("ascii"),
            pkcs12=container(issued, password=password),
            password=password,
        ),
    )


def revoke(realm: Realm, call: Call) -> Answer:
    """One that is revoked stays so, since when it was first."""
    match = SERIAL.match(call.path["serial"])
    serial = match[1].lower() if match else ""
    with realm.database.write() as connection:
        if register.find(connection, serial) is None:
            raise Problem(404, "certificate_unknown", "There is no such certificate", "Nothing was issued under this serial")
        register.revoke(realm, connection, serial, actor=ACTOR)
    return Answer(204)


def make_signature(realm: Realm, call: Call) -> Answer:
    asked: SignatureTerms = call.body
    issued = _issue(realm, asked.person, Terms(algorithm=asked.algorithm))
    signature = sign(asked.content, issued.certificate, issued.private)
    return Answer(200, MadeSignature(signature=signature, serial=issued.serial, certificate=_pem(issued)))


def _terms(realm: Realm, asked: CertificateTerms) -> Terms:
    snils = None
    if isinstance(asked.snils, str):
        try:
            snils = identifiers.snils(asked.snils)
        except identifiers.IdentifierMalformed:
            raise _unprocessable("snils is malformed, or its check digits are wrong") from None
    terms = Terms(
        algorithm=asked.algorithm,
        not_before=None if asked.not_before is UNSET else asked.not_before,
        not_after=None if asked.not_after is UNSET else asked.not_after,
        snils=snils,
        has_snils=asked.snils is not None,
        purposes=TO_SIGN_IN if asked.for_sign_in else TO_SIGN_IN[1:],
    )
    not_before, not_after = terms.validity(realm.clock.now())
    if not_before >= not_after:
        raise _unprocessable("not_after must be later than not_before")
    return terms


def _issue(realm: Realm, name: str, terms: Terms) -> Issued:
    realm, person = realm.acting_for_test(), find_person(realm, name)
    try:
        with realm.database.write() as connection:
            return issue(realm, connection, person.id, person.data, terms, actor=ACTOR)
    except StandUnusable as unusable:
        raise Problem(409, "algorithm_unavailable", "This machine does not know the algorithm", str(unusable)) from None


def _pem(issued: Issued) -> str:
    certificate = x509.load_der_x509_certificate(issued.certificate)
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def _unprocessable(detail: str) -> Problem:
    return Problem(422, "body_invalid", "The body is not what this operation takes", detail)


OPERATIONS = (
    Operation(
        name="issue_certificate",
        method="POST",
        path="/certificates",
        summary="Issue a certificate to a person",
        handle=create,
        body=CertificateTerms,
        answers={201: NewCertificate},
        problems=(404, 409, 422),
    ),
    Operation(
        name="revoke_certificate",
        method="POST",
        path="/certificates/{serial}/revoke",
        summary="Revoke a certificate",
        handle=revoke,
        problems=(404,),
    ),
    Operation(
        name="sign_with_certificate",
        method="POST",
        path="/certificates/sign",
        summary="Sign a text as a person, with a fresh certificate of theirs",
        handle=make_signature,
        body=SignatureTerms,
        answers={200: MadeSignature},
        problems=(404, 409, 422),
    ),
)
