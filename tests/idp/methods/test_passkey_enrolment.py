"""Passkeys at the account: several, each with a name; what a device says of a new one is judged (security.md, LM-24 to LM-27)."""

import re

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.browser import Browser
from tests.idp.methods.authenticator import AT, BS, UP, UV, Device, decode, options_of
from tests.idp.methods.passkeys import MAYA, VERA, add, adding_page, first_page, give, keep
from tests.idp.methods.test_passkey import BOMBS, claims_after
from tests.idp.stand import Stand

REFUSED = "Ключ доступа не подошёл"
DIRECT = pytest.mark.parametrize("stand_settings", [{"webauthn_attestation": "direct"}])
NAMES = re.compile(r'/passkey/([^/"]+)/rename">.*?name="name"[^>]*? value="([^"]*)"', re.DOTALL)


def listed(stand: Stand, browser: Browser) -> dict[str, str]:
    """What the account lists: names by id."""
    return dict(NAMES.findall(browser.open(f"{stand.issuer}/account/security").answer.text))


def assert_not_kept(stand: Stand, browser: Browser, said: str = REFUSED, *, kept: int = 0) -> None:
    assert browser.status == 400
    assert said in browser.text
    assert len(stand.rows("SELECT 1 FROM passkeys")) == kept
    assert options_of(browser)["challenge"], "the page asks again"


def test_several_passkeys_are_added_renamed_removed_and_listed_with_their_last_use(stand: Stand) -> None:
    laptop, phone = Device(), Device(may_be_synced=True)
    browser = add(adding_page(stand), laptop, name="  Ноутбук \n Веры  ")
    assert browser.url.endswith("/account/security")
    browser = add(adding_page(stand, browser), phone, name="Телефон")
    assert sorted(listed(stand, browser).values()) == ["Ноутбук  Веры", "Телефон"]
    assert "только на одном устройстве" in browser.text and "синхронизируется между устройствами" in browser.text
    assert "Последний вход" not in browser.text
    assert claims_after(stand, give(first_page(stand), phone))["amr"] == ["swk", "user", "mfa"]
    assert browser.open(browser.url).text.count("Последний вход") == 1
    ids = {name: passkey_id for passkey_id, name in listed(stand, browser).items()}
    form = f"{stand.issuer}/account/security/passkey/{ids['Телефон']}"
    values = _form_values(browser)
    browser.answer = browser.session.post(f"{form}/rename", data={**values, "name": "Синий телефон"})
    assert sorted(listed(stand, browser).values()) == ["Ноутбук  Веры", "Синий телефон"]
    browser.answer = browser.session.post(f"{form}/remove", data=values)
    assert list(listed(stand, browser).values()) == ["Ноутбук  Веры"]
    assert stand.actions().count("method.enrolled") == 2
    assert {"method.changed", "method.removed"} <= set(stand.actions())
    assert "Такого ключа доступа здесь нет" in give(first_page(stand), phone).text


def _form_values(browser: Browser) -> dict[str, str]:
    """What any form of the page sends to show that it is ours."""
    return next(dict(form.values) for form in browser.forms().values() if "csrf" in "".join(form.values))


def test_passkey_of_somebody_else_is_neither_renamed_nor_removed(stand: Stand) -> None:
    keep(stand, Device(), login=MAYA, name="Майин")
    ((passkey_id,),) = stand.rows("SELECT id FROM passkeys")
    browser = add(adding_page(stand), Device())
    for what in ("rename", "remove"):
        values = _form_values(browser) | {"name": "Верин"}
        address = f"{stand.issuer}/account/security/passkey/{passkey_id}/{what}"
        assert browser.session.post(address, data=values).status_code == 404
    assert (passkey_id,) in stand.rows("SELECT id FROM passkeys")


def test_name_is_sealed_where_it_is_stored(stand: Stand) -> None:
    keep(stand, Device(), name="Ноутбук Веры")
    ((sealed,),) = stand.rows("SELECT sealed FROM passkeys")
    assert isinstance(sealed, bytes) and "Веры".encode() not in sealed


