"""Consent: exactly what will be handed out is shown, and exactly what was shown is handed out."""

import re

import pytest

from idp.interaction.words import CLAIM_WORDS, SAID_WITH
from idp.protocol.scopes import REGISTRABLE, SCOPES, claims_of
from tests.browser import Browser
from tests.idp.stand import SECRET, Stand, answer_of

EVERYTHING = "openid profile email phone snils inn registry.read"
VALUES = {
    "profile": ("Ромашкина Вера Тимофеевна", "14 февраля 1984", "женский"),
    "fullname": ("Ромашкина Вера Тимофеевна",),
    "birthdate": ("14 февраля 1984",),
    "gender": ("женский",),
    "snils": ("000-000-017 00",),
    "inn": ("000000001773",),
    "email": ("vera@example.test",),
    "phone": ("17",),
    "registry.read": ("Читать ваши записи о здоровье",),
}


def at_consent(stand: Stand, browser: Browser | None = None, **parameters: str | None) -> Browser:
    browser = (browser or stand.browser()).open(stand.authorize_url(**parameters))
    if "sign-in" in browser.forms():
        stand.sign_in(browser)
    assert "consent" in browser.forms(), browser.text
    return browser


def told(stand: Stand, browser: Browser) -> dict[str, object]:
    answer = stand.redeem(stand.code_from(browser))
    return dict(stand.userinfo(str(answer.body["access_token"])).json())


@pytest.mark.parametrize("scope", VALUES)
def test_page_shows_the_value_of_every_claim_asked_for_and_of_no_other(stand: Stand, scope: str) -> None:
    text = at_consent(stand, scope=f"openid {scope}").text
    assert all(value in text for value in VALUES[scope])
    others = {value for name, values in VALUES.items() for value in values} - set(VALUES[scope]) - {"17"}
    assert not [value for value in others if value in text]


def test_page_for_openid_alone_says_that_nothing_but_a_number_is_told(stand: Stand) -> None:
    browser = at_consent(stand, scope="openid")
    assert "постоянный номер без имени" in browser.text
    assert told(stand, browser.submit("consent", "allow")).keys() == {"sub"}


def test_page_says_who_asks_and_where_the_answer_goes(stand: Stand) -> None:
    text = at_consent(stand).text
    assert "Учебная поликлиника" in text
    assert "localhost:9999" in text


@pytest.mark.parametrize(
    ("scope", "claims"),
    [
        ("openid", {"sub"}),
        ("openid snils", {"sub", "snils"}),
        ("openid fullname birthdate", {"sub", "name", "family_name", "given_name", "middle_name", "birthdate"}),
        ("openid email", {"sub", "email", "email_verified"}),
        ("openid registry.read", {"sub"}),
    ],
)
def test_client_learns_exactly_the_claims_of_the_granted_scopes(stand: Stand, scope: str, claims: set[str]) -> None:
    assert told(stand, at_consent(stand, scope=scope).submit("consent", "allow")).keys() == claims


def test_values_the_client_learns_are_the_persons(stand: Stand) -> None:
    learnt = told(stand, at_consent(stand, scope=EVERYTHING).submit("consent", "allow"))
    assert learnt == {
        "sub": stand.citizen("vera@example.test"),
        "name": "Ромашкина Вера Тимофеевна",
        "family_name": "Ромашкина",
        "given_name": "Вера",
        "middle_name": "Тимофеевна",
        "birthdate": "1984-02-14",
        "gender": "female",
        "snils": "000-000-017 00",
        "inn": "000000001773",
        "email": "vera@example.test",
        "email_verified": True,
        "phone_number": "+70000000017",
        "phone_number_verified": True,
    }


