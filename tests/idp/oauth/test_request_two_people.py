"""Two tabs, two people on one browser, a link sent to another browser: sign-ins are never mixed."""

from tests.browser import Browser
from tests.idp.stand import Stand, answer_of

MAYA = {"login": "maya@example.test", "password": "oduvanchik-19"}


def tab_of(stand: Stand, browser: Browser) -> Browser:
    """Another tab: the same cookies, a page of its own."""
    tab = stand.browser()
    tab.session.cookies = browser.session.cookies
    return tab


def subject(stand: Stand, browser: Browser) -> object:
    return stand.verified(str(stand.redeem(stand.code_from(browser)).body["id_token"])).claims["sub"]


def test_consent_page_of_one_person_is_not_answered_by_the_next(stand: Stand) -> None:
    vera = stand.sign_in(stand.browser().open(stand.authorize_url()))
    maya = stand.sign_in(tab_of(stand, vera).open(stand.authorize_url(prompt="login")), **MAYA)
    assert "Ромашкина" in vera.text
    vera.submit("consent", "allow")
    assert "consent" in vera.forms(), "what Maya never saw is not allowed in her name"
    assert "Одуванчикова" in vera.text
    assert stand.rows("SELECT count(*) FROM consents") == [(0,)]
    assert subject(stand, vera.submit("consent", "allow")) == stand.citizen("maya@example.test")
    assert subject(stand, maya.submit("consent", "allow")) == stand.citizen("maya@example.test")


def test_answer_of_one_person_does_not_count_for_the_next(stand: Stand) -> None:
    """Between the button and the way back somebody else signs in from another tab."""
    vera = stand.sign_in(stand.browser().open(stand.authorize_url()))
    form = vera.forms()["consent"]
    answer = vera.session.post(form.action, data=form.values | {"answer": "allow"}, allow_redirects=False)
    stand.sign_in(tab_of(stand, vera).open(stand.authorize_url(prompt="login")), **MAYA)
    vera.open(f"{stand.issuer}{answer.headers['Location']}")
    assert "Одуванчикова" in vera.text
    assert "consent" in vera.forms()


def test_two_tabs_answer_each_their_own_client(stand: Stand) -> None:
    first = stand.browser().open(stand.authorize_url(state="first"))
    second = tab_of(stand, first).open(stand.authorize_url(state="second", scope="openid snils"))
    stand.sign_in(second)
    stand.sign_in(first)
    assert answer_of(first.submit("consent", "allow"))["state"] == "first"
    assert answer_of(second.submit("consent", "allow"))["state"] == "second"


def test_link_sent_to_another_browser_leads_nowhere(stand: Stand) -> None:
    mine = stand.browser().open(stand.authorize_url())
    thief = stand.browser()
    assert thief.open(mine.url).status in (400, 404)
    stand.sign_in(mine)
    assert thief.open(mine.url).status == 404
    assert thief.open(mine.url.replace("/consent/", "/oauth2/continue/")).status == 404
    assert "code" in answer_of(mine.submit("consent", "allow"))


def test_request_that_came_by_a_form_belongs_to_the_browser_that_took_it_up(stand: Stand) -> None:
    mine = stand.browser()
    form = {"response_type": "code", "client_id": "client", "scope": "openid", "redirect_uri": "http://localhost:9999/callback"}
    answer = mine.session.post(f"{stand.issuer}/oauth2/authorize", data=form, allow_redirects=False)
    link = f"{stand.issuer}{answer.headers['Location']}"
    assert "sign-in" in mine.open(link).forms()
    assert stand.browser().open(link).status == 404


def test_sign_in_of_one_tab_does_not_answer_the_forced_sign_in_of_another(stand: Stand) -> None:
    first = stand.browser().open(stand.authorize_url(prompt="login"))
    second = tab_of(stand, first)
    stand.sign_in(second.open(stand.authorize_url()), **MAYA)
    first.open(first.url)
    assert "sign-in" in first.forms(), "prompt=login is answered by its own sign-in only"