def test_device_is_told_a_random_handle_and_what_it_has_already(stand: Stand) -> None:
    device = keep(stand, Device())
    options = options_of(adding_page(stand))
    assert decode(options["user"]["id"]) == device.handle and len(device.handle) == 32
    assert stand.citizen(VERA).encode() not in device.handle
    assert [decode(known["id"]) for known in options["excludeCredentials"]] == [device.credential_id]
    assert options["attestation"] == "none"
    assert options["authenticatorSelection"]["residentKey"] == "preferred"
    assert {each["alg"] for each in options["pubKeyCredParams"]} == {-7, -8, -257}


def test_passkey_without_a_name_is_asked_for_one_and_the_challenge_waits(stand: Stand) -> None:
    device, browser = Device(), adding_page(stand)
    asked = options_of(browser)["challenge"]
    add(browser, device, name=" \n ")
    assert "Назовите ключ доступа" in browser.text
    assert options_of(browser)["challenge"] == asked


def test_twenty_passkeys_are_enough(stand: Stand) -> None:
    browser = adding_page(stand)
    for _ in range(20):
        keep(stand, Device())
    assert add(browser, Device()).status == 404
    assert "add-passkey" not in browser.open(f"{stand.issuer}/account/security").answer.text


# ---- LM-19, LM-20 at the account


def test_lm_19_challenge_of_the_account_is_used_once_by_its_own_session_and_in_time(stand: Stand) -> None:
    other = adding_page(stand)
    browser = adding_page(stand)
    device = Device()
    browser.submit("add-form", "submit", name="x", credential=device.make(options_of(other)))
    assert_not_kept(stand, browser)
    old = options_of(browser)
    add(browser, device, client_data={"challenge": "AAAA"})
    assert_not_kept(stand, browser)
    browser.submit("add-form", "submit", name="x", credential=device.make(old))
    assert_not_kept(stand, browser)
    stand.clock.advance(200)
    browser = adding_page(stand)
    stand.clock.advance(300)
    assert_not_kept(stand, add(browser, device), "Прошло больше пяти минут")


@pytest.mark.parametrize(
    "client_data",
    [
        {"type": "webauthn.get"},
        {"origin": "https://idp.evil"},
        {"origin": "https://localhost:8400"},
        {"crossOrigin": True},
        {"topOrigin": "http://localhost:8400"},
    ],
)
def test_lm_20_passkey_that_was_made_elsewhere_is_refused(stand: Stand, client_data: dict[str, object]) -> None:
    assert_not_kept(stand, add(adding_page(stand), Device(), client_data=client_data))


# ---- LM-24: what may be enrolled


@DIRECT
def test_lm_24_no_attestation_is_refused_where_one_is_demanded(stand: Stand, stand_settings: dict[str, object]) -> None:
    assert stand.settings.webauthn_attestation == stand_settings["webauthn_attestation"]
    browser, device = adding_page(stand), Device()
    assert options_of(browser)["attestation"] == "direct"
    assert_not_kept(stand, add(browser, device), "не говорит, кто его сделал")
    assert add(browser, device, fmt="packed").url.endswith("/account/security")


def test_attestation_that_nobody_demanded_has_to_be_right_all_the_same(stand: Stand) -> None:
    browser = adding_page(stand)
    assert_not_kept(stand, add(browser, Device(), fmt="packed", cose_key=cbor2.dumps(Device().cose_key)))
    assert_not_kept(stand, add(browser, Device(), fmt="of the future"))


