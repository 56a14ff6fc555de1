"""`propusk certificate` for people: issued, expired, revoked, and the bundle of specimens."""

import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from idp.authority.judging import verify_signature
from idp.authority.signing import sign
from idp.authority.specimens import KINDS
from idp.cms.verdict import SignatureRefused
from idp.realm import Realm, open_realm
from idp.seed import read_people
from idp.settings import read_settings
from tests.idp.authority.test_certificate_command import status_of

TEXT = b"text"


@pytest.fixture
def home(provider_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand that was prepared, on the machine's own clock."""
    folder = tmp_path / "home"
    shutil.copytree(provider_home, folder, symlinks=True)
    monkeypatch.setenv("PROPUSK_HOME", str(folder))
    monkeypatch.setenv("PROPUSK_CONFIG", str(folder / "config" / "idp.toml"))
    return folder


@pytest.fixture
def realm(home: Path) -> Iterator[Realm]:
    """The stand as it judges signatures."""
    realm = open_realm(read_settings())
    yield realm
    realm.database.close()


def verdict(realm: Realm, file: Path) -> str:
    """СНИЛС of whoever signs with the .pem file, or why not."""
    pem = file.read_bytes()
    certificate = x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)
    private = pem[pem.index(b"-----BEGIN PRIVATE KEY-----") :]
    try:
        return verify_signature(realm, sign(TEXT, certificate, private), TEXT).snils or "nobody"
    except SignatureRefused as refused:
        return refused.reason.value


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("login", ["vera", "vera@example.test", "+7 0000000017", "000-000-017 00"])
def test_certificate_is_issued_to_whoever_is_named(
    home: Path, realm: Realm, capsys: pytest.CaptureFixture[str], login: str
) -> None:
    assert status_of("certificate", "issue", "--person", login) == 0
    packed, plain, serial = said(capsys)
    file = home / "var" / "certificates" / f"certificate-{serial.split()[-1][:8]}.pem"
    assert plain == f"made {file}, for openssl"
    assert verdict(realm, file) == "000-000-017 00"
    found = re.fullmatch(rf"made {file.with_suffix('.p12')}, which the password (\w+) opens", packed)
    assert found
    assert pkcs12.load_key_and_certificates(file.with_suffix(".p12").read_bytes(), found[1].encode())[0]
    assert {stat.S_IMODE(each.stat().st_mode) for each in file.parent.iterdir()} == {0o600}


def test_folder_password_and_algorithm_are_chosen(home: Path, realm: Realm, tmp_path: Path) -> None:
    options = ["--out", str(tmp_path / "mine"), "--password", "ромашка", "--algorithm", "rsa"]
    assert status_of("certificate", "issue", "--person", "pyotr", *options) == 0
    (packed,) = (tmp_path / "mine").glob("*.p12")
    key, certificate, _ = pkcs12.load_key_and_certificates(packed.read_bytes(), "ромашка".encode())
    assert key is not None and certificate is not None
    assert certificate.public_key_algorithm_oid.dotted_string == "1.2.840.113549.1.1.1"
    assert verdict(realm, packed.with_suffix(".pem")) == "000-000-018 00"
    assert not (home / "var" / "certificates").exists()


def test_r057_expired_certificate_is_made(home: Path, realm: Realm) -> None:
    assert status_of("certificate", "expire", "--person", "vera") == 0
    (file,) = (home / "var" / "certificates").glob("expired-*.pem")
    assert verdict(realm, file) == "expired"


def test_r057_certificate_is_revoked_by_file_or_serial_number(
    home: Path, realm: Realm, capsys: pytest.CaptureFixture[str]
) -> None:
    for by_file in (True, False):
        assert status_of("certificate", "issue", "--person", "vera") == 0
        serial = said(capsys)[-1].split()[-1]
        (file,) = (home / "var" / "certificates").glob(f"*{serial[:8]}.pem")
        which = str(file) if by_file else ":".join(re.findall("..", serial.upper().zfill(40)))
        assert status_of("certificate", "revoke", which) == 0
        assert status_of("certificate", "revoke", which) == 0
        assert said(capsys) == [f"revoked {serial}", f"{serial} was revoked before"]
        assert verdict(realm, file) == "revoked"


def test_r057_bundle_has_a_specimen_of_every_kind_for_everybody(
    home: Path, realm: Realm, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of("certificate", "bundle") == 0
    folder = home / "var" / "certificates"
    people = {path.name for path in folder.iterdir() if path.is_dir()}
    assert people == {person["key"] for person in read_people(home / "config" / "seed")}
    for person in people:
        assert {path.stem for path in (folder / person).glob("*.p12")} == set(KINDS)
    assert {kind: verdict(realm, folder / "vera" / f"{kind}.pem") for kind in KINDS} == {
        "good": "000-000-017 00",
        "expired": "expired",
        "not-yet-valid": "not_yet_valid",
        "revoked": "revoked",
        "foreign-authority": "untrusted",
        "without-snils": "nobody",
        "other-snils": verdict(realm, folder / "vera" / "other-snils.pem"),
    }
    assert verdict(realm, folder / "vera" / "other-snils.pem").startswith("000-000-0")
    assert verdict(realm, folder / "vera" / "other-snils.pem") != "000-000-017 00"
    (line,) = said(capsys)
    password = line.split()[-1]
    assert f"`{password}`" in (folder / "README.md").read_text()
    assert pkcs12.load_key_and_certificates((folder / "anton" / "revoked.p12").read_bytes(), password.encode())[0]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["issue", "--person", "nobody"], "there is no test person nobody"),
        (["revoke", "17"], "no certificate with the serial number 17"),
        (["revoke", "no serial"], "neither a file nor a serial number"),
        (["revoke", "README"], "is not a certificate in PEM"),
    ],
    ids=["nobody", "unknown serial", "no serial", "another file"],
)
def test_mistake_is_one_sentence(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], expected: str
) -> None:
    monkeypatch.chdir(home)
    (home / "README").write_text("no certificate")
    assert status_of("certificate", *arguments) == 1
    sentence = capsys.readouterr().err
    assert expected in sentence and sentence.count("\n") == 1


def test_there_is_no_certificate_for_people_in_production(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"ENVIRONMENT": "production", "CODES_PER_HOUR": "5", "ISSUER": "https://idp.test"}.items():
        monkeypatch.setenv(f"PROPUSK_{name}", value)
    for arguments in (["issue", "--person", "vera"], ["expire", "--person", "vera"], ["revoke", "17"], ["bundle"]):
        assert status_of("certificate", *arguments) == 1
        assert "only with environment" in capsys.readouterr().err
    assert not (home / "keys" / "authority-signing").exists()
    assert status_of("keys") == 0
    assert not (home / "keys" / "authority-signing").exists()
