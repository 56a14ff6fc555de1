"""Logout that a client asks for (OpenID Connect RP-Initiated Logout 1.0)."""

from urllib.parse import urlencode

import pytest

from tests.browser import Browser
from tests.idp.stand import ISSUER, SECRET, Stand, answer_of

LOGOUT = f"{ISSUER}/oauth2/logout"
BACK = "http://localhost:9999/signed-out"


class Person:
    """Somebody signed in, with the tokens their client got."""

    def __init__(self, stand: Stand) -> None:
        self.stand, self.browser = stand, stand.browser()
        tokens = stand.tokens(self.browser)
        self.hint, self.access_token = tokens["id_token"], tokens["access_token"]

    def leave(self, **parameters: str) -> Browser:
        return self.browser.open(f"{LOGOUT}?{urlencode(parameters)}")

    def is_signed_in(self) -> bool:
        return "code" in answer_of(self.browser.open(self.stand.authorize_url(prompt="none")))


@pytest.fixture
def vera(stand: Stand) -> Person:
    return Person(stand)


def test_se_09_with_a_good_hint_nobody_is_asked_and_state_comes_back(vera: Person) -> None:
    browser = vera.leave(id_token_hint=vera.hint, post_logout_redirect_uri=BACK, state="ü & 1")
    assert browser.url == f"{BACK}?state=%C3%BC+%26+1"
    assert not vera.is_signed_in()


def test_tokens_of_the_session_die_with_it(vera: Person) -> None:
    assert vera.stand.userinfo(vera.access_token).status_code == 200
    vera.leave(id_token_hint=vera.hint)
    assert vera.stand.userinfo(vera.access_token).status_code == 401
    assert vera.stand.introspect(vera.access_token).json() == {"active": False}
    assert vera.stand.actions()[-3:] == ["session.ended", "tokens.revoked", "token.refused refused"]


def test_tokens_of_another_session_of_the_same_person_live_on(vera: Person) -> None:
    elsewhere = Person(vera.stand)
    vera.leave(id_token_hint=vera.hint)
    assert vera.stand.userinfo(elsewhere.access_token).status_code == 200
    assert elsewhere.is_signed_in()


def test_cookie_is_taken_back_and_is_worth_nothing(vera: Person) -> None:
    cookie = vera.browser.session.cookies["idp_session"]
    vera.leave(id_token_hint=vera.hint)
    assert "idp_session" not in vera.browser.session.cookies
    vera.browser.session.cookies.set("idp_session", cookie, domain="localhost.local", path="/")
    assert not vera.is_signed_in()


def test_without_a_hint_the_person_is_asked_and_may_stay(vera: Person) -> None:
    browser = vera.leave(client_id="client", post_logout_redirect_uri=BACK, state="s")
    assert "logout" in browser.forms()
    assert "Учебная поликлиника" in browser.text
    assert vera.is_signed_in()


def test_person_who_is_asked_and_says_yes_goes_back_with_state(vera: Person) -> None:
    browser = vera.leave(client_id="client", post_logout_redirect_uri=BACK, state="s").submit("logout", "submit")
    assert browser.url == f"{BACK}?state=s"
    assert not vera.is_signed_in()


def test_bare_logout_asks_and_ends_on_a_page(vera: Person) -> None:
    browser = vera.leave().submit("logout", "submit")
    assert "Вы вышли" in browser.text
    assert not vera.is_signed_in()


def test_hint_of_another_session_does_not_end_this_one_unasked(vera: Person) -> None:
    other = Person(vera.stand)
    browser = vera.leave(id_token_hint=other.hint)
    assert "logout" in browser.forms()
    assert vera.is_signed_in()


def test_hint_that_has_run_out_is_still_a_hint(vera: Person) -> None:
    vera.stand.clock.advance(700)
    assert vera.leave(id_token_hint=vera.hint, post_logout_redirect_uri=BACK).url == BACK


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.test/", "http://localhost:9999/signed-out/", "http://localhost:9999/signed-out?x=1", "http://localhost:9999/callback",
        "//evil.test", "/\\evil.test", "https:evil.test", "javascript:alert(1)", "http://localhost:9999/signed-out\r\nX: y",
    ],
)  # fmt: skip
@pytest.mark.parametrize("with_hint", [True, False])
def test_se_18_unregistered_address_gets_a_page_and_the_session_stays(vera: Person, address: str, with_hint: bool) -> None:
    who = {"id_token_hint": vera.hint} if with_hint else {"client_id": "client"}
    browser = vera.leave(post_logout_redirect_uri=address, **who)
    assert browser.status == 400
    assert browser.url.startswith(LOGOUT)
    assert vera.is_signed_in()


def test_address_without_a_client_gets_a_page(vera: Person) -> None:
    assert vera.leave(post_logout_redirect_uri=BACK).status == 400


def test_client_that_is_not_the_one_of_the_hint_gets_a_page(vera: Person) -> None:
    vera.stand.add_client("other")
    assert vera.leave(id_token_hint=vera.hint, client_id="other", post_logout_redirect_uri=BACK).status == 400
    assert vera.is_signed_in()


def test_form_of_a_client_is_taken_too(vera: Person) -> None:
    data = {"id_token_hint": vera.hint, "post_logout_redirect_uri": BACK, "state": "posted"}
    vera.browser.answer = vera.browser.session.post(LOGOUT, data=data, headers={"Origin": "http://localhost:9999"})
    assert vera.browser.url == f"{BACK}?state=posted"
    assert not vera.is_signed_in()


def test_confirmation_cannot_be_forged(vera: Person) -> None:
    answer = vera.browser.session.post(f"{LOGOUT}/confirmed", data={"client_id": "client"})
    assert answer.status_code == 403
    assert vera.is_signed_in()


def test_changed_address_in_the_confirmation_leads_nowhere(vera: Person) -> None:
    browser = vera.leave(client_id="client", post_logout_redirect_uri=BACK)
    form = browser.forms()["logout"]
    forged = form.values | {"post_logout_redirect_uri": "https://evil.test/"}
    assert vera.browser.session.post(form.action, data=forged).status_code == 400
    assert vera.is_signed_in()


def test_nobody_signed_in_goes_straight_back(stand: Stand) -> None:
    assert stand.browser().open(f"{LOGOUT}?client_id=client&post_logout_redirect_uri={BACK}&state=x").url == f"{BACK}?state=x"


def test_code_obtained_before_the_logout_gives_no_living_tokens(vera: Person) -> None:
    code = vera.stand.obtain_code(vera.browser)
    vera.leave(id_token_hint=vera.hint)
    answer = vera.stand.redeem(code, auth=("client", SECRET))
    assert answer.status == 400 or vera.stand.userinfo(str(answer.body["access_token"])).status_code == 401
