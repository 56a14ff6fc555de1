"""Systems of ESIA's dialect on the command line: registered, with certificates, and with a key for whoever has none."""

import contextlib
import io
import json
import stat
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from asn1crypto import pem
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from idp.cli import client_certificates, clients, esia, propusk, run
from idp.cms.gost_engine import GostKey
from idp.protocol.esia.mnemonic import RULES, MnemonicUnusable, check_mnemonic
from tests.idp.esia.keys import GostIdentity, RsaIdentity, gost_identity, rsa_identity
from tests.idp.esia.signing import Identities
from tests.idp.esia.system import payload_of, register_system, streebog_hash
from tests.idp.stand import CALLBACK, Stand


class Operator:
    """Whoever types commands at a stand."""

    def __init__(self, stand: Stand, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stand, self.folder = stand, folder
        for module in (clients, client_certificates, esia):
            monkeypatch.setattr(module, "read_settings", lambda: stand.settings)
            monkeypatch.setattr(module, "open_realm", lambda _: stand.realm)

    def run(self, *words: str) -> Result:
        result = CliRunner().invoke(propusk, list(words))
        assert result.exit_code == 0, result.exception or result.output
        return result

    def refused(self, *words: str) -> str:
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            assert run(lambda **_: propusk(list(words), standalone_mode=False)) == 1
        assert said.getvalue().count("\n") == 1
        return said.getvalue()

    def file(self, name: str, content: bytes) -> str:
        (self.folder / name).write_bytes(content)
        return str(self.folder / name)


@pytest.fixture
def operator(stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    return Operator(stand, tmp_path, monkeypatch)


CREATE = ("client", "create", "Поликлиника", "--dialect", "esia", "--redirect-uri", CALLBACK)


@pytest.mark.parametrize("mnemonic", ["TESTIS", "A", "MED-01_X", "0", "X" * 100, "TEST-PGU"])
def test_mnemonic_that_esia_takes(mnemonic: str) -> None:
    assert check_mnemonic(mnemonic) == mnemonic


@pytest.mark.parametrize(
    ("mnemonic", "word"),
    [("", "written with"), ("testis", "written with"), ("ТЕСТ", "written with"), ("A B", "written with"), ("A\n", "written with"),
     ("X" * 101, "100"), ("MYESIA1", "ESIA"), ("EPGU", "ESIA, EPGU"), ("A-GOSUSLUGI", "GOSUSLUGI"), ("SMEV3", "SMEV"),
     ("PGU-1", "PGU")],
)  # fmt: skip
def test_mnemonic_that_esia_refuses(mnemonic: str, word: str) -> None:
    with pytest.raises(MnemonicUnusable, match=word):
        check_mnemonic(mnemonic)
    assert all(rule.fact.source for rule in RULES)


def test_system_is_registered_with_the_certificates_of_files(operator: Operator) -> None:
    pem, der = operator.file("rsa.pem", rsa_identity().certificate_pem), operator.file("gost.cer", gost_identity().der)
    options = ("--mnemonic", "MED01", "--certificate", pem, "--certificate", der, "--scope", "openid snils org_inn")
    shown = json.loads(operator.run(*CREATE, *options, "--algorithm", "GOST3410_2012_256").stdout)
    assert (shown["client_id"], shown["dialect"], shown["esia_algorithm"]) == ("MED01", "esia", "GOST3410_2012_256")
    assert shown["scope"] == "openid org_inn snils"
    hashes = {each["client_certificate_hash"] for each in shown["certificates"]}
    assert hashes == {streebog_hash(rsa_identity().der), streebog_hash(gost_identity().der)}
    assert "secret" not in json.dumps(shown)
    assert json.loads(operator.run("client", "show", "MED01").stdout) == shown
    assert "MED01  Поликлиника" in operator.run("client", "list").output


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ((), "needs a --mnemonic"),
        (("--mnemonic", "testis"), "upper-case"),
        (("--mnemonic", "MED", "--public"), "--public says nothing"),
        (("--mnemonic", "MED", "--authentication", "client_secret_post"), "--authentication says nothing"),
        (("--mnemonic", "MED", "--scope", "openid usr_inf"), "usr_inf has been withdrawn"),
        (("--mnemonic", "MED", "--scope", "openid profile"), "profile is none of them"),
        (("--mnemonic", "MED", "--redirect-uri", "http://bad.example/"), "http is for loopback"),
    ],
)
def test_system_that_cannot_be_is_refused_in_a_sentence(operator: Operator, options: tuple[str, ...], word: str) -> None:
    assert word in operator.refused(*CREATE, *options)


def test_file_that_is_no_certificate_is_refused(operator: Operator) -> None:
    register_system(operator.stand, "MED", is_certified=False)
    for content, word in (
        (b"hello", "no X.509"),
        (rsa_identity().key_pem, "private key"),
        (rsa_identity("weak", bits=1024).der, "believed"),
    ):
        assert word in operator.refused("client", "certificate", "add", "MED", operator.file("x", content))
    assert operator.run("client", "certificate", "list", "MED").output == ""


def test_options_of_esia_say_nothing_to_a_client_of_openid(operator: Operator) -> None:
    words = ("client", "create", "x", "--redirect-uri", CALLBACK, "--mnemonic", "MED")
    assert "--mnemonic says nothing" in operator.refused(*words)
    assert "no system of ESIA's dialect" in operator.refused("client", "certificate", "list", "client")