def _rsa_key(bits: int, alg: int) -> bytes:
    numbers = rsa.generate_private_key(65537, bits).public_key().public_numbers()
    return cbor2.dumps({1: 3, 3: alg, -1: numbers.n.to_bytes(bits // 8, "big"), -2: b"\x01\x00\x01"})


OFF_THE_CURVE = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: b"\x01" * 32, -3: b"\x01" * 32})
BAD_KEYS = {
    "ES512 was not offered": cbor2.dumps(Device().cose_key | {3: -36}),
    "RS1": _rsa_key(2048, -65535),
    "PS256": _rsa_key(2048, -37),
    "RSA of 1024 bits": _rsa_key(1024, -257),
    "a point off the curve": OFF_THE_CURVE,
    "no key": cbor2.dumps({}),
    "a list": cbor2.dumps([1, 2, 3]),
    "a text": cbor2.dumps("key"),
    "null": cbor2.dumps(None),
    "an unknown curve": cbor2.dumps(Device().cose_key | {-1: 77}),
    "nothing": b"",
}


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS)
def test_lm_24_key_that_was_not_asked_for_is_refused(stand: Stand, key: bytes) -> None:
    assert_not_kept(stand, add(adding_page(stand), Device(), cose_key=key))


def test_rsa_key_of_2048_bits_is_kept(stand: Stand) -> None:
    assert add(adding_page(stand), Device(), cose_key=_rsa_key(2048, -257)).url.endswith("/account/security")


@pytest.mark.parametrize("owner", [VERA, MAYA])
def test_lm_24_credential_id_that_is_taken_is_refused(stand: Stand, owner: str) -> None:
    known = keep(stand, Device(), login=owner)
    browser = add(adding_page(stand), Device(), credential_id=known.credential_id)
    assert_not_kept(stand, browser, "уже добавлен", kept=1)


@pytest.mark.parametrize(("length", "is_kept"), [(1023, True), (1024, False), (0, False)])
def test_lm_24_credential_id_has_at_most_1023_bytes(stand: Stand, length: int, is_kept: bool) -> None:
    browser = add(adding_page(stand), Device(), credential_id=b"i" * length)
    if is_kept:
        assert browser.url.endswith("/account/security")
    else:
        assert_not_kept(stand, browser)


def test_id_outside_is_the_id_inside(stand: Stand) -> None:
    """Else somebody could take another's id, or one that never signs."""
    assert_not_kept(stand, add(adding_page(stand), Device(), outer_id=b"another"))


# ---- LM-26: flags, extensions, CBOR bombs


@pytest.mark.parametrize(
    "flags", [UP | UV | AT | BS, UV | AT, UP | UV, 0], ids=["BS without BE", "not present", "no key", "none"]
)
def test_lm_26_flags_that_cannot_be_are_refused(stand: Stand, flags: int) -> None:
    assert_not_kept(stand, add(adding_page(stand), Device(), flags=flags))


def test_lm_26_bombs_are_refused_at_once(stand: Stand) -> None:
    browser = adding_page(stand)
    for bomb in BOMBS:
        for spoilt in ({"attestation": bomb}, {"cose_key": bomb}, {"extensions": bomb}):
            add(browser, Device(), **spoilt)
            assert browser.answer.elapsed.total_seconds() < 0.2
            assert browser.status == 400
    assert stand.rows("SELECT count(*) FROM passkeys") == [(0,)]


# ---- LM-27: the session that adds one


def test_lm_27_one_factor_is_not_enough_to_add_where_the_account_has_two(stand: Stand) -> None:
    browser = stand.browser().open(f"{stand.issuer}/account/security")
    stand.sign_in(browser)
    assert browser.url.endswith("/account/security"), "one factor is enough to look"
    values = _form_values(browser.open(f"{stand.issuer}/account/security/password/add"))
    browser.answer = browser.session.post(f"{stand.issuer}/account/security/passkey/add", data={**values, "name": "x"})
    assert "code-form" in browser.forms(), "a second step first"
    browser.open(f"{stand.issuer}/account/security/passkey/add")
    assert "code-form" in browser.forms()
    browser.submit("code-form", "submit", code=stand.last_code())
    assert browser.url.endswith("/account/security/passkey/add")
    assert add(browser, Device()).url.endswith("/account/security")


def test_lm_27_session_that_was_left_open_is_not_enough(stand: Stand) -> None:
    browser = add(adding_page(stand), Device())
    stand.clock.advance(301)
    assert "sign-in" in browser.open(f"{stand.issuer}/account/security/passkey/add").forms()
