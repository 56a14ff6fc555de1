"""Information systems of the ESIA dialect on a test stand: registered, changed, and given certificates at run time."""

import re
from dataclasses import replace
from typing import Any, Literal

from asn1crypto import pem
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import Connection

from idp.clients import certificates, registry
from idp.clients.certificates import RegisteredCertificate
from idp.clients.registry import Registered
from idp.cms.certificate import describe_certificate
from idp.control.client_terms import ClientTerms, Document, find, shown
from idp.control.operation import ACTOR, Answer, Call, Operation, Problem
from idp.errors import StandUnusable
from idp.esia import systems
from idp.esia.new_identity import make_identity
from idp.protocol.client import Client
from idp.realm import Realm

TERMS = (
    "client_id",
    "client_name",
    "redirect_uris",
    "scope",
    "organisation",
    "purpose",
    "dialect",
    "certificates",
    "esia_algorithm",
)
"""The members of a client that a system of the dialect has."""
FINGERPRINT = re.compile(r"[0-9a-f]{64}\Z")


class NewClientCertificate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A certificate that the system may sign with, too."""

    certificate: Document


class NewKey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What key to make. GOST is computed where the stand's machine has OpenSSL's engine."""

    algorithm: Literal["gost", "rsa"] = "gost"


class ClientCertificate(Struct, frozen=True, kw_only=True):
    """A certificate of a system, in PEM. `fingerprint` is the SHA-256 of its DER, and `client_certificate_hash` what requests
    of v2 and v3 name it by. A private key is told once: the stand keeps none."""

    fingerprint: str
    client_certificate_hash: str
    key: str
    subject: str
    not_before: int
    not_after: int
    certificate: str
    private_key: str | UnsetType = UNSET


class ClientCertificates(Struct, frozen=True, kw_only=True):
    """The active certificates of a system, in the order in which they were added."""

    certificates: list[ClientCertificate]


def enter(realm: Realm, terms: ClientTerms) -> Answer:
    """Register a system."""
    _check_members(terms)
    wanted = systems.read_system(_terms(terms, None), is_test=realm.settings.is_test)
    documents = [] if isinstance(terms.certificates, UnsetType) else terms.certificates
    ders = systems.read_certificates(document.encode() for document in documents)
    with realm.database.write() as connection:
        if registry.was_registered(connection, wanted.client_id):
            raise Problem(409, "client_exists", "There is or was a client of this name, and a name is never given again")
        client = systems.register(realm, connection, wanted, ders, actor=ACTOR)
        return Answer(201, shown(connection, Registered(client, realm.clock.now(), None)))


def change(realm: Realm, found: Registered, terms: ClientTerms) -> Answer:
    """Change the terms that the body names. Its certificates have operations of their own."""
    _check_members(terms)
    if terms.certificates is not UNSET:
        detail = "add and remove certificates at /clients/{client_id}/certificates"
        raise Problem(422, "body_invalid", "Certificates are changed one by one", detail)
    wanted = systems.read_system(_terms(terms, found.client), is_test=realm.settings.is_test)
    with realm.database.write() as connection:
        client, _ = registry.replace_terms(realm, connection, wanted, actor=ACTOR)
        return Answer(200, shown(connection, replace(found, client=client)))


def list_certificates(realm: Realm, call: Call) -> Answer:
    with realm.database.read() as connection:
        system = _find_system(connection, call)
        known = [_told(each) for each in certificates.of_client(connection, system.client_id)]
    return Answer(200, ClientCertificates(certificates=known))


def add_certificate(realm: Realm, call: Call) -> Answer:
    asked: NewClientCertificate = call.body
    der = systems.read_certificates([asked.certificate.encode()])[0]
    return Answer(201, _add(realm, call, der))


def remove_certificate(realm: Realm, call: Call) -> Answer:
    """What is signed with it is worth nothing from now on."""
    fingerprint = call.path["fingerprint"].lower()
    with realm.database.write() as connection:
        system = _find_system(connection, call)
        is_done = FINGERPRINT.match(fingerprint) is not None and certificates.remove(
            realm, connection, system.client_id, fingerprint, actor=ACTOR
        )
    if not is_done:
        raise Problem(404, "certificate_unknown", "The system has no such certificate")
    return Answer(204)


