"""Passkeys: who is let in by one, with which words, and what is refused (security.md, LM-19 to LM-27)."""

import json
import re
from typing import Any

import cbor2
import pytest

from tests.browser import Browser
from tests.idp.methods.authenticator import BE, BS, UP, UV, Device, options_of
from tests.idp.methods.passkeys import MAYA, VERA, adding_page, first_page, give, keep, second_page
from tests.idp.stand import Stand

REFUSED = "Ключ доступа не подошёл"


def claims_after(stand: Stand, browser: Browser) -> dict[str, Any]:
    """What the client is told in the end."""
    if "consent" in browser.forms():
        browser.submit("consent", "allow")
    return dict(stand.verified(str(stand.redeem(stand.code_from(browser)).body["id_token"])).claims)


def is_signed_in(stand: Stand) -> bool:
    return bool(stand.rows("SELECT 1 FROM sessions WHERE ended_at IS NULL"))


def assert_refused(stand: Stand, browser: Browser, reason: str, said: str = REFUSED) -> None:
    """The page asks again with another challenge, nobody is signed in, and the journal knows why."""
    assert browser.status == 400
    assert said in browser.text
    assert stand.actions()[-1] == f"proof.checked {reason}"
    assert not is_signed_in(stand)
    assert options_of(browser)["challenge"]


@pytest.mark.parametrize(
    ("device", "words"),
    [(Device(), ["hwk", "user", "mfa"]), (Device(may_be_synced=True, counts=False), ["swk", "user", "mfa"])],
    ids=["bound to a device", "synced"],
)
def test_r041_passkey_alone_signs_in_with_two_factors_in_one(stand: Stand, device: Device, words: list[str]) -> None:
    keep(stand, device)
    browser = first_page(stand)
    assert options_of(browser)["userVerification"] == "required"
    assert options_of(browser)["allowCredentials"] == []
    claims = claims_after(stand, give(browser, device))
    assert (claims["sub"], claims["acr"], claims["amr"]) == (stand.citizen(VERA), "substantial", words)


@pytest.mark.parametrize(
    ("flags", "words"),
    [(UP | UV, ["pwd", "hwk", "user", "mfa"]), (UP, ["pwd", "hwk", "user", "mfa"])],
    ids=["verified", "present"],
)
def test_r041_passkey_is_a_second_step_with_or_without_verification(stand: Stand, flags: int, words: list[str]) -> None:
    device = keep(stand, Device())
    keep(stand, Device(), login=MAYA)
    browser = second_page(stand)
    options = options_of(browser)
    assert options["userVerification"] == "preferred"
    assert len(options["allowCredentials"]) == 1
    claims = claims_after(stand, give(browser, device, flags=flags, handle=None))
    assert (claims["acr"], claims["amr"]) == ("substantial", words)


def test_r041_passkey_is_no_second_step_of_whoever_has_none(stand: Stand) -> None:
    keep(stand, Device(), login=MAYA)
    assert "/passkey" not in second_page(stand).url
    assert 'id="way-passkey"' not in stand.browser().open(second_page(stand).url).answer.text


def test_r041_page_says_what_it_needs_and_offers_the_other_ways(stand: Stand) -> None:
    """Scripts are off here: the button is shut, a sentence says so, and the password is one press away."""
    page = first_page(stand).answer.text
    assert "Ключу доступа нужны сценарии" in page
    assert 'id="submit" disabled' in page
    assert 'id="way-password"' in page
    assert "without_script.css" in page and "passkey_offered.js" in page
    assert set(re.findall(r"<script[^>]*?( src=)?[^>]*>", page)) == {" src="}, "nothing is inline"


@pytest.mark.parametrize(
    ("stand_settings", "why"),
    [
        ({"issuer": "http://127.0.0.1:8400"}, "открыт по числовому адресу"),
        ({"issuer": "http://idp.test:8400"}, "работают только по https"),
    ],
)
def test_passkey_is_shut_where_browsers_would_not_offer_it(stand: Stand, stand_settings: dict[str, object], why: str) -> None:
    assert stand_settings["issuer"] == stand.issuer
    page = first_page(stand)
    assert "/passkey" not in page.url
    assert why in page.text


