"""Linking a bank at the account, and what is shown of it: only who is signed in links, and only to themselves."""

from dataclasses import replace

import pytest

from idp.citizens import directory
from tests.browser import Browser
from tests.idp.bank import PASSWORDS, answer_of_bank, confirm, go_on
from tests.idp.bank_id.lying_bank import LyingBank
from tests.idp.stand import BANK, ISSUER, Stand

DOCUMENTS = f"{ISSUER}/account/documents"
ADD = f"{DOCUMENTS}/bank/add"


def at_account(stand: Stand, login: str = "vera@example.test", password: str = "romashka-17") -> Browser:
    """Somebody at the page where a bank is linked, with the two proofs that this takes."""
    browser = stand.sign_in(stand.browser().open(ADD), login=login, password=password)
    return browser.submit("code-form", "submit", code=stand.last_code())


def at_bank(stand: Stand) -> Browser:
    return at_account(stand).submit("add-form", "submit")


def make_namesake(stand: Stand, login: str) -> None:
    """From now on somebody has the name and the day of birth of Vera."""
    with stand.realm.database.write() as connection:
        vera, other = (directory.find_by_login(stand.realm, connection, each) for each in ("vera@example.test", login))
        assert vera is not None and other is not None
        same = {name: getattr(vera.data, name) for name in ("family_name", "given_name", "middle_name", "birthdate")}
        directory.change(stand.realm, connection, replace(other, data=replace(other.data, **same)), actor="operator:test")


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
    make_namesake(stand, "maya@example.test")
    maya = at_account(stand, "maya@example.test", "oduvanchik-19").submit("add-form", "submit")
    confirm(maya)  # she signs in at the bank as Vera, whose name and day of birth she has
    assert maya.status == 400
    assert "Эту запись банка привязать нельзя" in maya.text
    assert "vera@" not in maya.answer.text
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


def test_i06_bank_that_knows_the_same_person_vouches_for_them(stand: Stand, bank: Stand) -> None:
    stand.execute("UPDATE citizens SET passport_checked_at = NULL")
    browser = confirm(at_bank(stand))
    assert browser.url == DOCUMENTS and "Подтверждена банком." in browser.text
    vera = stand.citizen("vera@example.test")
    assert stand.rows(f"SELECT identity_proved_by FROM citizens WHERE id = '{vera}'") == [("bank",)]  # noqa: S608 - an id
    assert stand.actions()[-3:] == ["identity.proved", "account.confirmed", "method.enrolled"]


def test_bank_that_knows_somebody_else_is_not_linked(stand: Stand, bank: Stand) -> None:
    """Maya signs in at the bank as Vera: the bank tells another name than her account."""
    maya = at_account(stand, "maya@example.test", "oduvanchik-19").submit("add-form", "submit")
    confirm(maya)
    assert maya.status == 400 and "В банке имя, фамилия или дата рождения другие" in maya.text
    assert links(stand) == [] and "identity.proved" not in stand.actions()
    assert stand.actions()[-1] == "method.enrolled other_name"


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({"birthdate": "1984-02-15"}, "other_name"), ({"given_name": "Варвара"}, "other_name"),
        ({"middle_name": "Петровна"}, "other_name"), ({"family_name": "ромашкина"}, "proved"),
        ({"middle_name": None}, "proved"), ({"birthdate": None}, "linked"), ({"birthdate": "1984"}, "other_name"),
        ({"family_name": None, "given_name": None}, "linked"), ({"family_name": 7}, "linked"),
    ],
)  # fmt: skip
def test_bank_vouches_only_for_whom_it_names_as_the_account_does(stand: Stand, told: dict[str, object], outcome: str) -> None:
    of_vera = {"family_name": "Ромашкина", "given_name": "Вера", "middle_name": "Тимофеевна", "birthdate": "1984-02-14"}
    LyingBank(stand, "subject", claims=of_vera | told)
    browser = go_on(at_account(stand).submit("add-form", "submit"))
    proved = stand.rows("SELECT count(*) FROM citizens WHERE identity_proved_by = 'bank'") == [(1,)]
    assert (browser.status == 400, proved, len(links(stand))) == {
        "other_name": (True, False, 0), "proved": (False, True, 1), "linked": (False, False, 1),
    }[outcome]  # fmt: skip
