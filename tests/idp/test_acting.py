"""On whose behalf a person comes: chosen after the sign-in, carried by every token, over when the tie is."""

from pathlib import Path

import pytest
from stdnum.ru import inn, ogrn

from idp.citizens import children, directory, organisations
from idp.citizens.children import BirthCertificate
from idp.citizens.models import PersonalData
from idp.seed import read_organisations
from tests.browser import Browser
from tests.house import PEOPLE
from tests.idp.stand import CONTROL, CONTROL_TOKEN, ISSUER, SECRET, Stand, Tokens, answer_of

VERA, CLINIC = "vera@example.test", "00000000-0000-4000-8000-000000000017"
MAYA = {"login": "maya@example.test", "password": "oduvanchik-19"}
SCOPE = "openid acting_for"
CLINIC_CLAIM = {
    "type": "organisation",
    "id": CLINIC,
    "name": "ООО «Учебная поликлиника», г. Выдуманск",
    "ogrn": "1000000000175",
    "inn": "0000000177",
    "position": "Главный врач",
}
YEAR = 365 * 24 * 60 * 60


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest) -> Stand:
    """With a client that may refresh."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    stand.add_client("office", grant_types=("authorization_code", "refresh_token"))
    return stand


def arrive(stand: Stand, browser: Browser | None = None, person: dict[str, str] | None = None, **parameters: str) -> Browser:
    """Somebody, Vera unless it is said, comes from the client and signs in."""
    browser = (browser or stand.browser()).open(stand.authorize_url(client_id="office", **{"scope": SCOPE, **parameters}))
    if "sign-in" in browser.forms():
        stand.sign_in(browser, **(person or {}))
    return browser


def tokens_for(stand: Stand, browser: Browser, party: str) -> Tokens:
    """Choose, agree, and redeem."""
    browser.submit("acting", f"party-{party}")
    if "consent" in browser.forms():
        browser.submit("consent", "allow")
    return stand.redeem(stand.code_from(browser), auth=("office", SECRET))


def refresh(stand: Stand, tokens: Tokens, **parameters: str) -> Tokens:
    data = {"grant_type": "refresh_token", "refresh_token": str(tokens.body["refresh_token"])} | parameters
    answer = stand.http().post(f"{ISSUER}/oauth2/token", data=data, auth=("office", SECRET))
    return Tokens(answer.status_code, answer.json())


def claims_everywhere(stand: Stand, tokens: Tokens) -> list[object]:
    """What ID token, userinfo and introspection say of the choice."""
    access_token = str(tokens.body["access_token"])
    documents = (
        stand.verified(str(tokens.body["id_token"])).claims,
        stand.userinfo(access_token).json(),
        stand.introspect(access_token, auth=("office", SECRET)).json(),
    )
    return [document.get("acting_for") for document in documents]


def end_membership(stand: Stand) -> None:
    with stand.realm.database.write() as connection:
        citizen_id = stand.citizen(VERA)
        assert organisations.end_membership(stand.realm, connection, citizen_id, CLINIC, actor="operator:test")


def add_child(stand: Stand, birthdate: str = "2018-05-06") -> str:
    """Vera has a child from now on."""
    with stand.realm.database.write() as connection:
        parent = directory.find_by_login(stand.realm, connection, VERA)
        assert parent is not None
        data = PersonalData("Ромашкин", "Лев", "Петрович", birthdate=birthdate)
        return children.add(stand.realm, connection, parent, data, BirthCertificate("II-АБ", "000017"), actor="operator:test")


def test_person_chooses_an_organisation_and_every_token_says_so(stand: Stand) -> None:
    browser = arrive(stand)
    assert browser.url.startswith(f"{ISSUER}/acting/")
    assert all(text in browser.text for text in ("От чьего имени", "Ромашкина Вера Тимофеевна", CLINIC_CLAIM["name"]))
    assert all(text in browser.text for text in ("1000000000175", "0000000177", "Главный врач")), "what the service will learn"
    browser.submit("acting", f"party-{CLINIC}")
    assert all(value in browser.text for name, value in CLINIC_CLAIM.items() if name not in ("type", "id")), "the consent page"
    browser.submit("consent", "allow")
    tokens = stand.redeem(stand.code_from(browser), auth=("office", SECRET))
    assert claims_everywhere(stand, tokens) == [CLINIC_CLAIM] * 3
    refreshed = refresh(stand, tokens, scope=SCOPE)
    assert claims_everywhere(stand, refreshed) == [CLINIC_CLAIM] * 3


def test_person_who_comes_for_themselves_is_told_to_nobody_as_anybody_else(stand: Stand) -> None:
    browser = arrive(stand).submit("acting", "party-self")
    assert "от своего" in browser.text
    browser.submit("consent", "allow")
    tokens = stand.redeem(stand.code_from(browser), auth=("office", SECRET))
    assert claims_everywhere(stand, tokens) == [None] * 3


def test_person_without_anybody_to_act_for_is_not_asked(stand: Stand) -> None:
    assert "consent" in arrive(stand, person=MAYA).forms()


def test_client_that_does_not_ask_learns_nothing_and_nobody_is_asked(stand: Stand) -> None:
    browser = arrive(stand, scope="openid profile")
    assert "consent" in browser.forms() and "Учебная поликлиника»" not in browser.text


def test_choice_is_asked_at_every_request_and_consent_once(stand: Stand) -> None:
    browser = arrive(stand)
    tokens_for(stand, browser, CLINIC)
    arrive(stand, browser)
    assert "acting" in browser.forms()
    browser.submit("acting", "party-self")
    assert claims_everywhere(stand, stand.redeem(stand.code_from(browser), auth=("office", SECRET))) == [None] * 3


def test_nobody_is_asked_with_prompt_none(stand: Stand) -> None:
    browser = arrive(stand)
    tokens_for(stand, browser, CLINIC)
    assert answer_of(arrive(stand, browser, prompt="none"))["error"] == "interaction_required"


@pytest.mark.parametrize(
    "said", ["organisation:00000000-0000-4000-8000-000000000099", "organisation:", "child:" + CLINIC, "", "self:1", "организация"]
)
def test_what_was_not_offered_cannot_be_chosen(stand: Stand, said: str) -> None:
    browser = arrive(stand)
    form = browser.forms()["acting"]
    browser.answer = browser.session.post(form.action, data=form.values | {"party": said})
    assert "acting" in browser.forms(), "asked again"


def test_parameter_of_the_request_chooses_nobody(stand: Stand) -> None:
    browser = arrive(stand, acting_for=CLINIC, party=f"organisation:{CLINIC}", org_oid=CLINIC)
    assert "acting" in browser.forms()
    tokens = tokens_for(stand, browser.open(f"{browser.url}?party=organisation:{CLINIC}"), "self")
    assert claims_everywhere(stand, tokens) == [None] * 3


def test_se_14_choice_of_one_person_is_not_that_of_whoever_signed_in_since(stand: Stand) -> None:
    browser = arrive(stand)
    veras_page = browser.answer
    arrive(stand, browser, person={"login": "anton@example.test", "password": PEOPLE["anton"].password}, prompt="login")
    assert "acting" in browser.forms(), "Anton works there too"
    browser.answer = veras_page
    browser.submit("acting", f"party-{CLINIC}")
    assert "acting" in browser.forms(), "the page of Vera is nothing that Anton pressed"
    browser.submit("acting", f"party-{CLINIC}")
    assert "Врач-терапевт" in browser.text


def test_token_of_somebody_who_may_act_no_more_is_worth_nothing(stand: Stand) -> None:
    """Without its claim the same token would speak for Vera herself, and a client that does not look would not see it."""
    tokens = tokens_for(stand, arrive(stand), CLINIC)
    end_membership(stand)
    access_token = str(tokens.body["access_token"])
    assert refresh(stand, tokens).body["error"] == "invalid_grant"
    assert stand.userinfo(access_token).status_code == 401
    assert stand.introspect(access_token, auth=("office", SECRET)).json() == {"active": False}
    assert "membership.ended" in stand.actions()


def test_code_of_somebody_who_may_act_no_more_is_worth_nothing(stand: Stand) -> None:
    browser = arrive(stand).submit("acting", f"party-{CLINIC}").submit("consent", "allow")
    end_membership(stand)
    assert stand.redeem(stand.code_from(browser), auth=("office", SECRET)).body["error"] == "invalid_grant"


def test_choice_that_ended_before_the_consent_is_asked_about_anew(stand: Stand) -> None:
    browser = arrive(stand).submit("acting", f"party-{CLINIC}")
    end_membership(stand)
    browser.submit("consent", "allow")
    assert "acting" in browser.forms() and CLINIC_CLAIM["name"] not in browser.text


def test_the_only_tie_that_ended_before_the_consent_is_not_taken_for_themselves(stand: Stand) -> None:
    """They chose the one organisation that they had: where it is gone nobody is left to choose, and that must be said."""
    browser = arrive(stand).submit("acting", f"party-{CLINIC}")
    stand.execute("UPDATE memberships SET ended_at = 1")
    browser.submit("consent", "allow")
    assert "code=" not in browser.url and "/acting/" in browser.url, browser.url


def test_tk_18_a_session_of_somebody_disabled_gets_no_code(stand: Stand) -> None:
    """Whatever has shut them out: a session that is still there is nobody's."""
    browser = stand.browser()
    stand.tokens(browser)
    stand.execute("UPDATE citizens SET disabled_at = 1")
    browser.open(stand.authorize_url())
    assert "sign-in" in browser.forms(), browser.url


