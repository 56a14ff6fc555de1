"""Signing in through the bank: who has linked it is let in at its level, and nobody else ever is."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pytest

from idp.keyring.rotation import rotate
from idp.settings import BankId
from tests.browser import Browser
from tests.idp.bank import CALLBACK, PASSWORDS, answer_of_bank, confirm, go_on, link
from tests.idp.stand import BANK, CONTROL, CONTROL_TOKEN, Stand, answer_of
from tests.suites.sign_in_methods.driver import attempt_of


def to_bank(stand: Stand, browser: Browser | None = None, **parameters: str | None) -> Browser:
    browser = (browser or stand.browser()).open(stand.authorize_url(**parameters))
    return browser.open(f"{attempt_of(browser)}/bank").submit("bank-form", "submit")


def changed(address: str, **members: str | None) -> str:
    """An address with some parameters of its query changed or, by None, left out."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query)) | members
    return urlunsplit(parts._replace(query=urlencode({name: value for name, value in query.items() if value is not None})))


def links(stand: Stand) -> int:
    return len(stand.rows("SELECT 1 FROM bank_identities"))


def sessions(stand: Stand) -> int:
    return len(stand.rows("SELECT 1 FROM sessions"))


def test_r059_linked_customer_comes_back_from_the_bank_signed_in(stand: Stand, bank: Stand) -> None:
    link(stand, bank)
    browser = stand.browser().open(stand.authorize_url())
    browser.open(f"{attempt_of(browser)}/ways")
    assert "Нужна карта или счёт в банке, привязанные в профиле" in browser.text
    browser.open(f"{attempt_of(browser)}/bank")
    assert "Пароль от банка мы не увидим" in browser.text
    browser.submit("bank-form", "submit")
    assert browser.url.startswith(f"{BANK}/sign-in/"), "the bank asks even who is its customer in this browser already"
    confirm(browser)
    browser.submit("consent", "allow")
    claims = stand.verified(str(stand.redeem(answer_of(browser)["code"]).body["id_token"])).claims
    assert (claims["acr"], claims["amr"]) == ("substantial", ["pwd"])
    assert claims["sub"] == stand.citizen("vera@example.test")
    assert "proof.checked" in stand.actions()
    assert stand.rows("SELECT used_at FROM bank_identities WHERE used_at IS NOT NULL") == [(stand.clock.now(),)]


def test_r059_bank_that_says_no_leads_back_to_the_other_ways(stand: Stand, bank: Stand) -> None:
    link(stand, bank)
    browser = stand.browser().open(stand.authorize_url())
    attempt = attempt_of(browser)
    browser.open(f"{attempt}/bank").submit("bank-form", "submit")
    browser.submit("sign-in", "submit", login="vera@example.test", password=PASSWORDS["vera"])
    browser.submit("consent", "deny")
    assert browser.url.startswith(CALLBACK) and browser.status == 400
    assert "Банк не подтвердил, что это вы" in browser.text
    assert "Логин и пароль" in browser.text and "cancel-form" in browser.forms()
    browser.open(f"{attempt}/password")
    stand.sign_in(browser)
    assert sessions(stand) == 1


def test_r060_customer_whom_nobody_has_linked_is_told_how_and_becomes_nobody(stand: Stand, bank: Stand) -> None:
    people = len(stand.rows("SELECT 1 FROM citizens"))
    browser = confirm(to_bank(stand))
    assert "привяжите банк в профиле, раздел «Документы»" in browser.text
    assert (len(stand.rows("SELECT 1 FROM citizens")), sessions(stand)) == (people, 0)
    assert links(stand) == 1, "Luka's, of the seed"
    assert stand.actions()[-1] == "proof.checked not_linked"


def test_lm_38_answer_of_another_browser_is_nobodys(stand: Stand, bank: Stand) -> None:
    link(stand, bank)
    stolen = answer_of_bank(to_bank(stand))
    other = to_bank(stand)
    other.open(stolen)
    assert other.status == 404 and "Этот вход закончился" in other.text
    assert sessions(stand) == 0


@pytest.mark.parametrize(
    "members",
    [{"state": None}, {"state": ""}, {"state": "made up"}, {"state": "\0"}, {"state": "made.up"}],
    ids=["no state", "empty state", "invented state", "nul", "two parts"],
)
def test_lm_38_answer_without_its_state_is_nobodys(stand: Stand, bank: Stand, members: dict[str, str | None]) -> None:
    link(stand, bank)
    browser = to_bank(stand)
    right = answer_of_bank(browser)
    assert browser.open(changed(right, **members)).status == 404
    assert sessions(stand) == 0
    browser.open(right)
    assert sessions(stand) == 1, "the right answer is still worth something"


def test_lm_38_state_with_another_secret_is_refused_and_takes_nothing(stand: Stand, bank: Stand) -> None:
    link(stand, bank)
    browser = to_bank(stand)
    right = answer_of_bank(browser)
    challenge_id = dict(parse_qsl(urlsplit(right).query))["state"].partition(".")[0]
    browser.open(changed(right, state=f"{challenge_id}.{'A' * 43}"))
    assert browser.status == 400 and "не подходит к вашему входу" in browser.text
    assert stand.actions()[-1] == "proof.checked unknown"
    browser.open(right)
    assert sessions(stand) == 1


def test_lm_38_state_is_used_once(stand: Stand, bank: Stand) -> None:
    link(stand, bank)
    browser = to_bank(stand)
    right = answer_of_bank(browser)
    browser.open(changed(right, code="made up"))
    assert "не прошёл проверку" in browser.text
    browser.open(right)
    assert browser.status == 400 and "уже использован" in browser.text
    assert sessions(stand) == 0


