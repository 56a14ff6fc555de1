"""Request objects by value and by reference, through the authorization endpoint (RFC 9101; OpenID Connect Core 1.0, 6)."""

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from joserfc.jwk import Key

from tests.browser import Browser
from tests.idp.signing import make_key, public_set, signed, unsigned
from tests.idp.stand import CALLBACK, Stand, answer_of

INSIDE = {"response_type": "code", "redirect_uri": CALLBACK, "scope": "openid email", "state": "inner", "nonce": "inner nonce"}
BARE: dict[str, str | None] = {"redirect_uri": None, "state": None, "nonce": None}


@pytest.fixture(scope="module")
def key() -> Key:
    return make_key("ES256")


def claims(stand: Stand, **changes: Any) -> dict[str, Any]:
    whole = INSIDE | {"iss": "signer", "aud": stand.issuer, "client_id": "signer"} | changes
    return {name: value for name, value in whole.items() if value is not None}


def bring(stand: Stand, browser: Browser | None = None, **parameters: str | None) -> Browser:
    return (browser or stand.browser()).open(stand.authorize_url(**(BARE | {"client_id": "signer"} | parameters)))


class ObjectServer:
    """A client's web server with a request object, and with its keys."""

    def __init__(self, objects: Mapping[str, bytes]) -> None:
        self.objects = dict(objects)
        self.asked: list[str] = []

    def __call__(self, environment: Mapping[str, Any], start_response: Any) -> list[bytes]:
        path = environment["PATH_INFO"]
        self.asked.append(path)
        found = path in self.objects
        start_response("200 OK" if found else "404 Not Found", [("Content-Type", "application/oauth-authz-req+jwt")])
        return [self.objects.get(path, b"")]


def finish(stand: Stand, browser: Browser) -> dict[str, str]:
    stand.sign_in(browser)
    assert "vera@example.test" in browser.text
    return answer_of(browser.submit("consent", "allow"))


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_signed_object_is_the_request(stand: Stand, algorithm: str) -> None:
    own = make_key(algorithm)
    stand.add_client("signer", jwks=public_set(own))
    answer = finish(stand, bring(stand, request=signed(own, claims(stand), algorithm=algorithm)))
    assert answer["state"] == "inner"


def test_unsigned_object_is_the_request_of_a_client_that_registered_no_algorithm(stand: Stand) -> None:
    stand.add_client("signer")
    assert finish(stand, bring(stand, request=unsigned(INSIDE)))["state"] == "inner"


def test_unsigned_object_of_a_client_that_signs_is_refused(stand: Stand, key: Key) -> None:
    stand.add_client("signer", jwks=public_set(key), request_object_algorithm="ES256")
    browser = bring(stand, request=unsigned(INSIDE), redirect_uri=CALLBACK, state="outer")
    assert answer_of(browser)["error"] == "invalid_request_object"
    assert answer_of(browser)["state"] == "outer"


def test_object_signed_by_somebody_else_is_refused(stand: Stand, key: Key) -> None:
    stand.add_client("signer", jwks=public_set(key))
    forged = signed(make_key("ES256", kid=key.kid), claims(stand), algorithm="ES256")
    assert answer_of(bring(stand, request=forged, redirect_uri=CALLBACK))["error"] == "invalid_request_object"


def test_redirect_uri_of_an_object_is_judged_as_any(stand: Stand, key: Key) -> None:
    stand.add_client("signer", jwks=public_set(key))
    evil = signed(key, claims(stand, redirect_uri="https://evil.test/"), algorithm="ES256")
    browser = bring(stand, request=evil, redirect_uri=CALLBACK)
    assert (browser.status, browser.url.startswith(stand.issuer)) == (400, True)


def test_object_with_a_jti_comes_once(stand: Stand, key: Key) -> None:
    stand.add_client("signer", jwks=public_set(key))
    token = signed(key, claims(stand, jti="one", exp=Stand.START + 300), algorithm="ES256")
    assert "sign-in" in bring(stand, request=token).forms()
    again = bring(stand, request=token)
    assert answer_of(again)["error"] == "invalid_request_object"
    other = signed(key, claims(stand, jti="two", exp=Stand.START + 300), algorithm="ES256")
    assert "sign-in" in bring(stand, request=other).forms()


def test_names_of_used_objects_are_forgotten_when_they_have_run_out(stand: Stand, key: Key) -> None:
    stand.add_client("signer", jwks=public_set(key))
    bring(stand, request=signed(key, claims(stand, jti="one", exp=Stand.START + 10), algorithm="ES256"))
    stand.clock.advance(71)
    bring(stand, request=signed(key, claims(stand, jti="two", exp=Stand.START + 100), algorithm="ES256"))
    assert stand.rows("SELECT count(*) FROM used_request_objects") == [(1,)]


def test_request_and_request_uri_are_never_used_together(stand: Stand) -> None:
    browser = stand.browser().open(stand.authorize_url(request=unsigned(INSIDE), request_uri="https://client.test/r"))
    assert answer_of(browser)["error"] == "invalid_request"


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "e30.e30.", "x" * 20_000, "eyJhbGciOiJub25lIn0.W10."])
def test_text_that_is_no_object_is_refused(stand: Stand, text: str) -> None:
    browser = stand.browser().open(stand.authorize_url(request=text))
    assert answer_of(browser)["error"] == "invalid_request_object"


def test_object_is_fetched_from_where_the_client_keeps_it(stand: Stand, key: Key) -> None:
    token = signed(key, claims(stand), algorithm="ES256")
    server = ObjectServer({"/r": token.encode(), "/jwks": orjson.dumps(public_set(key))})
    stand.transport.hosts["https://client.test"] = server
    stand.add_client("signer", jwks_uri="https://client.test/jwks", request_uris=("https://client.test/r",))
    assert finish(stand, bring(stand, request_uri="https://client.test/r#v1"))["state"] == "inner"
    assert server.asked == ["/r", "/jwks"]


@pytest.mark.parametrize(
    "uri",
    ["https://client.test/missing", "https://nobody.test/r", "https://elsewhere.example/r", "file:///etc/passwd", "https://[",
     "https://client.test/large", "https://client.test/binary", "urn:other:x", ""],
)  # fmt: skip
def test_object_that_cannot_be_had_is_refused_at_the_client(stand: Stand, uri: str) -> None:
    server = ObjectServer({"/large": b"x" * 20_000, "/binary": b"\xff\xfe"})
    stand.transport.hosts |= {"https://client.test": server, "https://elsewhere.example": server}
    browser = stand.browser().open(stand.authorize_url(request_uri=uri))
    assert answer_of(browser)["error"] == "invalid_request_uri"


def test_address_that_is_not_registered_is_not_asked(stand: Stand) -> None:
    stand.transport.hosts["https://client.test"] = server = ObjectServer({"/r": unsigned(INSIDE).encode()})
    stand.add_client("signer", request_uris=("https://client.test/other",))
    browser = bring(stand, request_uri="https://client.test/r", redirect_uri=CALLBACK)
    assert answer_of(browser)["error"] == "invalid_request_uri"
    assert server.asked == []


def test_refusal_without_an_address_to_send_it_to_is_a_page_with_its_code(stand: Stand) -> None:
    browser = stand.browser().open(stand.authorize_url(request="junk", redirect_uri=None))
    assert browser.status == 400
    assert "invalid_request_object" in browser.text