def test_name_is_never_given_again(operator: Operator) -> None:
    operator.run(*CREATE, "--mnemonic", "MED01")
    operator.run("client", "disable", "MED01")
    assert "never given again" in operator.refused(*CREATE, "--mnemonic", "MED01")


def test_certificates_are_added_listed_and_removed(operator: Operator) -> None:
    system = register_system(operator.stand, is_certified=False)
    gost = system.identities.gost
    file = operator.file("gost.pem", gost.certificate_pem)
    assert streebog_hash(gost.der) in operator.run("client", "certificate", "add", "TESTIS", file).output
    assert system.sign_in().rest().status_code == 200
    listed = operator.run("client", "certificate", "list", "TESTIS").output
    assert listed.count("\n") == 1 and "GOST R 34.10-2012" in listed
    operator.run("client", "certificate", "remove", "TESTIS", listed.split()[0])
    assert "007002" in system.post(system.token_request("code")).json()["error_description"], "there is none any more"
    assert "no such certificate" in operator.refused("client", "certificate", "remove", "TESTIS", file)
    operator.run("client", "certificate", "add", "TESTIS", file)
    operator.run("client", "certificate", "remove", "TESTIS", file)
    assert operator.run("client", "certificate", "list", "TESTIS").output == ""


def test_system_is_changed_and_keeps_what_is_not_said(operator: Operator) -> None:
    system = register_system(operator.stand)
    before = json.loads(operator.run("client", "show", "TESTIS").output)
    changed = json.loads(operator.run("client", "change", "TESTIS", "--algorithm", "GOST3410_2012_256").output)
    assert changed == before | {"esia_algorithm": "GOST3410_2012_256"}
    token = system.sign_in().access_token
    assert json.loads(urlsafe_b64decode(token.partition(".")[0] + "=="))["alg"] == "GOST3410_2012_256"
    operator.run("client", "change", "TESTIS", "--redirect-uri", "https://elsewhere.test/back", "--scope", "openid")
    assert "ESIA-007023" in system.new_browser().open(system.authorize_url()).text
    for wrong, words in (
        ((), "say what to change"),
        (("--scope", "nonsense"), "scopes of ESIA"),
        (("--redirect-uri", "no address"), "redirect_uris"),
    ):
        assert words in operator.refused("client", "change", "TESTIS", *wrong)
    assert "standard endpoints" in operator.refused("client", "change", "client", "--name", "Other")


def test_system_has_ten_certificates_at_most(operator: Operator) -> None:
    register_system(operator.stand, is_certified=False)
    files = [operator.file(f"{number}", rsa_identity(f"key {number}").der) for number in range(11)]
    operator.run("client", "certificate", "add", "TESTIS", *files[:10])
    assert "10 certificates" in operator.refused("client", "certificate", "add", "TESTIS", files[10])


@pytest.mark.parametrize("algorithm", ["gost", "rsa"])
def test_one_command_makes_a_system_that_works(operator: Operator, algorithm: str) -> None:
    """Its files sign what a person then signs in by, and are for their owner only."""
    words = ("esia", "new-key", "NOVAYA", "--algorithm", algorithm, "--out", str(operator.folder / "made"))
    assert "--redirect-uri" in operator.refused(*words)
    shown = json.loads(operator.run(*words, "--redirect-uri", CALLBACK).stdout)
    key, certificate = (operator.folder / "made" / f"NOVAYA-{algorithm}.{suffix}" for suffix in ("key", "pem"))
    assert stat.S_IMODE(key.stat().st_mode) == 0o600 and b"PRIVATE KEY" in key.read_bytes()
    assert b"BEGIN CERTIFICATE" in certificate.read_bytes()
    system = register_system(operator.stand, "ANOTHER")
    system.client_id = "NOVAYA"
    system.identities = _identities(key, certificate, algorithm)
    entered = system.sign_in(signs=algorithm, scope="openid fullname")
    assert payload_of(entered.access_token)["client_id"] == shown["client_id"] == "NOVAYA"
    assert "exists" in operator.refused(*words)


def test_one_more_key_is_registered_beside_the_others(operator: Operator) -> None:
    system = register_system(operator.stand)
    operator.run("esia", "new-key", "TESTIS", "--algorithm", "rsa", "--out", str(operator.folder))
    assert operator.run("client", "certificate", "list", "TESTIS").output.count("\n") == 3
    assert system.sign_in().rest().status_code == 200


def test_machine_without_the_engine_makes_rsa_keys_and_says_what_is_missing(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("idp.cms.openssl._program", lambda: None)
    words = ("esia", "new-key", "NOVAYA", "--out", str(operator.folder), "--redirect-uri", CALLBACK)
    assert "libengine-gost-openssl" in operator.refused(*words)
    assert "there is no client NOVAYA" in operator.refused("client", "certificate", "list", "NOVAYA")
    assert "made" in operator.run(*words, "--algorithm", "rsa").output


def _identities(key: Path, certificate: Path, algorithm: str) -> Identities:
    """What stands in two files, as the reference client signs with it."""
    der = pem.unarmor(certificate.read_bytes())[2]
    if algorithm == "gost":
        made = GostKey(pem.unarmor(key.read_bytes())[2], is_private=True)
        return Identities(rsa_identity(), GostIdentity(made, der, certificate.read_bytes(), key.read_bytes()))
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    return Identities(RsaIdentity(private, x509.load_der_x509_certificate(der)), gost_identity())
