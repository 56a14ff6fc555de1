"""What the signing authority of a stand issues is good where it should be, and nowhere else."""

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from ground.chance import SystemChance
from idp.authority import register
from idp.authority.citizen_certificates import Issued
from idp.authority.containers import container, draw_password
from idp.authority.judging import verify_signature
from idp.authority.private_keys import ALGORITHMS, Algorithm, make_key_pair
from idp.authority.signing import sign
from idp.authority.signing_root import make_signing_root, open_signing_root, signing_root_file
from idp.authority.specimens import KINDS, make_specimen
from idp.cms.verdict import Reason, SignatureRefused
from idp.errors import StandUnusable
from tests.idp.authority.conftest import issued_by, person_of
from tests.idp.openssl import OpenSsl
from tests.idp.stand import Stand

TEXT = "Согласие на обработку\n".encode()
TEN_YEARS = 3650 * 24 * 3600


def signed(issued: Issued, text: bytes = TEXT) -> bytes:
    return sign(text, issued.certificate, issued.private)


def refusal(stand: Stand, signature: bytes, text: bytes = TEXT) -> Reason:
    with pytest.raises(SignatureRefused) as refused:
        verify_signature(stand.realm, signature, text)
    return refused.value.reason


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_r057_certificate_of_a_citizen_signs_for_them(stand: Stand, openssl: OpenSsl, algorithm: Algorithm) -> None:
    assert openssl, "the machine has it"
    issued = issued_by(stand, algorithm)
    verified = verify_signature(stand.realm, signed(issued), TEXT)
    assert (verified.snils, verified.inn) == ("000-000-017 00", "000000001773")
    assert (verified.name, verified.serial) == ("Ромашкина Вера Тимофеевна", issued.serial)
    assert refusal(stand, signed(issued), b"another text") is Reason.WRONG_CONTENT


def test_certificate_says_what_a_qualified_one_says(stand: Stand) -> None:
    certificate = x509.load_der_x509_certificate(issued_by(stand).certificate)
    said = {attribute.oid: attribute.value for attribute in certificate.subject}
    assert said[NameOID.SURNAME] == "Ромашкина"
    assert said[NameOID.GIVEN_NAME] == "Вера Тимофеевна"
    assert said[NameOID.SNILS] == "00000001700"
    assert said[NameOID.INN] == "000000001773"
    extensions = certificate.extensions
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature and usage.content_commitment and not usage.key_cert_sign
    purposes = set(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    assert purposes == {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION}
    point = extensions.get_extension_for_class(x509.CRLDistributionPoints).value[0]
    assert point.full_name is not None
    assert point.full_name[0].value == "http://localhost:8400/authority/crl"
    (access,) = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert access.access_method == AuthorityInformationAccessOID.OCSP
    assert access.access_location.value == "http://localhost:8400/authority/ocsp"


def test_r057_revoked_certificate_is_refused_at_once_and_for_ever(stand: Stand) -> None:
    issued = issued_by(stand)
    with stand.realm.database.write() as connection:
        assert register.revoke(stand.realm, connection, issued.serial, actor="operator:test")
        assert not register.revoke(stand.realm, connection, issued.serial, actor="operator:test")
    assert refusal(stand, signed(issued)) is Reason.REVOKED
    stand.clock.advance(24 * 3600)
    assert refusal(stand, signed(issued)) is Reason.REVOKED
    assert stand.actions()[-2:] == ["certificate.issued", "certificate.revoked"]


def test_certificate_that_the_stand_does_not_know_is_refused(stand: Stand) -> None:
    """After a reset a list has forgotten whom it named."""
    issued = issued_by(stand)
    stand.execute("DELETE FROM certificates")
    assert refusal(stand, signed(issued)) is Reason.REVOCATION_UNKNOWN


def test_clock_that_a_test_moves_takes_lists_and_new_certificates_along(stand: Stand) -> None:
    old = issued_by(stand)
    for seconds, expected in ((TEN_YEARS, Reason.EXPIRED), (-2 * TEN_YEARS, Reason.NOT_YET_VALID)):
        stand.clock.advance(seconds)
        assert verify_signature(stand.realm, signed(issued_by(stand)), TEXT)
        assert refusal(stand, signed(old)) is expected


EXPECTED = {
    "good": None,
    "without-snils": None,
    "other-snils": None,
    "expired": Reason.EXPIRED,
    "not-yet-valid": Reason.NOT_YET_VALID,
    "revoked": Reason.REVOKED,
    "foreign-authority": Reason.UNTRUSTED,
}


@pytest.mark.parametrize("kind", KINDS)
def test_r057_specimen_is_refused_as_its_name_says(stand: Stand, kind: str) -> None:
    with stand.realm.database.write() as connection:
        made = make_specimen(
            stand.realm, connection, person_of(stand), kind, "ec", other_snils="000-000-018 00", actor="operator:test"
        )
    if EXPECTED[kind] is None:
        snils = {"good": "000-000-017 00", "without-snils": None, "other-snils": "000-000-018 00"}[kind]
        assert verify_signature(stand.realm, signed(made), TEXT).snils == snils
    else:
        assert refusal(stand, signed(made)) is EXPECTED[kind]
        assert KINDS[kind].outcome == f"refused: {EXPECTED[kind]}"


def test_lm_37_certificate_that_is_not_for_signing_in_is_refused(stand: Stand) -> None:
    mail = issued_by(stand, purposes=(ExtendedKeyUsageOID.EMAIL_PROTECTION,))
    assert refusal(stand, signed(mail)) is Reason.WRONG_USAGE


def test_authority_of_another_stand_is_foreign(stand: Stand) -> None:
    issued = issued_by(stand)
    signing_root_file(stand.settings).unlink()
    other = replace(stand.realm, _memory={})
    assert open_signing_root(other).certificate != open_signing_root(stand.realm).certificate
    with pytest.raises(SignatureRefused, match="untrusted"):
        verify_signature(other, signed(issued), TEXT)


def test_production_has_no_authority_and_trusts_nobody(stand: Stand) -> None:
    issued = issued_by(stand)
    settings = replace(stand.settings, environment="production", issuer="https://idp.test", codes_per_hour=5)
    production = replace(stand.realm, settings=settings, _memory={})
    with pytest.raises(StandUnusable, match="only with environment"):
        open_signing_root(production)
    with pytest.raises(SignatureRefused) as refused:
        verify_signature(production, signed(issued), TEXT)
    assert refused.value.reason is Reason.UNTRUSTED


def test_root_vouches_for_no_host(stand: Stand, openssl: OpenSsl) -> None:
    """Whoever trusts it on their machine has opened no door to whoever has its key."""
    root = open_signing_root(stand.realm)
    pair = make_key_pair("ec")
    server = root.sign(
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .public_key(serialization.load_der_public_key(pair.public))  # type: ignore[arg-type]
        .serial_number(17)
        .not_valid_before(root.certificate.not_valid_before_utc)
        .not_valid_after(root.certificate.not_valid_after_utc)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=True)
    )
    files = {
        name: certificate.public_bytes(serialization.Encoding.PEM)
        for name, certificate in (("root", root.certificate), ("server", server))
    }
    ended = openssl("verify", "-no-CApath", "-no-CAstore", "-CAfile", "root", "server", **files)
    assert ended.returncode != 0
    assert b"excluded subtree violation" in ended.stdout + ended.stderr