# ---- LM-19: the challenge


def test_lm_19_challenge_is_judged_once(stand: Stand) -> None:
    device = keep(stand, Device())
    browser = first_page(stand)
    options = options_of(browser)
    give(browser, device, key=Device().key)
    browser.submit("passkey-form", "submit", credential=device.sign(options))
    assert_refused(stand, browser, "wrong_challenge")


def test_lm_19_challenge_of_another_attempt_is_refused(stand: Stand) -> None:
    device = keep(stand, Device())
    theirs, mine = first_page(stand), first_page(stand)
    mine.submit("passkey-form", "submit", credential=device.sign(options_of(theirs)))
    assert_refused(stand, mine, "wrong_challenge")


def test_lm_19_challenge_lives_five_minutes(stand: Stand) -> None:
    device = keep(stand, Device())
    early, late = first_page(stand), first_page(stand)
    stand.clock.advance(299)
    assert "proof.checked" not in stand.actions()
    give(early, device)
    assert stand.actions()[-2:] == ["proof.checked", "session.opened opened"]
    stand.clock.advance(1)
    give(late, device)
    assert stand.actions()[-1] == "proof.checked expired"
    assert "Прошло больше пяти минут" in late.text
    give(late, device)
    assert stand.actions()[-2:] == ["proof.checked", "session.opened opened"], "the page had the next challenge"


def test_page_that_is_opened_again_asks_the_same_until_a_minute_before_the_end(stand: Stand) -> None:
    keep(stand, Device())
    browser = first_page(stand)
    asked = options_of(browser)["challenge"]
    assert options_of(browser.open(browser.url))["challenge"] == asked
    stand.clock.advance(241)
    assert options_of(browser.open(browser.url))["challenge"] != asked


def test_challenge_of_the_first_step_is_not_that_of_the_second(stand: Stand) -> None:
    """What was asked of anybody demanded verification; what is asked after the password is another question."""
    keep(stand, Device())
    browser = first_page(stand, acr_values="substantial")
    asked, address = options_of(browser), browser.url
    browser.open(address.replace("/passkey", "/password"))
    stand.sign_in(browser)
    again = options_of(browser.open(address))
    assert (again["userVerification"], again["challenge"] == asked["challenge"]) == ("preferred", False)


# ---- LM-20: what the browser says it did


@pytest.mark.parametrize(
    ("client_data", "reason"),
    [
        ({"origin": "https://idp.evil"}, "wrong_origin"),
        ({"origin": "https://localhost:8400"}, "wrong_origin"),
        ({"origin": "http://localhost:8500"}, "wrong_origin"),
        ({"origin": "http://localhost"}, "wrong_origin"),
        ({"origin": None}, "wrong_origin"),
        ({"crossOrigin": True}, "cross_origin"),
        ({"crossOrigin": "false"}, "cross_origin"),
        ({"crossOrigin": None}, "cross_origin"),
        ({"topOrigin": "https://idp.evil"}, "cross_origin"),
        ({"topOrigin": "http://localhost:8400"}, "cross_origin"),
        ({"type": "webauthn.create"}, "wrong_type"),
        ({"type": "payment.get"}, "wrong_type"),
        ({"challenge": ""}, "wrong_challenge"),
        ({"challenge": 7}, "wrong_challenge"),
    ],
)
def test_lm_20_what_was_done_elsewhere_or_for_something_else_is_refused(
    stand: Stand, client_data: dict[str, object], reason: str
) -> None:
    device = keep(stand, Device())
    assert_refused(stand, give(first_page(stand), device, client_data=client_data), reason)


@pytest.mark.parametrize("raw", [b"", b"[]", b"[[1, 2]]", b"null", b"\xff\xfe", b"{" * 9000, b"[" * 9000])
def test_lm_20_client_data_that_are_none_are_refused(stand: Stand, raw: bytes) -> None:
    device = keep(stand, Device())
    browser = give(first_page(stand), device, raw_client_data=raw)
    assert stand.actions()[-1] in ("proof.checked malformed", "proof.checked wrong_type")
    assert browser.status == 400 and not is_signed_in(stand)


