"""Who signed a request: every signature that a client of ESIA makes is known, once, and nothing else is."""

import hashlib

import pytest

from idp import retention
from idp.esia.client import Version, authenticate
from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.signed_text import V1, V2_AUTHORIZATION
from tests.idp.esia.keys import gost_identity, rsa_identity
from tests.idp.esia.signing import SPELLINGS, V1_WAYS, V2_WAYS, Identities
from tests.idp.esia.system import System, register_system, streebog_hash, timestamp
from tests.idp.stand import Stand

RECIPES = {"v1": (V1,), "v2": (V2_AUTHORIZATION,)}
WRONG = {"v1": "007005", "v2": "007053"}
VERSIONS: tuple[Version, ...] = ("v1", "v2")


def refused(stand: Stand, parameters: dict[str, str], version: Version) -> tuple[str, str]:
    """The number and the cause of a refusal."""
    with pytest.raises(EsiaRefused) as caught:
        authenticate(stand.realm, parameters, version=version, recipes=RECIPES[version])
    return caught.value.number, caught.value.cause


@pytest.mark.parametrize("way", V1_WAYS)
def test_es_01_every_message_of_v1_proves_its_system(stand: Stand, way: str) -> None:
    system = register_system(stand)
    signer = authenticate(stand.realm, system.authorization("v1", signs=way), version="v1", recipes=RECIPES["v1"])
    assert signer.client.client_id == system.client_id
    assert signer.certificate.der == system.identities.certificate(way)


@pytest.mark.parametrize("spells", SPELLINGS)
@pytest.mark.parametrize("way", V2_WAYS)
def test_es_01_every_raw_signature_of_v2_proves_its_system(stand: Stand, way: str, spells: str) -> None:
    system = register_system(stand)
    parameters = system.authorization("v2", signs=way, spells=spells)
    signer = authenticate(stand.realm, parameters, version="v2", recipes=RECIPES["v2"])
    assert signer.certificate.der == system.identities.certificate(way)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["scope", "timestamp", "state", "client_id"])
def test_es_02_what_was_swapped_after_signing_is_refused(stand: Stand, version: Version, name: str) -> None:
    system = register_system(stand)
    register_system(stand, "OTHERIS")
    other = {"scope": "openid", "timestamp": timestamp(stand.clock.now() + 1), "state": "another", "client_id": "OTHERIS"}
    parameters = system.authorization(version, signs="rsa", tampered={name: other[name]})
    assert refused(stand, parameters, version)[0] == WRONG[version]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("secret", ["!!!", "a", "AAAA", "A" * 60_000, "AA AA"])
def test_es_03_what_is_no_signature_is_refused(stand: Stand, version: Version, secret: str) -> None:
    system = register_system(stand)
    assert refused(stand, system.authorization(version, client_secret=secret), version)[0] == WRONG[version]


@pytest.mark.parametrize("version", VERSIONS)
def test_es_06_a_certificate_that_is_not_in_the_list_proves_nothing(stand: Stand, version: Version) -> None:
    register_system(stand)
    stranger = Identities(rsa_identity("Чужая система"), gost_identity("Чужая система"))
    system = register_system(stand, "OTHERIS", identities=stranger)
    impostor = System(system.address, system.http, system.new_browser, system.now, identities=stranger)
    assert refused(stand, impostor.authorization(version, signs="rsa"), version)[0] == WRONG[version]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("seconds", "number"), [(-301, "007015"), (301, "007015"), (-300, ""), (300, "")])
def test_es_08_timestamp_is_believed_for_five_minutes(stand: Stand, version: Version, seconds: int, number: str) -> None:
    system = register_system(stand)
    parameters = system.authorization(version, signs="rsa", timestamp=timestamp(stand.clock.now() + seconds))
    if number:
        assert refused(stand, parameters, version)[0] == number
    else:
        assert authenticate(stand.realm, parameters, version=version, recipes=RECIPES[version])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("text", ["2026.11.22 20:15:53  0000", "2026-11-22 20:15:53 +0000", "2026.13.22 20:15:53 +0000"])