def test_parent_acts_for_a_child_until_it_is_fourteen(stand: Stand) -> None:
    child_id = add_child(stand)
    tokens = tokens_for(stand, arrive(stand, scope=f"{SCOPE} offline_access"), child_id)
    claim = {"type": "child", "id": child_id, "name": "Ромашкин Лев Петрович", "birthdate": "2018-05-06"}
    assert claims_everywhere(stand, tokens) == [claim] * 3
    with stand.realm.database.write() as connection:
        assert children.remove(stand.realm, connection, stand.citizen(VERA), child_id, actor="operator:test")
    assert refresh(stand, tokens).body["error"] == "invalid_grant"


def test_child_of_fourteen_is_nobodys_to_act_for(stand: Stand) -> None:
    child_id = add_child(stand, "2013-01-02")
    assert f"party-{child_id}" in arrive(stand).forms()["acting"].buttons
    stand.clock.advance(YEAR)
    assert f"party-{child_id}" not in arrive(stand).forms()["acting"].buttons


def test_journal_says_for_whom_a_code_was_given(stand: Stand) -> None:
    tokens_for(stand, arrive(stand), CLINIC)
    issued = [event for event in stand.events() if event["action"] == "authorization.issued"][-1]
    assert CLINIC in str(issued["detail"])


def test_login_of_the_control_plane_takes_a_choice(stand: Stand) -> None:
    asked = {"person": VERA, "into": "tokens", "authorization": {"client_id": "office", "scope": SCOPE}}

    def login(**more: object) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
        return dict(stand.control().session.post(f"{CONTROL}/login", json=asked | more, headers=headers).json())

    def claim(answer: dict[str, object]) -> object:
        tokens = answer["tokens"]
        assert isinstance(tokens, dict)
        return stand.verified(tokens["id_token"]).claims.get("acting_for")

    assert claim(login()) is None
    assert claim(login(acting_for={"type": "organisation", "id": CLINIC})) == CLINIC_CLAIM
    unknown = login(acting_for={"type": "organisation", "id": "of nobody"})
    assert (unknown["outcome"], unknown["reason"]) == ("refused", "party_unknown")


def test_organisations_of_the_seed_have_right_check_digits() -> None:
    seeded = read_organisations(Path(__file__).parents[2] / "config" / "seed")
    assert len(seeded) >= 2
    for entry in seeded:
        assert ogrn.is_valid(entry["ogrn"]) and inn.is_valid(entry["inn"]), entry["name"]
