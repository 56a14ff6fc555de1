"""The keys of clients: where they come from, how long they are kept, and what they verify."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from ground.clock import FixedClock
from idp.clients.keys import KeysUnusable, SignatureWrong, check_signature, keys_of
from idp.protocol.client import Client
from idp.protocol.compact_jwt import JwtMalformed, take_apart
from idp.realm import Realm, open_realm
from idp.settings import Settings
from tests.idp.signing import make_key, public_set, signed
from tests.idp.stand import Stand, make_keys
from tests.wsgi_transport import WsgiTransport

ADDRESS = "https://client.test/jwks"
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
CLIENT = Client(client_id="client", name="c", redirect_uris=(), authentication="none")
REMOTE = replace(CLIENT, jwks_uri=ADDRESS)


class KeyServer:
    """A client's web server with its key set."""

    def __init__(self) -> None:
        self.document: object = {"keys": []}
        self.status = "200 OK"
        self.asked = 0

    def __call__(self, _environment: object, start_response: object) -> list[bytes]:
        self.asked += 1
        start_response(self.status, [("Content-Type", "application/json"), ("Set-Cookie", "a=b")])  # type: ignore[operator]
        return [self.document if isinstance(self.document, bytes) else orjson.dumps(self.document)]


@pytest.fixture
def server() -> KeyServer:
    return KeyServer()


@pytest.fixture
def realm(tmp_path: Path, server: KeyServer) -> Realm:
    make_keys(tmp_path)
    hosts = {"https://client.test": server, "https://elsewhere.example": server}
    settings = Settings(environment="test", home=tmp_path)
    return open_realm(settings, clock=FixedClock(Stand.START), transport=WsgiTransport(hosts))


def verify(realm: Realm, client: Client, token: str) -> None:
    check_signature(realm, client, take_apart(token), algorithms=ALGORITHMS)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_signature_of_each_algorithm_is_verified_by_a_registered_key(realm: Realm, algorithm: str) -> None:
    key = make_key(algorithm)
    client = replace(CLIENT, jwks=public_set(make_key("ES256", kid="another"), key))
    verify(realm, client, signed(key, {"a": 1}, algorithm=algorithm))
    verify(realm, client, signed(key, {"a": 1}, algorithm=algorithm, header={"kid": None}))


def test_signature_by_another_key_is_wrong(realm: Realm) -> None:
    client = replace(CLIENT, jwks=public_set(make_key("ES256", kid="k")))
    with pytest.raises(SignatureWrong):
        verify(realm, client, signed(make_key("ES256", kid="k"), {}, algorithm="ES256"))


def test_algorithm_that_is_not_allowed_is_refused_whatever_the_key(realm: Realm) -> None:
    key = make_key("RS256")
    with pytest.raises(SignatureWrong):
        check_signature(
            realm, replace(CLIENT, jwks=public_set(key)), take_apart(signed(key, {}, algorithm="RS256")), algorithms=["PS256"]
        )


def test_key_that_names_its_algorithm_serves_no_other(realm: Realm) -> None:
    key = make_key("RS256")
    document = {"keys": [key.as_dict(private=False) | {"alg": "PS256"}]}
    with pytest.raises(SignatureWrong):
        verify(realm, replace(CLIENT, jwks=document), signed(key, {}, algorithm="RS256"))


