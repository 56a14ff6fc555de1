"""ГОСТ Р 34.10-2012 is judged like every other algorithm where OpenSSL has its engine, and refused in words where not."""

import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from idp.cms import gost
from idp.cms import openssl as program
from idp.cms.detached_signature import verify
from idp.cms.verdict import Reason, SignatureRefused, Trust
from tests.idp.cms.certifying import NOW, TEXT
from tests.idp.openssl import OpenSsl, open_program

YEAR = 365 * 24 * 3600
EXTENSIONS = b"""
[ca]
default_ca = here
[here]
database = index
serial = serial
new_certs_dir = .
certificate = root.pem
private_key = root.key
policy = anything
default_md = default
unique_subject = no
email_in_dn = no
string_mask = utf8only
default_crl_days = 36500
[anything]
commonName = supplied
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[person]
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
authorityKeyIdentifier = keyid
"""


@dataclass(frozen=True)
class GostParty:
    """A root and a person with GOST keys; certificates and lists are made by OpenSSL alone, and signed by GOST too."""

    openssl: OpenSsl
    bits: int
    root: bytes
    nobody_revoked: bytes

    def sign(self, text: bytes = TEXT, who: str = "person") -> bytes:
        return self.openssl.made(
            "signature", "cms", "-sign", "-binary", "-nosmimecap", "-in", "text", "-outform", "DER",
            "-signer", f"{who}.pem", "-inkey", f"{who}.key", text=text,
        )  # fmt: skip

    def revoked(self) -> bytes:
        """The list when the person's certificate has been revoked."""
        self.authority("-revoke", "person.pem")
        return self.authority("-gencrl", "-crl_lastupdate", "20260101000000Z", "-out", "revoked.pem", made="revoked.pem")

    def authority(self, *arguments: str, made: str = "") -> bytes:
        ended = self.openssl("ca", "-batch", "-config", "authority.cnf", *arguments)
        assert ended.returncode == 0, ended.stderr.decode()
        return self.der("crl", made) if made else b""

    def der(self, kind: str, name: str) -> bytes:
        return self.openssl.made("der", kind, "-in", name, "-outform", "DER")

    def trust(self, **changes: Any) -> Trust:
        return replace(Trust(roots=(self.root,), revocation_lists=(self.nobody_revoked,)), **changes)


def make_party(folder: Path, bits: int) -> GostParty:
    openssl = open_program(folder)
    (folder / "authority.cnf").write_bytes((folder / "openssl.cnf").read_bytes() + EXTENSIONS)
    (folder / "index").touch()
    (folder / "serial").write_text("1000")
    for name in ("root", "person"):
        key = ("genpkey", "-algorithm", f"gost2012_{bits}", "-pkeyopt", "paramset:A")
        openssl.made(f"{name}.key", *key)
        subject = "/CN=Учебный ГОСТ" if name == "root" else "/CN=Ромашкина Вера/1.2.643.100.3=00000001700"
        request = ("req", "-new", "-utf8", "-config", "authority.cnf", "-key", f"{name}.key", "-subj", subject)
        openssl.made(f"{name}.csr", *request)
    party = GostParty(openssl, bits, b"", b"")
    dates = ("-startdate", "20260101000000Z", "-enddate", "20270101000000Z", "-notext", "-preserveDN")
    party.authority("-selfsign", *dates, "-in", "root.csr", "-extensions", "root", "-out", "root.pem")
    party.authority(*dates, "-in", "person.csr", "-extensions", "person", "-out", "person.pem")
    nobody = party.authority("-gencrl", "-crl_lastupdate", "20260101000000Z", "-out", "nobody.pem", made="nobody.pem")
    return replace(party, root=party.der("x509", "root.pem"), nobody_revoked=nobody)


@pytest.fixture(scope="session", params=[256, 512])
def party(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> GostParty:
    return make_party(tmp_path_factory.mktemp("gost"), request.param)


def refusal(signature: bytes, trust: Trust, *, text: bytes = TEXT, at: int = NOW) -> Reason:
    with pytest.raises(SignatureRefused) as refused:
        verify(signature, text, trust, at)
    return refused.value.reason


def test_es_12_gost_signature_is_believed(party: GostParty) -> None:
    verified = verify(party.sign(), TEXT, party.trust(), NOW)
    assert (verified.algorithm, verified.name) == (f"gost2012-{party.bits}", "Ромашкина Вера")
    assert verified.certificate == party.der("x509", "person.pem")


def test_r057_gost_signature_of_another_text_is_refused(party: GostParty) -> None:
    assert refusal(party.sign(b"another text"), party.trust()) is Reason.WRONG_CONTENT


def test_gost_signature_that_was_tampered_with_is_refused(party: GostParty) -> None:
    signature = bytearray(party.sign())
    signature[-3] ^= 1
    assert refusal(bytes(signature), party.trust()) is Reason.BAD_SIGNATURE


def test_r057_gost_certificate_is_refused_outside_its_dates(party: GostParty) -> None:
    assert refusal(party.sign(), party.trust(), at=NOW + YEAR) is Reason.EXPIRED
    assert refusal(party.sign(), party.trust(), at=NOW - YEAR) is Reason.NOT_YET_VALID


def test_r057_gost_certificate_of_a_foreign_authority_is_refused(
    party: GostParty, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = make_party(tmp_path_factory.mktemp("stranger"), party.bits)
    assert refusal(stranger.sign(), party.trust()) is Reason.UNTRUSTED
    lists = (party.nobody_revoked, stranger.nobody_revoked)
    assert refusal(stranger.sign(), party.trust(revocation_lists=lists)) is Reason.UNTRUSTED


def test_r057_gost_certificate_is_judged_by_lists(tmp_path: Path) -> None:
    party = make_party(tmp_path, 256)
    assert refusal(party.sign(), party.trust(revocation_lists=())) is Reason.REVOCATION_UNKNOWN
    assert refusal(party.sign(), party.trust(revocation_lists=(party.revoked(),))) is Reason.REVOKED


def test_es_12_without_the_engine_gost_is_refused_in_words(party: GostParty, monkeypatch: pytest.MonkeyPatch) -> None:
    signature = party.sign()
    monkeypatch.setattr(program, "_program", lambda: None)
    with pytest.raises(SignatureRefused, match="not installed") as refused:
        verify(signature, TEXT, party.trust(), NOW)
    assert refused.value.reason is Reason.UNSUPPORTED


def test_machine_without_the_program_has_no_gost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    program._program.cache_clear()
    try:
        assert not program.has_gost()
    finally:
        program._program.cache_clear()


def test_what_openssl_works_with_is_private_and_gone_afterwards(openssl: OpenSsl) -> None:
    assert openssl, "the machine has it"
    with program.open_desk() as desk:
        assert desk is not None
        desk.put("secret", b"secret")
        assert stat.S_IMODE(desk.folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((desk.folder / "secret").stat().st_mode) == 0o600
    assert not desk.folder.exists()


def test_program_that_hangs_is_stopped(openssl: OpenSsl, monkeypatch: pytest.MonkeyPatch) -> None:
    assert openssl, "the machine has it"
    monkeypatch.setattr(program, "LONGEST_SECONDS", 0.05)
    with program.open_desk() as desk:
        assert desk is not None
        outcome = replace(desk, program="/bin/sleep").run("5")
    assert outcome.status is None
    assert gost._refusal(outcome).reason is Reason.MALFORMED
