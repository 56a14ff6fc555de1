"""The test authority: certificates that TLS libraries take, for names that can do no harm, made again only when they must."""

import datetime
import ssl
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from ground.chance import SeededChance, SystemChance
from ground.clock import FixedClock, SystemClock
from idp.authority import files
from idp.authority.root import COMMON_NAME, Root, certificate_file, open_root, private_file
from idp.authority.server_certificates import ensure_server_certificate, server_files
from idp.errors import StandUnusable

START = 1_795_340_000
DAY = 24 * 3600
NAMES = ("idp.test", "localhost", "127.0.0.1", "::1")


@dataclass
class Authority:
    home: Path
    clock: FixedClock
    chance: SeededChance

    @property
    def folder(self) -> Path:
        return self.home / "authority"

    @property
    def server(self) -> Path:
        return self.home / "idp" / "tls"

    def root(self) -> Root:
        return open_root(self.folder, clock=self.clock, chance=self.chance)[0]

    def ensure(self, *names: str) -> bool:
        return ensure_server_certificate(self.root(), self.server, names or NAMES, clock=self.clock, chance=self.chance)

    def certificate(self) -> x509.Certificate:
        certificate = files.read_certificate(server_files(self.server).certificate)
        assert certificate is not None
        return certificate


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, FixedClock(START), SeededChance(b"authority"))


def test_root_says_that_it_is_no_real_one_and_may_vouch_for_test_names_only(authority: Authority) -> None:
    root = authority.root().certificate
    assert root.subject.rfc4514_string() == f"CN={COMMON_NAME}"
    constraints = root.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    permitted = {str(name.value) for name in constraints.value.permitted_subtrees or ()}
    assert permitted == {"localhost", "test", "127.0.0.0/8", "::1/128"}
    basic = root.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, 0)
    assert root.not_valid_after_utc == datetime.datetime.fromtimestamp(START + 3650 * DAY, datetime.UTC)


def test_server_certificate_is_for_servers_of_its_names_and_for_397_days(authority: Authority) -> None:
    assert authority.ensure()
    certificate = authority.certificate()
    certificate.verify_directly_issued_by(authority.root().certificate)
    alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(name.value) for name in alternative} == set(NAMES)
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert certificate.not_valid_after_utc == datetime.datetime.fromtimestamp(START + 397 * DAY, datetime.UTC)


def test_private_keys_are_readable_by_their_owner_only(authority: Authority) -> None:
    authority.ensure()
    for path in (private_file(authority.folder), server_files(authority.server).private):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert b"PRIVATE KEY" in path.read_bytes()
    for path in (certificate_file(authority.folder), server_files(authority.server).certificate):
        assert b"PRIVATE KEY" not in path.read_bytes()


def test_certificate_that_is_good_is_left_alone(authority: Authority) -> None:
    assert authority.ensure(*NAMES)
    before = {path: path.read_bytes() for path in authority.home.rglob("*.pem")}
    authority.clock.advance(366 * DAY)
    assert not authority.ensure(*reversed(NAMES)), "their order is nobody's business"
    assert before == {path: path.read_bytes() for path in authority.home.rglob("*.pem")}


def test_certificate_is_made_again_for_other_names(authority: Authority) -> None:
    authority.ensure("idp.test")
    assert authority.ensure("rp.test")
    assert not authority.ensure("rp.test")


def test_certificate_is_made_again_when_fewer_than_30_days_remain(authority: Authority) -> None:
    authority.ensure()
    authority.clock.advance(367 * DAY + 1)
    assert authority.ensure()


def test_certificate_of_a_clock_that_was_moved_back_is_made_again(authority: Authority) -> None:
    authority.ensure()
    authority.clock.advance(-2 * DAY)
    assert authority.ensure()


def test_new_root_is_made_before_the_old_one_ends_and_everything_under_it_anew(authority: Authority) -> None:
    authority.ensure()
    first = authority.root().certificate
    authority.clock.advance(3621 * DAY)
    assert authority.ensure()
    assert authority.root().certificate != first
    authority.certificate().verify_directly_issued_by(authority.root().certificate)