def test_ca_16_weak_symmetric_private_and_encryption_keys_verify_nothing(realm: Realm) -> None:
    weak = {"kty": "RSA", "n": "w" * 171, "e": "AQAB"}
    private = ECKey.generate_key("P-256").as_dict(private=True)
    encrypting = RSAKey.generate_key(2048).as_dict(private=False) | {"use": "enc"}
    strange = [{"kty": "AKP"}, {"kty": "RSA"}, {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, {}, "text", {"kty": ["RSA"]}]
    document = {"keys": [weak, OctKey.generate_key(256).as_dict(private=True), private, encrypting, *strange]}
    assert keys_of(realm, replace(CLIENT, jwks=document)) == ()


@pytest.mark.parametrize("document", [{}, {"keys": {}}, {"keys": [{}] * 51}])
def test_key_set_that_is_none_is_unusable(realm: Realm, document: Mapping[str, object]) -> None:
    with pytest.raises(KeysUnusable):
        keys_of(realm, replace(CLIENT, jwks=document))


def test_client_without_keys_has_none(realm: Realm) -> None:
    with pytest.raises(KeysUnusable):
        keys_of(realm, CLIENT)


def test_fetched_keys_are_kept_for_five_minutes(realm: Realm, server: KeyServer) -> None:
    server.document = public_set(key := make_key("ES256"))
    for _ in range(3):
        verify(realm, REMOTE, signed(key, {}, algorithm="ES256"))
    assert server.asked == 1
    assert isinstance(realm.clock, FixedClock)
    realm.clock.advance(299)
    keys_of(realm, REMOTE)
    assert server.asked == 1
    realm.clock.advance(1)
    keys_of(realm, REMOTE)
    assert server.asked == 2


def test_client_may_rotate_its_keys_at_once(realm: Realm, server: KeyServer) -> None:
    server.document = public_set(make_key("ES256", kid="old"))
    keys_of(realm, REMOTE)
    server.document = public_set(key := make_key("ES256", kid="new"))
    verify(realm, REMOTE, signed(key, {}, algorithm="ES256"))
    assert server.asked == 2


def test_forger_with_ever_new_kids_does_not_make_us_knock_for_ever(realm: Realm, server: KeyServer) -> None:
    server.document = public_set(make_key("ES256"))
    for number in range(20):
        with pytest.raises(SignatureWrong):
            verify(realm, REMOTE, signed(make_key("ES256", kid=f"k{number}"), {}, algorithm="ES256"))
    assert server.asked == 6


@pytest.mark.parametrize("content", [b"not json", b"[]", b"{" * 100_000, b""])
def test_answer_that_is_no_key_set_is_a_clean_refusal(realm: Realm, server: KeyServer, content: bytes) -> None:
    server.document = content
    with pytest.raises(KeysUnusable):
        keys_of(realm, REMOTE)


def test_failure_is_remembered_for_a_moment_only(realm: Realm, server: KeyServer) -> None:
    server.status = "503 Service Unavailable"
    for _ in range(3):
        with pytest.raises(KeysUnusable):
            keys_of(realm, REMOTE, kid="any")
    assert server.asked == 1
    server.status, server.document = "200 OK", public_set(make_key("ES256"))
    assert isinstance(realm.clock, FixedClock)
    realm.clock.advance(10)
    assert len(keys_of(realm, REMOTE)) == 1


@pytest.mark.parametrize("address", ["https://elsewhere.example/jwks", "https://nobody.test/jwks", "file:///etc/passwd", "x"])
def test_ca_10_keys_are_fetched_from_allowed_hosts_only(realm: Realm, server: KeyServer, address: str) -> None:
    with pytest.raises(KeysUnusable):
        keys_of(realm, replace(CLIENT, jwks_uri=address))
    assert server.asked == 0


def test_cookies_of_a_client_are_not_kept(realm: Realm, server: KeyServer) -> None:
    server.document = public_set(make_key("ES256"))
    keys_of(realm, REMOTE)
    assert not realm.fetch.cookies


@pytest.mark.parametrize(
    "text",
    ["", "a.b", "a.b.c.d", "e30.e30.", "eyJhbGciOjF9.e30.", "W10.e30.", "e30.W10.", "ä.e30.e30", "eyJhbGciOiJSUzI1NiJ9.e30.A",
     "eyJhbGciOiJSUzI1NiIsImNyaXQiOlsiYiJdfQ.e30.", "eyJhbGciOiJSUzI1NiIsInR5cCI6MX0.e30.", "a" * 20_000],
)  # fmt: skip
def test_text_that_is_no_jwt_is_refused_before_anybody_believes_it(text: str) -> None:
    with pytest.raises(JwtMalformed) as caught:
        take_apart(text)
    assert str(caught.value).isascii()


def test_ed448_is_no_eddsa_key_of_ours_unless_it_verifies(realm: Realm) -> None:
    key = OKPKey.generate_key("X25519")
    with pytest.raises(SignatureWrong):
        verify(
            realm,
            replace(CLIENT, jwks={"keys": [key.as_dict(private=False)]}),
            signed(make_key("EdDSA", kid="k"), {}, algorithm="EdDSA"),
        )
