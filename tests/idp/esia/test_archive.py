"""The archive of certificates: what it holds verifies what the stand signs, also after a rotation and without an engine."""

import base64
import io
import json
import zipfile
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc.jwk import RSAKey

from idp.cms import gost_engine
from idp.cms.certificate import describe_certificate
from idp.cms.registered import verify_raw
from idp.keyring.certificates import certificate_of
from idp.keyring.rotation import algorithms_here, rotate
from idp.settings import RequestJournal
from idp.tokens.minting import mint_esia
from tests.idp.openssl import OpenSsl, open_program
from tests.idp.requests.reading import recorded
from tests.idp.stand import ISSUER, Stand

ADDRESS = f"{ISSUER}/public/esia.zip"
GOST = "GOST3410_2012_256"


@pytest.fixture
def openssl(tmp_path: Path) -> OpenSsl:
    return open_program(tmp_path)


def fetch(stand: Stand) -> dict[str, bytes]:
    """The files of the archive."""
    answer = stand.http().get(ADDRESS)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def certificates(files: dict[str, bytes], kind: str) -> list[bytes]:
    """The certificates of a kind in DER: those of RSA stand there in PEM, as ESIA's do."""
    found = [content for name, content in files.items() if name.startswith(kind) and name.endswith(".cer")]
    return [base64.b64decode(b"".join(pem.split(b"\n")[1:-2])) for pem in found] if kind == "RSA" else found


def token(stand: Stand, algorithm: str) -> tuple[bytes, bytes]:
    """What a token of ESIA's is signed over, and the signature."""
    made = mint_esia(stand.realm, {"iss": "http://esia.gosuslugi.ru/"}, header={"typ": "JWT"}, algorithm=algorithm)  # type: ignore[arg-type]
    message, _, signature = made.rpartition(".")
    return message.encode(), base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))


def test_archive_verifies_a_token_of_rsa(stand: Stand) -> None:
    files = fetch(stand)
    assert all("TEST_STAND" in name for name in files)
    (der,), (message, signature) = certificates(files, "RSA"), token(stand, "RS256")
    certificate = x509.load_der_x509_certificate(der)
    assert "test stand" in certificate.subject.rfc4514_string()
    certificate.verify_directly_issued_by(certificate)
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    (jwk,) = (json.loads(content) for name, content in files.items() if name.startswith("RSA") and name.endswith(".jwk"))
    assert jwk["kid"] == RSAKey.import_key(jwk).thumbprint()
    assert RSAKey.import_key(jwk).public_key.public_numbers() == key.public_numbers()


def test_archive_verifies_a_token_of_gost_by_the_program_alone(stand: Stand, openssl: OpenSsl) -> None:
    (der,), (message, signature) = certificates(fetch(stand), "ГОСТ"), token(stand, GOST)
    assert len(signature) == 64
    assert describe_certificate(der).kind == "gost"
    openssl.made("gost.pem", "x509", "-inform", "DER", "-in", "gost.cer", **{"gost.cer": der})
    assert openssl("verify", "-check_ss_sig", "-CAfile", "gost.pem", "gost.pem").returncode == 0, "it signed itself"
    ended = openssl("x509", "-in", "gost.pem", "-noout", "-pubkey")
    check = ("dgst", "-engine", "gost", "-md_gost12_256", "-verify", "public.pem", "-signature", "signature", "message")
    files = {"public.pem": ended.stdout, "signature": signature, "message": message}
    assert b"Verified OK" in openssl(*check, **files).stdout
    assert b"Verified OK" not in openssl(*check, **files | {"message": message + b"x"}).stdout


def test_after_a_rotation_there_are_both_until_the_old_key_is_gone(stand: Stand) -> None:
    before = fetch(stand)
    old = {algorithm: certificate_of(stand.realm, algorithm) for algorithm in ("RS256", GOST)}
    stand.clock.advance(24 * 3600)
    rotate(stand.realm, algorithms_here(), actor="operator:test")
    after = fetch(stand)
    assert before.items() < after.items(), "what was there is there as it was, byte for byte"
    assert len(after) == 2 * len(before)
    for kind, algorithm in (("RSA", "RS256"), ("ГОСТ", GOST)):
        new = certificate_of(stand.realm, algorithm)
        assert certificates(after, kind) == [old[algorithm], new], "the oldest first, and the new one signs"


def test_certificate_of_a_key_stays_the_same_for_every_process(stand: Stand) -> None:
    again = Stand(stand.settings.home, stand.clock)
    for algorithm in ("RS256", GOST):
        assert certificate_of(stand.realm, algorithm) == certificate_of(again.realm, algorithm)
    assert fetch(stand) == fetch(again)
    again.close()


def test_certificate_that_was_lost_is_made_again(stand: Stand) -> None:
    (file,) = (stand.settings.keys_folder / "signing").glob("*.cer")
    file.unlink()
    made = certificate_of(stand.realm, GOST)
    assert file.read_bytes() == made
    assert file.stat().st_mode & 0o777 == 0o600
    message, signature = token(stand, GOST)
    verify_raw(signature, message, made, stand.clock.now())


def test_es_12_without_the_engine_there_are_certificates_of_rsa(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gost_engine, "_loaded", lambda: gost_engine.GostUnavailable("libcrypto has no GOST engine"))
    files = fetch(stand)
    assert {name.partition("_")[0] for name in files} == {"RSA"}
    with pytest.raises(gost_engine.GostUnavailable, match="install the engine"):
        token(stand, GOST)
    token(stand, "RS256")


def test_archive_is_read_and_nothing_else(stand: Stand) -> None:
    assert stand.http().post(ADDRESS).status_code == 405
    head = stand.http().head(ADDRESS)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(stand.http().get(ADDRESS).content)


@pytest.mark.parametrize("stand_settings", [{"request_journal": RequestJournal()}], ids=["journal"])
def test_request_journal_keeps_the_archive_as_it_was_sent(sqlite_stand: Stand) -> None:
    answer = sqlite_stand.http().get(ADDRESS)
    (one,) = recorded(sqlite_stand)
    assert (one.exchange.path, one.exchange.answer_body) == ("/public/esia.zip", answer.content)
