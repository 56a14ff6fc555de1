"""Whom a provider believes that is no test stand: the authorities in its files, and nobody else."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from ground.clock import as_datetime
from idp.authentication.methods.e_signature.method import SignatureMethod
from idp.authority.citizen_certificates import Issued, Terms, certify
from idp.authority.configured import configured_trust
from idp.authority.judging import verify_signature
from idp.authority.root import Root
from idp.authority.signing import sign
from idp.authority.signing_root import make_root
from idp.citizens import directory
from idp.cms.verdict import Reason, SignatureRefused
from idp.errors import StandUnusable
from idp.realm import Realm
from tests.idp.stand import Stand

TEXT = b"a text\r\n"


def revocation_list(stand: Stand, root: Root, *serials: str) -> bytes:
    now = as_datetime(stand.clock.now())
    builder = x509.CertificateRevocationListBuilder().issuer_name(root.certificate.subject)
    builder = builder.last_update(now).next_update(now + timedelta(hours=1))
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(int(serial, 16)).revocation_date(now)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(root.private, hashes.SHA256()).public_bytes(Encoding.PEM)


def configured(stand: Stand, folder: Path, root: Root, *revoked: str) -> Realm:
    """The realm as a production provider's that believes one authority."""
    (folder / "trusted.pem").write_bytes(root.certificate.public_bytes(Encoding.PEM))
    (folder / "lists").mkdir(exist_ok=True)
    (folder / "lists" / "its.crl").write_bytes(revocation_list(stand, root, *revoked))
    settings = replace(
        stand.settings,
        environment="production",
        issuer="https://propusk.test",
        codes_per_hour=5,
        signature_trust=folder / "trusted.pem",
        signature_revocation=folder / "lists",
    )
    return replace(stand.realm, settings=settings)


def certified(stand: Stand, root: Root) -> Issued:
    with stand.realm.database.read() as connection:
        person = directory.find_by_login(stand.realm, connection, "vera@example.test")
    assert person is not None
    return certify(stand.realm, root, person.data, Terms())


def test_configured_authority_is_believed_and_the_one_of_the_stand_is_not(stand: Stand, tmp_path: Path) -> None:
    theirs, ours = make_root(stand.realm.chance), make_root(stand.realm.chance)
    realm = configured(stand, tmp_path, theirs)
    issued, other = certified(stand, theirs), certified(stand, ours)
    assert verify_signature(realm, sign(TEXT, issued.certificate, issued.private), TEXT).snils == "000-000-017 00"
    with pytest.raises(SignatureRefused) as refused:
        verify_signature(realm, sign(TEXT, other.certificate, other.private), TEXT)
    assert refused.value.reason is Reason.UNTRUSTED


def test_list_in_the_folder_is_read_at_each_signature(stand: Stand, tmp_path: Path) -> None:
    theirs = make_root(stand.realm.chance)
    issued = certified(stand, theirs)
    signature = sign(TEXT, issued.certificate, issued.private)
    assert verify_signature(configured(stand, tmp_path, theirs), signature, TEXT)
    with pytest.raises(SignatureRefused) as refused:
        verify_signature(configured(stand, tmp_path, theirs, issued.serial), signature, TEXT)
    assert refused.value.reason is Reason.REVOKED


def test_without_a_list_nobody_is_let_in(stand: Stand, tmp_path: Path) -> None:
    theirs = make_root(stand.realm.chance)
    realm = configured(stand, tmp_path, theirs)
    (tmp_path / "lists" / "its.crl").unlink()
    issued = certified(stand, theirs)
    with pytest.raises(SignatureRefused) as refused:
        verify_signature(realm, sign(TEXT, issued.certificate, issued.private), TEXT)
    assert refused.value.reason is Reason.REVOCATION_UNKNOWN


def test_file_that_cannot_be_read_is_told_to_the_operator(stand: Stand, tmp_path: Path) -> None:
    realm = configured(stand, tmp_path, make_root(stand.realm.chance))
    (tmp_path / "trusted.pem").write_bytes(b"no certificate")
    with pytest.raises(StandUnusable, match="signature_trust"):
        configured_trust(realm.settings)


def test_way_is_shut_where_nobody_is_believed(stand: Stand, tmp_path: Path) -> None:
    realm = configured(stand, tmp_path, make_root(stand.realm.chance))
    assert SignatureMethod().why_shut(realm) is None
    nobody = replace(realm, settings=replace(realm.settings, signature_trust=None))
    assert SignatureMethod().why_shut(nobody) == "Здесь ещё не выбрано, каким удостоверяющим центрам верить."
