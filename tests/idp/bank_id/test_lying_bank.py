"""A bank that lies, is slow, broken or down: nobody is let in, one sentence says so, and the other ways stay open."""

import hmac
import socket
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ground.clock import monotonic_seconds
from idp.authentication.methods.bank_id import identities
from idp.authentication.methods.bank_id.bank import BankUnavailable, conversation
from idp.authentication.methods.bank_id.id_token import Customer
from idp.realm import open_realm
from idp.settings import BankId
from tests.browser import Browser
from tests.idp.bank import go_on
from tests.idp.bank_id.lying_bank import HONEST_KEY, Answer, LyingBank, json
from tests.idp.signing import make_key, signed, unsigned
from tests.idp.stand import BANK, Stand, answer_of
from tests.suites.sign_in_methods.driver import attempt_of

SUBJECT = "a customer of the lying bank"
NOW = Stand.START
NOT_BELIEVED = "Ответ банка не прошёл проверку"
UNAVAILABLE = "Банк сейчас не отвечает"


@pytest.fixture
def bank(stand: Stand) -> LyingBank:
    """A bank that is honest until a test says otherwise, and that Vera has linked."""
    with stand.realm.database.write() as connection:
        identities.link(stand.realm, connection, stand.citizen("vera@example.test"), Customer(BANK, SUBJECT))
    return LyingBank(stand, SUBJECT)


def through(stand: Stand) -> Browser:
    browser = stand.browser().open(stand.authorize_url())
    return go_on(browser.open(f"{attempt_of(browser)}/bank").submit("bank-form", "submit"))


def assert_nobody_is_let_in(stand: Stand, browser: Browser, said: str) -> None:
    assert said in browser.text, browser.text
    assert stand.rows("SELECT 1 FROM sessions") == []
    assert "Логин и пароль" in browser.text, "the other ways are there"
    browser.open(f"{BANK.replace('8402', '8400')}/sign-in/{_attempt_id(stand)}/password")
    stand.sign_in(browser)
    assert len(stand.rows("SELECT 1 FROM sessions")) == 1, "and work"


def _attempt_id(stand: Stand) -> object:
    return stand.rows("SELECT id FROM sign_in_attempts ORDER BY created_at DESC")[0][0]


def test_bank_of_these_tests_is_honest_until_a_test_says_otherwise(stand: Stand, bank: LyingBank) -> None:
    browser = through(stand)
    browser.submit("consent", "allow")
    assert "code" in answer_of(browser)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://bank.example"},
        {"iss": f"{BANK}/"},
        {"iss": None},
        {"aud": "another client"},
        {"aud": None},
        {"aud": ["another client"]},
        {"aud": ["propusk", "another client"]},
        {"aud": ["propusk", "another client"], "azp": "another client"},
        {"azp": "another client"},
        {"azp": ""},
        {"exp": NOW - 61},
        {"exp": None},
        {"exp": True},
        {"exp": "soon"},
        {"iat": NOW + 61},
        {"iat": NOW - 661},
        {"iat": None},
        {"auth_time": NOW - 661},
        {"auth_time": None},
        {"nonce": "another nonce"},
        {"nonce": ""},
        {"nonce": None},
        {"nonce": None, "nonce_supported": False},
        {"nonce": 1},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 1},
        {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}},
    ],
    ids=str,
)
def test_lm_40_id_token_that_fails_a_check_lets_nobody_in(stand: Stand, bank: LyingBank, claims: dict[str, Any]) -> None:
    bank.claims = claims
    assert_nobody_is_let_in(stand, through(stand), NOT_BELIEVED)


def _with_secret(secret: bytes, claims: Any) -> str:
    """HS256 by hand: joserfc rightly refuses to take such secrets for keys."""
    message = unsigned(claims, header={"alg": "HS256", "kid": "honest"}).rpartition(".")[0]
    signature = hmac.digest(secret, message.encode(), "sha256")
    return f"{message}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"