def make_key(realm: Realm, call: Call) -> Answer:
    """Make a key with a self-signed certificate, register the certificate, and tell both."""
    asked: NewKey = call.body
    with realm.database.read() as connection:
        system = _find_system(connection, call)
    try:
        identity = make_identity(system.client_id, asked.algorithm, now=realm.clock.now(), chance=realm.chance)
    except StandUnusable as unusable:
        raise Problem(409, "algorithm_unavailable", "This machine does not know the algorithm", str(unusable)) from None
    return Answer(201, _add(realm, call, identity.certificate, private_key=identity.private.decode("ascii")))


def _add(realm: Realm, call: Call, der: bytes, **more: Any) -> ClientCertificate:
    with realm.database.write() as connection:
        system = _find_system(connection, call)
        return _told(systems.add_certificate(realm, connection, system.client_id, der, actor=ACTOR), **more)


def _find_system(connection: Connection, call: Call) -> Client:
    client = find(connection, call.path["client_id"]).client
    if client.dialect != "esia":
        raise Problem(
            409, "other_dialect", "The client speaks another dialect", "only a system of the dialect esia has certificates"
        )
    return client


def _told(known: RegisteredCertificate, **more: Any) -> ClientCertificate:
    described = describe_certificate(known.der)
    return ClientCertificate(
        fingerprint=known.fingerprint,
        client_certificate_hash=known.streebog_hash,
        key=described.key,
        subject=described.subject,
        not_before=described.not_before,
        not_after=described.not_after,
        certificate=pem.armor("CERTIFICATE", known.der).decode("ascii"),
        **more,
    )


def _check_members(terms: ClientTerms) -> None:
    foreign = [name for name in terms.__struct_fields__ if name not in TERMS and getattr(terms, name) is not UNSET]
    if foreign:
        detail = f"{' and '.join(foreign)} {'say' if len(foreign) > 1 else 'says'} nothing to a client of the dialect esia"
        raise Problem(422, "body_invalid", "The client speaks another dialect", detail)


def _terms(terms: ClientTerms, present: Client | None) -> systems.Terms:
    """What the body says, and where it says nothing, what holds."""

    def said(value: Any, held: Any) -> Any:
        return held if value is UNSET or value is None else value

    return systems.Terms(
        mnemonic=present.client_id if present else said(terms.client_id, ""),
        redirect_uris=tuple(said(terms.redirect_uris, present.redirect_uris if present else ())),
        name=said(terms.client_name, present.name if present else ""),
        scope=said(terms.scope, " ".join(present.scopes) if present else systems.DEFAULT_SCOPE),
        algorithm=said(terms.esia_algorithm, present.esia_algorithm if present else "RS256"),
        organisation=said(terms.organisation, present.organisation if present else ""),
        purpose=said(terms.purpose, present.purpose if present else ""),
    )


CERTIFICATES = "/clients/{client_id}/certificates"
OPERATIONS = (
    Operation(
        name="list_client_certificates",
        method="GET",
        path=CERTIFICATES,
        summary="List the certificates that a system of the ESIA dialect signs with",
        handle=list_certificates,
        answers={200: ClientCertificates},
        problems=(409,),
    ),
    Operation(
        name="add_client_certificate",
        method="POST",
        path=CERTIFICATES,
        summary="Let a system of the ESIA dialect sign with a certificate, too",
        handle=add_certificate,
        body=NewClientCertificate,
        answers={201: ClientCertificate},
        problems=(409,),
    ),
    Operation(
        name="remove_client_certificate",
        method="DELETE",
        path=f"{CERTIFICATES}/{{fingerprint}}",
        summary="Believe nothing any more that is signed with a certificate",
        handle=remove_certificate,
        problems=(409,),
    ),
    Operation(
        name="make_client_key",
        method="POST",
        path="/clients/{client_id}/keys",
        summary="Make a key with a self-signed certificate for a system of the ESIA dialect",
        handle=make_key,
        body=NewKey,
        answers={201: ClientCertificate},
        problems=(409,),
    ),
)