def test_az_28_changed_fields_of_the_form_do_not_matter(stand: Stand) -> None:
    browser = at_consent(stand, scope="openid")
    form = browser.forms()["consent"]
    forged = {
        "scope": EVERYTHING,
        "client_id": "registry",
        "redirect_uri": "https://evil.test/",
        "state": "forged",
        "answer": "allow",
    }
    browser.answer = browser.session.post(f"{form.action}?scope=openid+snils", data=form.values | forged)
    assert answer_of(browser)["state"] == "the state"
    assert told(stand, browser).keys() == {"sub"}
    assert stand.rows("SELECT client_id, scope FROM consents") == [("client", "openid")]


def test_no_is_told_to_the_client_and_gives_no_code(stand: Stand) -> None:
    answer = answer_of(at_consent(stand).submit("consent", "deny"))
    assert answer["error"] == "access_denied"
    assert answer["state"] == "the state"
    assert "code" not in answer
    assert stand.rows("SELECT count(*) FROM authorization_codes") == [(0,)]
    assert "consent.refused" in stand.actions()


@pytest.mark.parametrize("said", ["", "ALLOW", "yes", "true"])
def test_anything_but_the_yes_button_is_a_no(stand: Stand, said: str) -> None:
    browser = at_consent(stand)
    form = browser.forms()["consent"]
    browser.answer = browser.session.post(form.action, data=form.values | {"answer": said})
    assert answer_of(browser)["error"] == "access_denied"


def test_person_who_said_no_is_asked_again_next_time(stand: Stand) -> None:
    browser = at_consent(stand).submit("consent", "deny")
    at_consent(stand, browser)


@pytest.mark.parametrize("scope", ["openid profile", "openid", "profile openid"])
def test_what_was_allowed_is_not_asked_twice(stand: Stand, scope: str) -> None:
    browser = at_consent(stand).submit("consent", "allow")
    assert "code" in answer_of(browser.open(stand.authorize_url(scope=scope)))


def test_client_that_wants_more_has_to_ask_again(stand: Stand) -> None:
    browser = at_consent(stand).submit("consent", "allow")
    at_consent(stand, browser, scope="openid profile snils")


def test_consent_for_one_client_is_none_for_another(stand: Stand) -> None:
    stand.add_client("other")
    browser = at_consent(stand).submit("consent", "allow")
    at_consent(stand, browser, client_id="other")


def test_se_14_consent_of_one_person_is_none_of_another_in_the_same_browser(stand: Stand) -> None:
    browser = at_consent(stand).submit("consent", "allow")
    browser.open(stand.authorize_url(prompt="login"))
    stand.sign_in(browser, login="maya@example.test", password="oduvanchik-19")
    assert "consent" in browser.forms()
    assert "Ромашкина" not in browser.text


def test_se_14_yes_to_the_page_of_one_person_is_not_the_yes_of_whoever_signed_in_since(stand: Stand) -> None:
    browser = at_consent(stand, scope="openid snils")
    veras_page = browser.answer
    browser.open(stand.authorize_url(prompt="login", state="another tab"))
    stand.sign_in(browser, login="maya@example.test", password="oduvanchik-19")
    browser.answer = veras_page
    browser.submit("consent", "allow")
    assert "consent" in browser.forms(), "Maya is asked with her own page"
    assert "000-000-019 00" in browser.text
    assert stand.rows("SELECT count(*) FROM consents") == [(0,)]


def test_se_14_page_of_a_person_whom_the_client_did_not_expect_leads_back_to_it(stand: Stand) -> None:
    first = at_consent(stand).submit("consent", "allow")
    hint = str(stand.redeem(stand.code_from(first)).body["id_token"])
    browser = at_consent(stand, scope="openid snils", id_token_hint=hint)
    page = browser.url
    browser.open(stand.authorize_url(prompt="login", state="another tab"))
    stand.sign_in(browser, login="maya@example.test", password="oduvanchik-19")
    assert answer_of(browser.open(page))["error"] == "login_required"


