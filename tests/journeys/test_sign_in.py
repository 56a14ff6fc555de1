"""The main job through both applications: open the registry, sign in at the provider, come back to one's own records."""

import re

import pytest

from tests.house import CABINET, MAYA, PYOTR, REGISTRY, VERA, House, Person, parameters_of
from tests.idp.stand import ISSUER

GROUPS = ("vaccination", "laboratory_test", "disease_case", "preventive_measure")
# How many records each person has of each group; none is an explicit empty state.
RECORDS = {"vera": (2, 7, 1, 1), "pyotr": (3, 1, 0, 0), "maya": (0, 0, 0, 0)}


@pytest.mark.parametrize("person", [VERA, PYOTR, MAYA], ids=lambda person: person.key)
def test_r001_cabinet_shows_four_groups_with_rows_or_an_empty_state(house: House, person: Person) -> None:
    browser = house.sign_in(person)
    assert (browser.status, browser.url) == (200, CABINET)
    counts = []
    for name in GROUPS:
        section = re.search(rf'<section class="card" id="{name}".*?</section>', browser.answer.text, re.S)
        assert section, f"the group {name} is missing"
        rows = len(re.findall(r'href="/records/', section[0]))
        assert rows or 'class="empty"' in section[0], f"{name}: neither a row nor an empty state"
        counts.append(rows)
    assert tuple(counts) == RECORDS[person.key]


def test_r009_anothers_record_is_the_same_404_as_no_record(house: House) -> None:
    vera, pyotr = house.sign_in(VERA), house.sign_in(PYOTR)
    own = re.findall(r'href="(/records/[^"]+)"', vera.answer.text)
    assert own
    for path in own:
        assert vera.open(REGISTRY + path).status == 200
        anothers = pyotr.open(REGISTRY + path)
        assert anothers.status == 404
        anothers_page = _without_number(anothers.answer.text, path)
        nobodys_path = "/records/00000000-0000-4000-8000-000000000000"
        nobodys = pyotr.open(REGISTRY + nobodys_path)
        assert nobodys.status == 404
        assert anothers_page == _without_number(nobodys.answer.text, nobodys_path)


def test_r010_the_closed_door_leads_to_the_authorization_endpoint(house: House) -> None:
    answer = house.browser().open(CABINET, allow_redirects=False).answer
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{ISSUER}/oauth2/authorize?")
    asked = parameters_of(answer.headers["Location"])
    assert asked["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert asked["acr_values"] == "substantial"


def test_r010_one_password_opens_the_registry_and_every_other_service(house: House) -> None:
    browser = house.sign_in(VERA)
    assert browser.url == CABINET
    assert [form for form in browser.forms() if form in ("sign-in", "code-form", "consent")] == []

    browser.open(house.stand.authorize_url())
    assert list(browser.forms()) == ["consent"], "the second service asks for consent and for nothing else"
    browser.submit("consent", "allow")
    assert house.stand.redeem(house.stand.code_from(browser)).status == 200


def test_r010_a_page_deep_inside_is_returned_to_after_sign_in(house: House) -> None:
    first = house.sign_in(VERA)
    record = REGISTRY + re.findall(r'href="(/records/[^"]+)"', first.answer.text)[0]
    browser = house.browser().open(record)
    assert "sign-in" in browser.forms()
    house.go_on(browser, VERA)
    assert (browser.status, browser.url) == (200, record)


def test_r012_phone_in_both_forms_and_email_are_the_same_person(house: House) -> None:
    subjects = set()
    for login in (VERA.phone, "8" + VERA.phone.removeprefix("+7"), VERA.email, VERA.email.upper(), VERA.snils):
        browser = house.sign_in(VERA, login=login)
        assert browser.url == CABINET, login
        session = house.last_session()
        subjects.add((session["subject"], session["patient_id"]))
        house.clock.advance(1)
    assert len(subjects) == 1


def test_r043_the_right_code_ends_in_the_cabinet_and_a_wrong_one_does_not(house: House) -> None:
    browser = house.browser().open(CABINET)
    browser.submit("sign-in", "submit", login=VERA.email, password=VERA.password)
    right = house.stand.last_code()
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    browser.submit("code-form", "submit", code=wrong)
    assert "code-form" in browser.forms(), "a wrong code is asked for again"
    browser.submit("code-form", "submit", code=right)
    assert "consent" in browser.forms()
    browser.submit("consent", "allow")
    assert (browser.status, browser.url) == (200, CABINET)
    assert "Вера" in browser.text


def test_second_sign_in_needs_no_second_consent(house: House) -> None:
    house.sign_in(VERA)
    browser = house.browser().open(CABINET)
    browser.submit("sign-in", "submit", login=VERA.email, password=VERA.password)
    browser.submit("code-form", "submit", code=house.stand.last_code())
    assert browser.url == CABINET


def test_refused_consent_is_a_friendly_page_of_the_registry(house: House) -> None:
    browser = house.browser().open(CABINET)
    browser.submit("sign-in", "submit", login=VERA.email, password=VERA.password)
    browser.submit("code-form", "submit", code=house.stand.last_code())
    browser.submit("consent", "deny")
    assert browser.url.startswith(f"{REGISTRY}/sign-in/refused?")
    assert parameters_of(browser.url).keys() == {"reason", "error"}, "neither code nor state stays in the address"
    assert browser.status == 403
    assert "Вы не дали согласия" in browser.text
    assert "access_denied" in browser.text, "the developer reads the code"
    assert browser.open(CABINET).url != CABINET, "nobody is signed in"


def test_callback_of_another_browser_opens_nothing(house: House) -> None:
    """The link of a finished sign-in, sent to somebody else, must not sign them in (login CSRF)."""
    browser = house.browser().open(CABINET)
    browser.submit("sign-in", "submit", login=VERA.email, password=VERA.password)
    browser.submit("code-form", "submit", code=house.stand.last_code())
    form = browser.forms()["consent"]
    address = _callback_after(browser, form.action, {**form.values, "answer": "allow"})
    victim = house.browser().open(address)
    assert victim.status == 400
    assert "Вход начат не здесь" in victim.text
    assert browser.open(address).url == CABINET, "the browser that began it may still end it"
    assert "Этот вход уже завершён" in browser.open(address).text


def _callback_after(browser: object, action: str, values: dict[str, str]) -> str:
    """Follow redirects only as far as the registry's door, and return its address."""
    session = browser.session  # type: ignore[attr-defined]
    answer = session.post(action, data=values, allow_redirects=False)
    while not answer.headers["Location"].startswith(f"{REGISTRY}/sign-in/callback?"):
        answer = session.get(ISSUER + answer.headers["Location"].removeprefix(ISSUER), allow_redirects=False)
    return str(answer.headers["Location"])


def _without_number(page: str, path: str) -> str:
    """An error page without what is drawn anew each time."""
    page = re.sub(r"ТН-\d{8}-[0-9a-z]+", "ТН", page)
    page = re.sub(r'name="csrf_token" value="[^"]+"', "", page)
    return page.replace(path, "PATH")