def test_es_08_a_malformed_timestamp_counts_as_missing(stand: Stand, version: Version, text: str) -> None:
    system = register_system(stand)
    assert refused(stand, system.authorization(version, signs="rsa", timestamp=text), version)[0] == "007014"


@pytest.mark.parametrize("version", VERSIONS)
def test_each_text_is_good_once(stand: Stand, version: Version) -> None:
    system = register_system(stand)
    parameters = system.authorization(version, signs="gost", state="one")
    assert authenticate(stand.realm, parameters, version=version, recipes=RECIPES[version])
    assert refused(stand, parameters, version) == (WRONG[version], "the signature was used before")
    anew = system.authorization(version, signs="rsa", state="one", timestamp=parameters["timestamp"])
    assert refused(stand, anew, version) == (WRONG[version], "the signature was used before")


def test_used_signatures_are_forgotten_once_their_timestamp_is_too_old(stand: Stand) -> None:
    system = register_system(stand)
    authenticate(stand.realm, system.authorization("v2", signs="rsa"), version="v2", recipes=RECIPES["v2"])
    stand.clock.advance(2 * retention.DAY_SECONDS)
    authenticate(stand.realm, system.authorization("v2", signs="rsa"), version="v2", recipes=RECIPES["v2"])
    leftover = next(each for each in retention.leftovers(stand.realm) if each.table.name == "used_signatures")
    with stand.realm.database.read() as connection:
        assert len(connection.execute(leftover.table.select()).all()) == 2
        assert len(connection.execute(leftover.table.select().where(leftover.is_over)).all()) == 1


@pytest.mark.parametrize("spelling", [str.lower, str.upper])
def test_certificate_is_named_by_streebog_or_sha256_in_either_case(stand: Stand, spelling: object) -> None:
    system = register_system(stand)
    assert callable(spelling)
    for named in (streebog_hash(system.identities.rsa.der), _sha256(system.identities.rsa.der)):
        parameters = system.authorization("v2", signs="rsa", client_certificate_hash=spelling(named))
        assert authenticate(stand.realm, parameters, version="v2", recipes=RECIPES["v2"])


def test_hash_of_another_certificate_is_refused(stand: Stand) -> None:
    system = register_system(stand)
    for named in (streebog_hash(system.identities.gost.der), "0" * 64):
        assert refused(stand, system.authorization("v2", signs="rsa", client_certificate_hash=named), "v2")[0] == "007053"


@pytest.mark.parametrize("version", VERSIONS)
def test_system_without_a_certificate_is_told_so(stand: Stand, version: Version) -> None:
    system = register_system(stand, is_certified=False)
    assert refused(stand, system.authorization(version, signs="rsa"), version)[0] == "007002"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("client_id", ["NOBODY", "client", "N" * 5_000])
def test_who_is_no_system_of_the_dialect_is_not_known(stand: Stand, version: Version, client_id: str) -> None:
    system = register_system(stand)
    assert refused(stand, system.authorization(version, signs="rsa", client_id=client_id), version)[0] == "008010"


@pytest.mark.parametrize(
    ("version", "name", "number"),
    [
        ("v1", "client_id", "007014"),
        ("v1", "client_secret", "007014"),
        ("v1", "scope", "007013"),
        ("v1", "timestamp", "007014"),
        ("v1", "state", "007014"),
        ("v2", "client_certificate_hash", "007014"),
    ],
)
def test_what_is_mandatory_is_named(stand: Stand, version: Version, name: str, number: str) -> None:
    system = register_system(stand)
    for nothing in (None, ""):
        found, cause = refused(stand, system.authorization(version, signs="rsa", tampered={name: nothing}), version)
        assert (found, cause) == (number, f"{name} is missing")


def test_a_stranger_writes_one_row_a_minute(stand: Stand) -> None:
    system = register_system(stand)
    for _ in range(5):
        refused(stand, system.authorization("v2", signs="rsa", client_id="NOBODY"), "v2")
    rows = [event for event in stand.events() if event["action"] == "client.refused"]
    assert [(row["object"], row["outcome"]) for row in rows] == [("client:NOBODY", "ESIA-008010")]


def _sha256(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()