def test_consent_page_cannot_be_reached_before_the_sign_in(stand: Stand) -> None:
    browser = stand.browser().open(stand.authorize_url())
    interaction = stand.rows("SELECT id FROM interactions")[0][0]
    browser.open(f"{stand.issuer}/consent/{interaction}")
    assert "sign-in" in browser.forms()


def test_ca_13_name_of_a_client_is_shown_as_text(stand: Stand) -> None:
    stand.add_client("markup", name="<img src=x onerror=alert(1)>", organisation="<b>Минздрав</b>", secret_hash=None)
    page = at_consent(stand, client_id="markup").answer.text
    assert "<img src=x" not in page
    assert "<b>Минздрав" not in page
    assert "&lt;img src=x" in page


def test_page_may_send_its_form_to_us_and_to_this_client_only(stand: Stand) -> None:
    policy = at_consent(stand).answer.headers["Content-Security-Policy"]
    assert policy.endswith("form-action 'self' http://localhost:9999")


def test_client_with_odd_letters_in_its_path_gets_its_pages_and_its_answer(stand: Stand) -> None:
    odd = "http://localhost:9999/call;back,'x'?a=1,2"
    stand.add_client("odd", redirect_uris=(odd,))
    browser = at_consent(stand, client_id="odd", redirect_uri=odd).submit("consent", "allow")
    assert browser.url.startswith(odd + "&code=")


def test_az_08_client_that_was_disabled_meanwhile_gets_no_code(stand: Stand) -> None:
    browser = at_consent(stand)
    stand.execute("UPDATE information_systems SET disabled_at = 1 WHERE client_id = 'client'")
    browser.submit("consent", "allow")
    assert answer_of(browser)["error"] == "unauthorized_client"
    assert stand.rows("SELECT count(*) FROM authorization_codes") == [(0,)]


PASSPORT = ("0000", "000017", "1 марта 2010")


def test_r133_passport_is_asked_by_a_scope_of_its_own_and_shown_unmasked(stand: Stand) -> None:
    browser = at_consent(stand, scope="openid id_doc")
    assert all(value in browser.text for value in PASSPORT)
    assert "Ромашкина" not in browser.text
    assert told(stand, browser.submit("consent", "allow")) == {
        "sub": stand.citizen("vera@example.test"),
        "passport_series": "0000",
        "passport_number": "000017",
        "passport_issued_on": "2010-03-01",
        "passport_verified": True,
    }


@pytest.mark.parametrize("scope", sorted(REGISTRABLE - {"openid", "offline_access", "acting_for"}))
def test_r133_page_lists_exactly_what_the_client_learns(stand: Stand, scope: str) -> None:
    """Every scope of one's own data: as many rows as claims, less those that another says too, and the same values in both."""
    browser = at_consent(stand, scope=f"openid {scope}")
    rows = re.findall(r"<dt>([^<]+)</dt>", browser.answer.text.partition('id="claims"')[2].partition("<form")[0])
    learnt = told(stand, browser.submit("consent", "allow"))
    shown = {name for name in claims_of([scope]) if SAID_WITH.get(name) not in claims_of([scope])}
    assert sorted(rows) == sorted(str(CLAIM_WORDS[name]) for name in shown)
    assert learnt.keys() - {"sub"} <= set(claims_of([scope]))


def test_r133_client_without_the_scope_gets_none_of_the_personal_data(stand: Stand) -> None:
    stand.add_client("modest", scopes=frozenset({"openid"}))
    everything = " ".join(SCOPES)
    browser = at_consent(stand, client_id="modest", scope=everything)
    assert not any(value in browser.text for values in VALUES.values() for value in values if value != "17")
    browser.submit("consent", "allow")
    answer = stand.redeem(stand.code_from(browser), auth=("modest", SECRET))
    assert answer.body["scope"] == "openid"
    assert stand.userinfo(str(answer.body["access_token"])).json().keys() == {"sub"}
    assert not set(claims_of(SCOPES)) & stand.verified(str(answer.body["id_token"])).claims.keys()