def test_certificate_never_outlives_its_root(authority: Authority) -> None:
    root = authority.root().certificate
    authority.clock.advance(3600 * DAY)
    assert authority.ensure()
    assert authority.certificate().not_valid_after_utc == root.not_valid_after_utc


@pytest.mark.parametrize("damage", ["certificate", "private", "other key"])
def test_server_files_that_do_not_belong_together_are_made_again(authority: Authority, damage: str) -> None:
    authority.ensure()
    place = server_files(authority.server)
    if damage == "certificate":
        place.certificate.write_text("not a certificate")
    elif damage == "private":
        place.private.unlink()
    else:
        files.write_key(place.private, files.make_key())
    assert authority.ensure()


def test_root_whose_files_do_not_belong_together_is_refused_in_one_sentence(authority: Authority) -> None:
    authority.root()
    files.write_key(private_file(authority.folder), files.make_key())
    with pytest.raises(StandUnusable, match="do not belong together"):
        authority.root()
    private_file(authority.folder).unlink()
    with pytest.raises(StandUnusable, match="is missing"):
        authority.root()


@pytest.mark.parametrize(
    "name",
    ["example.com", "test", "test.com", "localhost.evil.com", "8.8.8.8", "2001:db8::1", "128.0.0.1", "*.test", "идп.test", ""],
)
def test_name_that_the_authority_may_not_vouch_for_is_refused(authority: Authority, name: str) -> None:
    with pytest.raises(StandUnusable):
        authority.ensure("idp.test", name)
    assert not authority.server.exists()


def test_number_of_names_is_bounded(authority: Authority) -> None:
    with pytest.raises(StandUnusable, match="1 to 20 names"):
        authority.ensure(*(f"n{number}.test" for number in range(21)))


@pytest.mark.parametrize("name", ["idp.test", "localhost", "deep.under.idp.localhost", "127.0.0.1", "::1"])
def test_tls_library_shakes_hands_under_each_kind_of_name(tmp_path: Path, name: str) -> None:
    clock, chance = SystemClock(), SystemChance()
    root, _ = open_root(tmp_path / "authority", clock=clock, chance=chance)
    ensure_server_certificate(root, tmp_path / "tls", [name], clock=clock, chance=chance)
    assert shake_hands(tmp_path / "authority" / "root.pem", tmp_path / "tls", name)


def test_tls_library_refuses_a_certificate_of_our_root_for_a_real_name(tmp_path: Path) -> None:
    clock, chance = SystemClock(), SystemChance()
    root, _ = open_root(tmp_path / "authority", clock=clock, chance=chance)
    ensure_server_certificate(root, tmp_path / "tls", ["idp.test"], clock=clock, chance=chance)
    forged = root.sign(forged_for("bank.example.com", tmp_path / "tls"))
    files.write_certificate(server_files(tmp_path / "tls").certificate, forged)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shake_hands(tmp_path / "authority" / "root.pem", tmp_path / "tls", "bank.example.com")


def forged_for(name: str, folder: Path) -> x509.CertificateBuilder:
    """What a thief of the root's key would have it sign."""
    private = files.read_key(server_files(folder).private)
    known = files.read_certificate(server_files(folder).certificate)
    assert private is not None
    assert known is not None
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .public_key(private.public_key())
        .serial_number(known.serial_number)
        .not_valid_before(known.not_valid_before_utc)
        .not_valid_after(known.not_valid_after_utc)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=True)
    )


def shake_hands(trusted: Path, folder: Path, name: str) -> bool:
    """A TLS handshake in memory, by OpenSSL's rules."""
    place = server_files(folder)
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(place.certificate, place.private)
    client_context = ssl.create_default_context(cafile=str(trusted))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname=name)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    done: set[ssl.SSLObject] = set()
    while len(done) < 2:
        for side in (client, server):
            try:
                side.do_handshake()
                done.add(side)
            except ssl.SSLWantReadError:
                continue
    return client.version() == "TLSv1.3"