def test_workers_that_all_make_the_authority_have_the_same(stand: Stand) -> None:
    signing_root_file(stand.settings).unlink(missing_ok=True)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: open_signing_root(replace(stand.realm, _memory={})).certificate, range(32)))
    assert len({certificate.serial_number for certificate in made}) == 1
    path = signing_root_file(stand.settings)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not make_signing_root(stand.settings, SystemChance())


def test_file_that_is_no_authority_is_one_sentence(stand: Stand) -> None:
    path = signing_root_file(stand.settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("no key")
    with pytest.raises(StandUnusable, match="is not a private key"):
        open_signing_root(replace(stand.realm, _memory={}))


def test_container_is_opened_by_its_password_only(stand: Stand) -> None:
    issued, password = issued_by(stand), draw_password(stand.realm.chance)
    packed = container(issued, password=password)
    key, certificate, _ = pkcs12.load_key_and_certificates(packed, password.encode())
    assert certificate is not None and key is not None
    assert certificate.public_bytes(serialization.Encoding.DER) == issued.certificate
    assert certificate.public_key() == key.public_key()
    with pytest.raises(ValueError, match="Invalid password"):
        pkcs12.load_key_and_certificates(packed, b"another")


def test_container_with_a_gost_key_is_opened_by_openssl(stand: Stand, openssl: OpenSsl) -> None:
    packed = container(issued_by(stand, "gost256"), password="romashka")
    opened = openssl.made("opened", "pkcs12", "-in", "packed", "-passin", "pass:romashka", "-nodes", packed=packed)
    assert b"BEGIN PRIVATE KEY" in opened and b"BEGIN CERTIFICATE" in opened


def test_without_the_engine_a_gost_certificate_is_one_sentence(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idp.cms.openssl._program", lambda: None)
    with pytest.raises(StandUnusable, match="libengine-gost-openssl"):
        issued_by(stand, "gost256")


def test_database_holds_no_key_and_no_name_of_a_certificate(stand: Stand) -> None:
    issued = issued_by(stand)
    assert stand.rows("SELECT serial, citizen_id, algorithm, revoked_at FROM certificates") == [
        (issued.serial, person_of(stand).id, "ec", None)
    ]
