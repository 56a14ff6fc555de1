"""Linking a bank at the account, and what is shown of it: only who is signed in links, and only to themselves."""

import pytest

from tests.browser import Browser
from tests.idp.bank import PASSWORDS, answer_of_bank, confirm
from tests.idp.stand import BANK, ISSUER, Stand

DOCUMENTS = f"{ISSUER}/account/documents"
ADD = f"{DOCUMENTS}/bank/add"


def at_account(stand: Stand, login: str = "vera@example.test", password: str = "romashka-17") -> Browser:
    """Somebody at the page where a bank is linked, with the two proofs that this takes."""
    browser = stand.sign_in(stand.browser().open(ADD), login=login, password=password)
    return browser.submit("code-form", "submit", code=stand.last_code())


def at_bank(stand: Stand) -> Browser:
    return at_account(stand).submit("add-form", "submit")


def links(stand: Stand) -> list[tuple[object, ...]]:
    """All but the one of the seed."""
    rows = stand.rows("SELECT issuer, subject, citizen_id FROM bank_identities")
    return [row for row in rows if row[2] != stand.citizen("luka@example.test")]


def test_r060_who_is_signed_in_links_their_bank_and_sees_it_masked(stand: Stand, bank: Stand) -> None:
    browser = at_bank(stand)
    assert browser.url.startswith(BANK)
    browser.submit("sign-in", "submit", login="vera@example.test", password=PASSWORDS["vera"])
    assert "•• 1704" in browser.text and "•• 0017" in browser.text, "the bank says what it will tell"
    browser.submit("consent", "allow")
    assert browser.url == DOCUMENTS
    assert "Облепиха счёт •• 1704, карта •• 0017" in browser.text
    vera = stand.citizen("vera@example.test")
    assert links(stand) == [(BANK, bank.citizen("vera@example.test"), vera)]
    assert stand.actions()[-1] == "method.enrolled"
    assert not any(b"1704" in bytes(row[0]) for row in stand.rows("SELECT sealed FROM bank_identities"))  # type: ignore[arg-type]


def test_r060_linked_bank_is_unlinked_by_its_owner_and_can_be_linked_again(stand: Stand, bank: Stand) -> None:
    browser = confirm(at_bank(stand))
    assert browser.open(ADD).status == 404, "one account at each bank"
    browser.open(DOCUMENTS)
    form, button = next((name, form.buttons) for name, form in browser.forms().items() if form.action.endswith("/remove"))
    browser.submit(form, next(iter(button)))
    assert links(stand) == []
    assert stand.actions()[-1] == "method.removed"
    assert browser.open(ADD).status == 200


def test_lm_41_bank_account_of_somebody_else_is_not_linked_and_whose_it_is_is_not_said(stand: Stand, bank: Stand) -> None:
    confirm(at_bank(stand))
    maya = at_account(stand, "maya@example.test", "oduvanchik-19").submit("add-form", "submit")
    confirm(maya)  # she signs in at the bank as Vera
    assert maya.status == 400
    assert "Эту запись банка привязать нельзя" in maya.text
    assert "Ромашкина" not in maya.answer.text
    assert [owner for _, _, owner in links(stand)] == [stand.citizen("vera@example.test")]
    assert stand.actions()[-1] == "method.enrolled cannot_link"


def test_who_is_not_signed_in_links_nothing(stand: Stand, bank: Stand) -> None:
    answer = stand.browser().open(ADD)
    assert "/sign-in/" in answer.url
    assert "/sign-in/" in stand.browser().open(f"{ISSUER}/account/back/bank?state=x&code=y&iss={BANK}").url


def test_lm_38_answer_of_the_bank_is_of_the_session_that_asked(stand: Stand, bank: Stand) -> None:
    """Login CSRF at the link: Maya's browser is made to open the answer that the bank gave to Vera."""
    vera = at_bank(stand)
    stolen = answer_of_bank(vera)
    maya = at_account(stand, "maya@example.test", "oduvanchik-19")
    assert maya.open(stolen).status == 404
    assert links(stand) == []
    assert vera.open(stolen).url == DOCUMENTS, "her own browser still may"


@pytest.mark.parametrize("stand_settings", [{"disabled_methods": ("bank",)}])
def test_bank_that_is_switched_off_is_not_linked(stand: Stand, bank: Stand, stand_settings: dict[str, object]) -> None:
    assert stand_settings
    browser = stand.sign_in(stand.browser().open(DOCUMENTS))
    assert "Этот способ здесь выключен" in browser.text
    assert browser.open(ADD).status == 404


def test_bank_that_does_not_answer_is_a_sentence_at_the_account(stand: Stand, bank: Stand) -> None:
    browser = at_account(stand)
    stand.transport.hosts[BANK] = None
    browser.submit("add-form", "submit")
    assert browser.status == 503
    assert "Банк сейчас не отвечает" in browser.text


def test_removed_citizen_leaves_no_bank_behind(stand: Stand, bank: Stand) -> None:
    confirm(at_bank(stand))
    control = stand.control()
    control.session.headers["Authorization"] = f"Bearer {(stand.settings.control_token_file).read_text()}"
    answer = control.session.delete(f"http://127.0.0.1:8401/people/{stand.citizen('vera@example.test')}")
    assert answer.status_code == 204, answer.text
    assert links(stand) == []