def test_passkey_of_another_site_is_refused(stand: Stand) -> None:
    device = keep(stand, Device())
    assert_refused(stand, give(first_page(stand), device, rp_id="idp.evil"), "wrong_signature")


# ---- LM-22: whose passkey it is


def test_lm_22_signature_by_another_key_is_refused(stand: Stand) -> None:
    vera, maya = keep(stand, Device()), keep(stand, Device(), login=MAYA)
    browser = give(first_page(stand), vera, key=maya.key)
    assert_refused(stand, browser, "wrong_signature")
    assert_refused(stand, give(browser, vera, signature=b"\x30\x00"), "wrong_signature")


def test_lm_22_passkey_that_calls_its_owner_somebody_else_is_refused(stand: Stand) -> None:
    vera, maya = keep(stand, Device()), keep(stand, Device(), login=MAYA)
    assert_refused(stand, give(first_page(stand), vera, handle=maya.handle), "another_person", "другого человека")
    assert_refused(stand, give(first_page(stand), vera, handle=None), "another_person", "другого человека")


def test_lm_22_nobody_changes_persons_at_the_second_step(stand: Stand) -> None:
    keep(stand, Device())
    maya = keep(stand, Device(), login=MAYA)
    browser = second_page(stand)
    assert_refused(stand, give(browser, maya), "another_person", "другого человека")
    assert_refused(stand, give(browser, maya, handle=None), "another_person", "другого человека")
    assert stand.events()[-1]["actor"] == f"citizen:{stand.citizen(VERA)}"


def test_disabled_person_has_no_passkey(stand: Stand) -> None:
    device = keep(stand, Device())
    stand.execute("UPDATE citizens SET disabled_at = 1")
    assert_refused(stand, give(first_page(stand), device), "unknown_passkey", "Такого ключа доступа здесь нет")


def test_passkey_alone_must_verify_its_owner(stand: Stand) -> None:
    device = keep(stand, Device())
    assert_refused(stand, give(first_page(stand), device, flags=UP), "not_verified", "Нужны отпечаток, лицо или PIN")
    assert_refused(stand, give(first_page(stand), device, flags=UV), "wrong_signature")


def test_three_wrong_answers_are_a_risk_like_any_other(stand: Stand) -> None:
    """Counted for the person whose passkey it is; after them a password alone is not enough."""
    device = keep(stand, Device())
    stand.execute("UPDATE citizens SET risk_is_judged = true")
    browser = first_page(stand)
    for _ in range(3):
        give(browser, device, key=Device().key)
    other = stand.sign_in(stand.browser().open(stand.authorize_url()))
    assert "code-form" in other.forms()


# ---- LM-23: the counter


def test_lm_23_counter_that_does_not_go_up_is_refused_and_written_down(stand: Stand) -> None:
    device = keep(stand, Device(count=10))
    for count in (10, 9, 0):
        browser = give(first_page(stand), device, count=count)
        assert_refused(stand, browser, "counter", "есть копия")
    event = stand.events()[-1]
    assert (event["actor"], event["outcome"]) == (f"citizen:{stand.citizen(VERA)}", "counter")
    claims_after(stand, give(first_page(stand), device, count=11))
    browser = give(first_page(stand), device, count=11)
    assert stand.actions()[-1] == "proof.checked counter"
    assert "есть копия" in browser.text


def test_lm_23_device_that_keeps_no_counter_signs_in_again_and_again(stand: Stand) -> None:
    device = keep(stand, Device(counts=False))
    for _ in range(2):
        assert claims_after(stand, give(first_page(stand), device))["acr"] == "substantial"


# ---- LM-26: flags, extensions, CBOR bombs