def test_state_nonce_and_verifier_are_not_to_be_read_in_the_table(stand: Stand, bank: Stand) -> None:
    right = dict(parse_qsl(urlsplit(answer_of_bank(to_bank(stand))).query))
    secret = right["state"].partition(".")[2]
    for row in stand.rows("SELECT id, purpose, holder, sealed FROM challenges"):
        assert all(secret.encode() not in (value if isinstance(value, bytes) else str(value).encode()) for value in row)


@pytest.mark.parametrize("issuer", [None, "", "https://bank.example", f"{BANK}/"])
def test_answer_that_names_another_bank_is_refused_before_its_code_is_shown_to_anybody(
    stand: Stand, bank: Stand, issuer: str | None
) -> None:
    link(stand, bank)
    browser = to_bank(stand)
    right = answer_of_bank(browser)
    asked = len(stand.transport.seen)
    browser.open(changed(right, iss=issuer))
    assert "не прошёл проверку" in browser.text
    assert not [seen for seen in stand.transport.seen[asked:] if str(seen.url).startswith(BANK)]


def test_lm_41_one_subject_at_two_banks_is_two_people(stand: Stand, bank: Stand) -> None:
    """Somebody at another bank has the same subject as Vera at this one."""
    link(stand, bank, issuer="https://bank.example")
    assert "не привязана" in confirm(to_bank(stand)).text
    link(stand, bank)
    assert links(stand) == 3
    confirm(to_bank(stand))
    assert sessions(stand) == 1


def test_second_step_through_the_bank_is_the_same_person_or_nobody(stand: Stand, bank: Stand) -> None:
    link(stand, bank)
    link(stand, bank, "pyotr@example.test")
    browser = stand.sign_in(stand.browser().open(stand.authorize_url(acr_values="substantial")))
    attempt = attempt_of(browser)
    browser.open(f"{attempt}/bank").submit("bank-form", "submit")
    confirm(browser, login="pyotr@example.test", password=PASSWORDS["pyotr"])
    assert "В банке вошёл другой человек" in browser.text
    assert (stand.actions()[-1], sessions(stand)) == ("proof.checked other_person", 0)
    browser.open(f"{attempt}/bank").submit("bank-form", "submit")
    confirm(browser)
    browser.submit("consent", "allow")
    claims = stand.verified(str(stand.redeem(answer_of(browser)["code"]).body["id_token"])).claims
    assert (claims["acr"], claims["amr"]) == ("substantial", ["pwd", "mfa"])


def test_disabled_citizen_is_not_let_in_by_their_bank(stand: Stand, bank: Stand) -> None:
    link(stand, bank)
    stand.execute("UPDATE citizens SET disabled_at = 1")
    assert "не привязана" in confirm(to_bank(stand)).text
    assert sessions(stand) == 0


def test_bank_that_is_switched_off_meanwhile_is_not_believed(stand: Stand, bank: Stand) -> None:
    """CVE-2026-3009: an upstream that was disabled went on signing people in who were on their way."""
    link(stand, bank)
    browser = to_bank(stand)
    right = answer_of_bank(browser)
    restarted = Stand(stand.settings.home, stand.clock, transport=stand.transport, disabled_methods=("bank",))
    stand.beside.append(restarted)
    go_on(browser.open(right))
    assert "sign-in" in browser.forms()
    assert sessions(stand) == 0


def test_stand_without_a_bank_says_so(stand: Stand) -> None:
    alone = Stand(stand.settings.home, stand.clock, transport=stand.transport, bank=BankId())
    stand.beside.append(alone)
    browser = alone.browser().open(alone.authorize_url())
    assert "На этом стенде нет банка" in browser.open(f"{attempt_of(browser)}/ways").text
    assert "/bank" not in browser.open(f"{attempt_of(browser)}/bank").url


def test_rotated_keys_of_the_bank_are_looked_at_once_more(stand: Stand, bank: Stand) -> None:
    link(stand, bank)
    confirm(to_bank(stand))
    assert sessions(stand) == 1
    rotate(bank.realm, ["RS256"], actor="operator:test")
    confirm(to_bank(stand, stand.browser()))
    assert sessions(stand) == 2


def test_second_trip_within_one_second_takes_the_place_of_the_first(stand: Stand, bank: Stand) -> None:
    """Whoever pressed the button twice was told, now and then, that the answer of the bank was used already."""
    link(stand, bank)
    for _ in range(6):  # which of two came first was left to chance
        browser = stand.browser().open(stand.authorize_url())
        page = f"{attempt_of(browser)}/bank"
        first = answer_of_bank(browser.open(page).submit("bank-form", "submit"))
        second = answer_of_bank(browser.open(page).submit("bank-form", "submit"))
        assert "не подходит" in browser.open(first).text
        assert "code" in answer_of(_agreed(go_on(browser.open(second))))


def _agreed(browser: Browser) -> Browser:
    return browser.submit("consent", "allow") if "consent" in browser.forms() else browser


def test_c03_person_of_the_seed_whose_bank_is_linked_signs_in_headless_and_by_pages(stand: Stand, bank: Stand) -> None:
    body = {"person": "luka@example.test", "methods": [{"name": "bank"}]}
    bearer = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
    answer = stand.control().session.post(f"{CONTROL}/login", json=body, headers=bearer).json()
    assert (answer["outcome"], answer["acr"], answer["amr"]) == ("done", "substantial", ["pwd"])
    assert bank.citizen("luka@example.test") in str(stand.rows("SELECT subject FROM bank_identities"))
    browser = confirm(to_bank(stand), login="luka@example.test", password=PASSWORDS["luka"])
    assert "consent" in browser.forms()
