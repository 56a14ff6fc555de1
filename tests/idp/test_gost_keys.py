"""Keys of GOST are signing keys like the others where the engine is, and where it is not, nothing of OpenID misses them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ground.chance import SeededChance
from idp.cms import gost_engine
from idp.cms.gost_2012 import public_key
from idp.cms.gost_engine import GostKey, GostUnavailable
from idp.errors import StandUnusable
from idp.keyring.certificates import certificate_of
from idp.keyring.gost import CURVE_ORDER, GOST_ALGORITHM, draw_gost, read_gost
from idp.keyring.private import KeyRing, ring_of
from idp.keyring.rotation import make_missing_keys, make_new_keys
from idp.protocol.vocabulary import SIGNING_ALGORITHMS
from tests.idp.openssl import open_program
from tests.idp.stand import ISSUER, Stand

MESSAGE = b"eyJ2ZXIiOjF9.eyJpc3MiOiJodHRwOlwvXC9lc2lhIn0"


@pytest.fixture
def no_engine(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that made the keys of the stand has lost its engine since."""
    assert stand, "made before the engine goes"
    monkeypatch.setattr(gost_engine, "_loaded", lambda: GostUnavailable("libcrypto has no GOST engine"))


def signing(stand: Stand) -> Path:
    return stand.settings.keys_folder / "signing"


def gost_files(stand: Stand) -> list[Path]:
    return sorted(signing(stand).glob(f"*{GOST_ALGORITHM}*.pem"))


def published(stand: Stand) -> set[str]:
    return {key["alg"] for key in stand.http().get(f"{ISSUER}/oauth2/jwks").json()["keys"]}


def test_key_of_gost_signs_64_bytes_and_stands_in_no_key_set(stand: Stand) -> None:
    key = ring_of(stand.realm).signing_key(GOST_ALGORITHM)
    signature = key.sign(MESSAGE)
    assert len(signature) == 64
    private = read_gost(gost_files(stand)[0].read_bytes())
    assert public_key(private.public_key_info).verify(MESSAGE, signature)
    assert published(stand) == set(SIGNING_ALGORITHMS)
    assert stand.tokens()["access_token"]


def test_openssl_reads_the_key_as_it_was_written(stand: Stand, tmp_path: Path) -> None:
    openssl = open_program(tmp_path)
    ended = openssl("pkey", "-in", "key.pem", "-pubout", "-outform", "DER", **{"key.pem": gost_files(stand)[0].read_bytes()})
    assert ended.returncode == 0, ended.stderr.decode()
    assert ended.stdout == read_gost(gost_files(stand)[0].read_bytes()).public_key_info


def test_keys_of_many_draws_are_keys_of_the_curve() -> None:
    keys = [draw_gost(SeededChance(bytes([number]))) for number in range(50)]
    assert len({key.thumbprint() for key in keys}) == 50
    for key in keys:
        assert GostKey(key.public_key_info).verify(MESSAGE, key.sign(MESSAGE))
        assert 0 < int.from_bytes(key.pkcs8[-32:], "little") < CURVE_ORDER


def test_one_key_signs_for_many_threads_at_once(stand: Stand) -> None:
    key = ring_of(stand.realm).signing_key(GOST_ALGORITHM)
    verifying = public_key(read_gost(gost_files(stand)[0].read_bytes()).public_key_info)

    def work(number: int) -> bool:
        message = MESSAGE + bytes([number % 256])
        signature = key.sign(message)
        return verifying.verify(message, signature) and not verifying.verify(MESSAGE, signature)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(800)))


@pytest.mark.usefixtures("no_engine")
def test_es_12_without_the_engine_all_else_goes_on(stand: Stand) -> None:
    assert len(gost_files(stand)) == 1, "its file is left alone"
    with pytest.raises(GostUnavailable, match=r"libengine-gost-openssl.*scripts/keys"):
        ring_of(stand.realm).signing_key(GOST_ALGORITHM)
    with pytest.raises(GostUnavailable):
        certificate_of(stand.realm, GOST_ALGORITHM)
    assert published(stand) == set(SIGNING_ALGORITHMS)
    stand.verified(str(stand.tokens()["id_token"]))


@pytest.mark.usefixtures("no_engine")
def test_without_the_engine_no_key_of_gost_is_made(tmp_path: Path) -> None:
    made = [*make_missing_keys(tmp_path, now=Stand.START), *make_new_keys(tmp_path, now=Stand.START)]
    assert len(made) == 2 * len(SIGNING_ALGORITHMS)
    assert not [path for path in tmp_path.iterdir() if GOST_ALGORITHM in path.name]


def test_stand_from_before_there_was_gost_says_how_to_get_a_key(stand: Stand) -> None:
    for file in signing(stand).glob(f"*{GOST_ALGORITHM}*"):
        file.unlink()
    with pytest.raises(GostUnavailable, match="scripts/keys"):
        ring_of(stand.realm).signing_key(GOST_ALGORITHM)
    assert stand.tokens()["access_token"]
    (made,) = make_missing_keys(signing(stand), now=Stand.START)
    ring_of(stand.realm).look_again()
    assert ring_of(stand.realm).signing_key(GOST_ALGORITHM).kid in made.name


def test_newest_key_of_gost_signs(stand: Stand) -> None:
    before = ring_of(stand.realm).signing_key(GOST_ALGORITHM).kid
    make_new_keys(signing(stand), now=Stand.START)
    ring_of(stand.realm).look_again()
    assert ring_of(stand.realm).signing_key(GOST_ALGORITHM).kid != before
    assert len(gost_files(stand)) == 2


@pytest.mark.parametrize("content", [b"", b"hello", b"-----BEGIN PRIVATE KEY-----\nMIGk\n-----END PRIVATE KEY-----\n", None])
def test_c11_spoiled_file_of_a_key_is_named(stand: Stand, content: bytes | None) -> None:
    (file,) = gost_files(stand)
    file.write_bytes(content if content is not None else draw_gost(SeededChance(b"another")).pem())
    with pytest.raises(StandUnusable, match=file.name):
        KeyRing(signing(stand)).refresh()