NESTED = b"\x81" * 9_000
MANY = b"\x9b" + b"\x00\x00\x00\x00\xff\xff\xff\xff"
LONG = b"\x5b" + b"\x7f" + b"\xff" * 7
MAPS = b"\xa1\x61a" * 3_000
BIG_POWER = cbor2.dumps(cbor2.CBORTag(5, [10**15, 3]))
ENDLESS_STRING = b"\x5f" + b"\x41a" * 4_500
SHARED = b"\xd8\x1c\x81\xd8\x1d\x00"
PATTERN = cbor2.dumps(cbor2.CBORTag(35, "(" * 500 + "a{1,9999}" * 100))
PATTERNS = cbor2.dumps([cbor2.CBORTag(35, f"(?i)[\u0400-\U0010ffff]{number}") for number in range(600)])
"""Two seconds and a half of the parser's time."""
COLLIDING = cbor2.dumps({((1 << 61) - 1) * number + 1: 0 for number in range(900)})
BOMBS = [PATTERNS, COLLIDING, NESTED, MANY, LONG, MAPS, BIG_POWER, ENDLESS_STRING, SHARED, PATTERN]


@pytest.mark.parametrize("flags", [UP | UV | BS, UP | UV | BE, UP | UV | BE | BS], ids=["BS without BE", "BE", "BE and BS"])
def test_lm_26_backup_flags_that_cannot_be_are_refused(stand: Stand, flags: int) -> None:
    """A key that was bound to one device never becomes one that travels."""
    device = keep(stand, Device())
    browser = give(first_page(stand), device, flags=flags)
    assert_refused(stand, browser, "backup_flags" if flags & BE else "wrong_signature")


@pytest.mark.parametrize("extensions", [b"\xff", b"\xa1", b"\x00" * 100, b"\xa0\xa0", *BOMBS])
def test_lm_26_garbage_among_the_extensions_is_refused_at_once(stand: Stand, extensions: bytes) -> None:
    device = keep(stand, Device())
    page = first_page(stand)
    credential = device.sign(options_of(page), extensions=extensions)
    page.submit("passkey-form", "submit", credential=credential)
    assert page.status == 400
    assert page.answer.elapsed.total_seconds() < 0.2
    assert not is_signed_in(stand)


def test_extensions_that_are_well_formed_are_passed_over(stand: Stand) -> None:
    device = keep(stand, Device())
    browser = give(first_page(stand), device, extensions=cbor2.dumps({"credProtect": 2}))
    assert claims_after(stand, browser)["acr"] == "substantial"


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "x",
        "null",
        "[]",
        "{}",
        "1e999",
        "[" * 20_000,
        '{"a":' * 6_000,
        "\0",
        "x" * 40_000,
        json.dumps({"id": [], "rawId": {}}),
    ],
    ids=range(11),
)
def test_answer_that_is_none_is_refused_and_uses_the_challenge_up(stand: Stand, credential: str) -> None:
    device = keep(stand, Device())
    page = first_page(stand)
    options = options_of(page)
    page.submit("passkey-form", "submit", credential=credential)
    assert_refused(stand, page, "malformed")
    page.submit("passkey-form", "submit", credential=device.sign(options))
    assert_refused(stand, page, "wrong_challenge")


def test_spoilt_members_of_an_answer_never_make_an_error_of_ours(stand: Stand) -> None:
    device = keep(stand, Device())
    page = first_page(stand)
    whole = json.loads(device.sign(options_of(page)))
    for name in ("id", "rawId", "type", "response"):
        for value in (None, 7, [], {}, "", "*", "é", "A"):
            page.submit("passkey-form", "submit", credential=json.dumps(whole | {name: value}))
            assert page.status == 400, (name, value)
    for name in whole["response"]:
        for value in (None, 7, [], {}, "", "*", "é", "A"):
            spoilt = whole | {"response": whole["response"] | {name: value}}
            page.submit("passkey-form", "submit", credential=json.dumps(spoilt))
            assert page.status == 400, (name, value)
    assert not is_signed_in(stand)


def test_passkey_is_enrolled_once_and_signs_in_from_then_on(stand: Stand) -> None:
    """The way of a person: added at the account, used at the next sign-in, and then seen in the list."""
    device = Device()
    browser = adding_page(stand)
    credential = device.make(options_of(browser))
    browser.submit("add-form", "submit", credential=credential, name="Мой ноутбук")
    assert browser.url.endswith("/account/security") and "Мой ноутбук" in browser.text
    assert claims_after(stand, give(first_page(stand), device))["amr"] == ["hwk", "user", "mfa"]
    assert "Последний вход" in browser.open(browser.url).text
