"""The system of ESIA's dialect that a stand begins with, and its keys, which the stand's own set-up makes."""

import stat
from dataclasses import replace

import pytest
from asn1crypto import pem
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ground.chance import SystemChance
from idp.clients import certificates, registry
from idp.cms import gost_engine
from idp.cms.gost_engine import GostKey
from idp.esia.ready_systems import certificate_file, key_file, make_missing_keys
from idp.seed import load_seed, read_esia_systems, start_over
from tests.idp.esia.keys import GostIdentity, RsaIdentity
from tests.idp.esia.signing import Identities
from tests.idp.esia.system import System
from tests.idp.stand import CLIENT, Stand

REDIRECT = "http://localhost:8000"


def make_keys(stand: Stand) -> list[str]:
    entries = read_esia_systems(stand.settings)
    made = make_missing_keys(stand.settings, entries, now=stand.clock.now(), chance=SystemChance())
    return [path.name for path in made]


@pytest.fixture
def ready(stand: Stand) -> System:
    """TESTIS as whoever owns the stand's folder uses it."""
    make_keys(stand)
    load_seed(stand.realm)
    stand.transport.hosts[REDIRECT] = stand.transport.hosts[CLIENT]
    files = {algorithm: key_file(stand.settings, "TESTIS", algorithm).read_bytes() for algorithm in ("gost", "rsa")}
    shown = {name: certificate_file(stand.settings, "TESTIS", name).read_bytes() for name in ("gost", "rsa")}
    private = serialization.load_pem_private_key(files["rsa"], None)
    assert isinstance(private, rsa.RSAPrivateKey)
    der = pem.unarmor(shown["gost"])[2]
    identities = Identities(
        RsaIdentity(private, x509.load_pem_x509_certificate(shown["rsa"])),
        GostIdentity(GostKey(pem.unarmor(files["gost"])[2], is_private=True), der, shown["gost"], files["gost"]),
    )
    return System(
        stand.issuer, stand.http(), stand.browser, stand.clock.now, identities=identities, callback=f"{REDIRECT}/callback"
    )


def certificates_of(stand: Stand) -> list[str]:
    with stand.realm.database.read() as connection:
        return [each.fingerprint for each in certificates.of_client(connection, "TESTIS")]


@pytest.mark.parametrize(("version", "signs"), [("v1", "rsa"), ("v1", "gost"), ("v2", "gost"), ("v2", "rsa")])
def test_c06_ready_system_signs_people_in_with_the_keys_of_the_stand(ready: System, version: str, signs: str) -> None:
    entered = ready.sign_in(version=version, signs=signs, person=("EsiaTest001@yandex.ru", "11111111"))
    assert entered.rest().json()["lastName"] == "Кувшинкина"


def test_c06_keys_are_made_once_for_their_owner_only(stand: Stand) -> None:
    made = make_keys(stand)
    assert made == ["TESTIS-gost.key", "TESTIS-gost.pem", "TESTIS-rsa.key", "TESTIS-rsa.pem"]
    folder = key_file(stand.settings, "TESTIS", "rsa").parent
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert make_keys(stand) == []


def test_machine_without_the_engine_has_the_system_with_rsa(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gost_engine, "is_available", lambda: False)
    assert make_keys(stand) == ["TESTIS-rsa.key", "TESTIS-rsa.pem"]
    monkeypatch.undo()
    load_seed(stand.realm)
    assert len(certificates_of(stand)) == 1
    assert make_keys(stand) == ["TESTIS-gost.key", "TESTIS-gost.pem"]
    load_seed(stand.realm)
    assert len(certificates_of(stand)) == 2, "the engine came later, and its key with it"


def test_stand_without_keys_has_no_such_system(stand: Stand) -> None:
    load_seed(stand.realm)
    with stand.realm.database.read() as connection:
        assert registry.find(connection, "TESTIS") is None


def test_what_an_operator_removed_stays_removed(stand: Stand, ready: System) -> None:
    first, second = certificates_of(stand)
    with stand.realm.database.write() as connection:
        certificates.remove(stand.realm, connection, "TESTIS", first, actor="operator:test")
    load_seed(stand.realm)
    assert certificates_of(stand) == [second]
    with stand.realm.database.write() as connection:
        registry.disable(stand.realm, connection, "TESTIS", actor="operator:test")
    load_seed(stand.realm)
    with stand.realm.database.read() as connection:
        assert registry.find(connection, "TESTIS") is None


def test_system_is_there_again_after_a_reset(stand: Stand, ready: System) -> None:
    with stand.realm.database.write() as connection:
        start_over(stand.realm, connection)
    assert len(certificates_of(stand)) == 2


def test_production_and_the_bank_have_none(stand: Stand) -> None:
    assert read_esia_systems(stand.settings)
    assert read_esia_systems(replace(stand.settings, environment="production", issuer="https://idp.test", codes_per_hour=5)) == []
    assert read_esia_systems(replace(stand.settings, instance="bank")) == []
