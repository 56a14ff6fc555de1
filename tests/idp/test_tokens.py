"""Tokens, byte for byte, and the keys that sign them."""

import base64
import hashlib
import json
import threading

import pytest
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet

from idp.errors import StandUnusable
from idp.keyring import private
from idp.keyring.rotation import make_missing_keys, make_new_keys
from idp.protocol.vocabulary import SIGNING_ALGORITHMS
from tests.idp.stand import ISSUER, SECRET, Stand

REGISTRY_API = "http://localhost:8500/api"


def parts_of(token: str) -> tuple[dict[str, object], dict[str, object]]:
    header, payload, _ = token.split(".")
    return tuple(json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, payload))  # type: ignore[return-value]


def published(stand: Stand) -> list[dict[str, str]]:
    return list(stand.http().get(f"{ISSUER}/oauth2/jwks").json()["keys"])


@pytest.fixture
def tick(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock of the key ring, moved by writing its one item."""
    seconds = [1000.0]
    monkeypatch.setattr(private, "monotonic_seconds", lambda: seconds[0])
    return seconds


def test_id_token_says_what_the_specification_asks(stand: Stand) -> None:
    tokens = stand.tokens(nonce="n-1", acr_values="substantial")
    header, claims = parts_of(tokens["id_token"])
    assert header.keys() == {"alg", "typ", "kid"}
    assert (header["alg"], header["typ"]) == ("RS256", "JWT")
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    sid = claims.pop("sid")
    assert claims == {
        "iss": ISSUER,
        "sub": stand.citizen("vera@example.test"),
        "aud": "client",
        "iat": Stand.START,
        "exp": Stand.START + 600,
        "auth_time": Stand.START,
        "acr": "substantial",
        "amr": ["pwd", "otp", "sms", "mfa"],
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        "nonce": "n-1",
    }
    assert sid


def test_access_token_is_of_its_own_type_and_names_its_audience(stand: Stand) -> None:
    header, claims = parts_of(stand.tokens(scope="openid snils registry.read")["access_token"])
    assert (header["alg"], header["typ"]) == ("ES256", "at+jwt")
    assert claims.pop("jti")
    assert claims == {
        "iss": ISSUER,
        "sub": stand.citizen("vera@example.test"),
        "aud": [REGISTRY_API, ISSUER],
        "client_id": "client",
        "scope": "openid snils registry.read",
        "iat": Stand.START,
        "exp": Stand.START + 600,
        "acr": "low",
        "auth_time": Stand.START,
    }


def test_without_a_nonce_there_is_none(stand: Stand) -> None:
    assert "nonce" not in parts_of(stand.tokens(nonce=None)["id_token"])[1]


def test_az_09_nonce_of_512_characters_comes_back_byte_for_byte(stand: Stand) -> None:
    nonce = "é~" * 256
    assert parts_of(stand.tokens(nonce=nonce)["id_token"])[1]["nonce"] == nonce


def test_az_27_without_openid_there_is_no_id_token(stand: Stand) -> None:
    tokens = stand.tokens(scope="snils registry.read")
    assert "id_token" not in tokens
    assert tokens["scope"] == "snils registry.read"


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_tokens_of_both_algorithms_verify_by_the_published_keys_and_equal_joserfcs_own_bytes(
    stand: Stand, algorithm: str
) -> None:
    stand.add_client("typed", id_token_algorithm=algorithm)
    token = str(stand.redeem(stand.obtain_code(client_id="typed"), auth=("typed", SECRET)).body["id_token"])
    verified = stand.verified(token)
    assert verified.header["alg"] == algorithm
    key = KeySet.import_key_set({"keys": [jwk for jwk in published(stand) if jwk["kid"] == verified.header["kid"]]})
    content = jws.deserialize_compact(token, key, algorithms=[algorithm])
    assert json.loads(content.payload) == verified.claims
    spelt = (base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).rstrip(b"=") for part in parts_of(token))
    assert b".".join(spelt).decode() == token.rpartition(".")[0]


@pytest.mark.parametrize("which", ["id_token", "access_token"])
def test_changed_token_does_not_verify(stand: Stand, which: str) -> None:
    header, payload, signature = stand.tokens()[which].split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "==")) | {"sub": stand.citizen("maya@example.test")}
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    with pytest.raises(BadSignatureError):
        stand.verified(f"{header}.{forged}.{signature}")


def test_key_set_holds_public_parts_only_and_kid_is_the_thumbprint(stand: Stand) -> None:
    keys = published(stand)
    assert {key["alg"] for key in keys} == set(SIGNING_ALGORITHMS)
    for key in keys:
        assert key["use"] == "sig"
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & key.keys()
    for key in KeySet.import_key_set({"keys": keys}).keys:
        assert key.kid == key.thumbprint()


def test_jw_12_rotation_needs_no_restart_and_old_tokens_go_on_verifying(stand: Stand, tick: list[float]) -> None:
    old = stand.tokens()
    before = {key["kid"] for key in published(stand)}
    make_new_keys(stand.settings.keys_folder / "signing", now=Stand.START)
    assert {key["kid"] for key in published(stand)} == before, "looked at less than a second ago"
    tick[0] += 1.0
    assert before < {key["kid"] for key in published(stand)}
    new = stand.tokens()
    for which in ("id_token", "access_token"):
        assert parts_of(new[which])[0]["kid"] not in before
        stand.verified(old[which])
        stand.verified(new[which])
    assert stand.userinfo(old["access_token"]).status_code == 200


def test_removed_key_verifies_nothing_any_more(stand: Stand, tick: list[float]) -> None:
    token = stand.tokens()["access_token"]
    folder = stand.settings.keys_folder / "signing"
    first = list(folder.iterdir())
    make_new_keys(folder, now=Stand.START)
    for file in first:
        file.unlink()
    tick[0] += 1.0
    assert stand.userinfo(token).status_code == 401


def test_no_sign_in_fails_while_keys_rotate(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private, "LOOK_AGAIN_SECONDS", 0.0)
    folder, done, faults = stand.settings.keys_folder / "signing", threading.Event(), []
    tokens = [stand.tokens()["access_token"]]

    def rotate() -> None:
        try:
            for step in range(4):
                make_new_keys(folder, now=Stand.START + step)
        except OSError as fault:
            faults.append(fault)
        finally:
            done.set()

    rotating = threading.Thread(target=rotate)
    rotating.start()
    while not done.is_set():
        tokens.append(stand.tokens()["access_token"])
    rotating.join()
    assert not faults
    assert all(stand.userinfo(token).status_code == 200 for token in tokens)


def test_c06_keys_are_made_once_readable_by_their_owner_only(stand: Stand) -> None:
    folder = stand.settings.keys_folder / "signing"
    assert make_missing_keys(folder, now=Stand.START) == []
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def _swap(folder: object) -> None:
    rs = next(file for file in folder.iterdir() if "RS256" in file.name)  # type: ignore[attr-defined]
    es = next(file for file in folder.iterdir() if "ES256" in file.name)  # type: ignore[attr-defined]
    es.write_bytes(rs.read_bytes())


def _spoil(folder: object) -> None:
    next(folder.glob("*.pem")).write_text("not a key")  # type: ignore[attr-defined]


def _lose(folder: object) -> None:
    next(file for file in folder.iterdir() if "ES256" in file.name).unlink()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("harm", "words"), [(_swap, "not the key its name says"), (_spoil, "not a private key"), (_lose, "no ES256 key")]
)
def test_folder_of_keys_that_was_tampered_with_is_one_sentence(stand: Stand, harm: object, words: str) -> None:
    harm(stand.settings.keys_folder / "signing")  # type: ignore[operator]
    with pytest.raises(StandUnusable, match=words):
        private.ring_of(stand.realm).refresh()


def test_minting_and_joserfc_agree_on_what_a_token_is(stand: Stand) -> None:
    token = stand.tokens()["access_token"]
    claims = jwt.decode(token, KeySet.import_key_set({"keys": published(stand)}), algorithms=["ES256"]).claims
    assert claims == parts_of(token)[1]