FORGERIES: dict[str, Callable[[Any], str]] = {
    "alg none": unsigned,
    "alg NONE": lambda claims: unsigned(claims, header={"alg": "NoNe"}),
    "HS256 with our client_id": lambda claims: _with_secret(b"propusk", claims),
    "HS256 with the public key": lambda claims: _with_secret(HONEST_KEY.as_pem(private=False), claims),
    "another key of this name": lambda claims: signed(make_key("ES256", kid="honest"), claims, algorithm="ES256"),
    "a key in its own header": lambda claims: signed(
        key := make_key("ES256"), claims, algorithm="ES256", header={"jwk": key.as_dict(private=False)}
    ),
    "no signature": lambda claims: signed(HONEST_KEY, claims, algorithm="ES256").rpartition(".")[0] + ".",
    "critical header": lambda claims: signed(HONEST_KEY, claims, algorithm="ES256", header={"crit": ["b64"], "b64": False}),
    "an access token": lambda claims: signed(HONEST_KEY, claims, algorithm="ES256", header={"typ": "at+jwt"}),
    "a logout token": lambda claims: signed(HONEST_KEY, claims, algorithm="ES256", header={"typ": "logout+jwt"}),
    "no JWT": lambda _claims: "a.b",
    "20 KB": lambda claims: signed(HONEST_KEY, claims | {"x": "y" * 20_000}, algorithm="ES256"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_lm_40_id_token_without_the_banks_own_signature_lets_nobody_in(stand: Stand, bank: LyingBank, forgery: str) -> None:
    bank.mint = FORGERIES[forgery]
    assert_nobody_is_let_in(stand, through(stand), NOT_BELIEVED)


def test_unknown_key_is_looked_for_once_more_and_not_again(stand: Stand, bank: LyingBank) -> None:
    stranger = make_key("ES256", kid="stranger")
    bank.mint = lambda claims: signed(stranger, claims, algorithm="ES256")
    through(stand)
    assert bank.asked["/jwks"] == 1, "there was nothing known yet"
    bank.keys = (HONEST_KEY, stranger)
    assert "consent" in through(stand).forms()
    assert bank.asked["/jwks"] == 2


def test_amr_is_what_the_bank_says_as_far_as_there_are_such_words(stand: Stand, bank: LyingBank) -> None:
    bank.claims = {"amr": ["pwd", "sms", "a smile", "sms", 7, ["otp"]]}
    browser = through(stand).submit("consent", "allow")
    claims = stand.verified(str(stand.redeem(answer_of(browser)["code"]).body["id_token"])).claims
    assert (claims["acr"], claims["amr"]) == ("substantial", ["pwd", "sms"])


@pytest.mark.parametrize("amr", [None, "pwd", [], {"pwd": 1}])
def test_bank_that_does_not_say_how_it_asked_is_not_made_to(stand: Stand, bank: LyingBank, amr: Any) -> None:
    bank.claims = {"amr": amr}
    browser = through(stand).submit("consent", "allow")
    claims = stand.verified(str(stand.redeem(answer_of(browser)["code"]).body["id_token"])).claims
    assert claims["amr"] == []


def redirecting() -> Answer:
    return "302 Found", [("Location", f"{BANK}/token")], b""


BROKEN: dict[str, Callable[[], Answer]] = {
    "404": lambda: ("404 Not Found", [], b"nothing here"),
    "500": lambda: json({"error": "server_error"}, "500 Internal Server Error"),
    "HTML": lambda: ("200 OK", [("Content-Type", "text/html")], b"<!doctype html><title>We are closed</title>"),
    "302 to itself": redirecting,
    "5 MB": lambda: ("200 OK", [("Content-Type", "application/json")], b" " * 5_000_000),
    "a list": lambda: json([]),
    "nothing": lambda: ("200 OK", [], b""),
    "no UTF-8": lambda: ("200 OK", [("Content-Type", "application/json")], b'{"id_token": "\xff"}'),
}


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/jwks"])
@pytest.mark.parametrize("broken", BROKEN)
def test_lm_44_broken_bank_is_a_sentence_and_the_other_ways(stand: Stand, bank: LyingBank, path: str, broken: str) -> None:
    bank.paths = {path: BROKEN[broken]}
    browser = through(stand)
    assert browser.status == 503
    assert_nobody_is_let_in(stand, browser, UNAVAILABLE)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://bank.example"},
        {"issuer": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
        {"token_endpoint": "file:///etc/passwd"},
        {"token_endpoint": ["x"]},
        {"jwks_uri": "ftp://localhost/keys"},
        {"authorization_endpoint": f"{BANK}/authorize#part"},
    ],
    ids=str,
)
def test_metadata_that_could_lead_elsewhere_is_not_used(stand: Stand, bank: LyingBank, metadata: dict[str, Any]) -> None:
    bank.metadata = metadata
    assert_nobody_is_let_in(stand, through(stand), UNAVAILABLE)


@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri"])
def test_endpoint_on_a_host_that_is_not_listed_is_not_asked(stand: Stand, bank: LyingBank, name: str) -> None:
    bank.metadata = {name: "http://evil.example/x"}
    assert_nobody_is_let_in(stand, through(stand), UNAVAILABLE)


def test_bank_that_is_down_is_not_asked_by_everybody_and_comes_back_by_itself(stand: Stand, bank: LyingBank) -> None:
    stand.transport.hosts[BANK] = None
    assert_nobody_is_let_in(stand, through(stand), UNAVAILABLE)
    stand.transport.hosts[BANK] = bank
    assert through(stand).status == 503, "for some seconds it is not asked again"
    assert bank.asked == {}
    stand.clock.advance(5)
    assert "consent" in through(stand).forms()


def test_lm_44_bank_that_accepts_and_says_nothing_costs_ten_seconds_at_most(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a real socket: the step has less time here, so that the test has too."""
    monkeypatch.setattr("idp.authentication.methods.bank_id.bank.STEP_SECONDS", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        issuer = f"http://127.0.0.1:{mute.getsockname()[1]}"
        realm = open_realm(replace(stand.settings, bank=BankId(issuer=issuer)), clock=stand.clock)
        began = monotonic_seconds()
        with pytest.raises(BankUnavailable), conversation(realm) as talk:
            talk.metadata()
        assert monotonic_seconds() - began < 5
        realm.database.close()


def test_lm_44_half_of_the_threads_never_wait_for_the_bank(
    stand: Stand, bank: LyingBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("idp.authentication.methods.bank_id.bank.QUEUE_SECONDS", 0.05)
    inside, go_on = threading.Semaphore(0), threading.Event()

    def hang() -> None:
        with conversation(stand.realm):
            inside.release()
            go_on.wait(30)

    waiting = [threading.Thread(target=hang) for _ in range(stand.settings.threads // 2)]
    for thread in waiting:
        thread.start()
        assert inside.acquire(timeout=30)
    browser = through(stand)
    go_on.set()
    for thread in waiting:
        thread.join()
    assert_nobody_is_let_in(stand, browser, UNAVAILABLE)
