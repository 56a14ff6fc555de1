"""«Устройства и сеансы»: what is listed there, and that what is ended is over, at the clients too."""

import threading

import pytest
import requests

from idp.app import run_due_jobs
from tests.browser import Browser
from tests.idp.stand import CLIENT, CONTROL, CONTROL_TOKEN, ISSUER, SECRET, Stand

HERE = f"{ISSUER}/account/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
TELEPHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
TOLD = ("told", SECRET)
NEW = "ромашка и ещё одна ромашка"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest) -> Stand:
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    grants = ("authorization_code", "refresh_token")
    stand.add_client("told", name="Дневник", backchannel_logout_uri=f"{CLIENT}/logout", grant_types=grants)
    return stand


def at_home(stand: Stand, agent: str = FIREFOX, page: str = HERE) -> Browser:
    """Vera in her account, with two factors, so that she may change something."""
    browser = stand.browser()
    browser.session.headers["User-Agent"] = agent
    stand.sign_in(browser.open(f"{ISSUER}/account/security/password/add"))
    browser.submit("code-form", "submit", code=stand.last_code())
    return browser.open(page)


def elsewhere(stand: Stand, scope: str = "openid") -> tuple[Browser, dict[str, str]]:
    """Vera on her telephone, signed in to a client, and what the client holds."""
    browser = stand.browser()
    browser.session.headers["User-Agent"] = TELEPHONE
    code = stand.obtain_code(browser, client_id="told", scope=scope, prompt="consent")
    answer = stand.redeem(code, auth=TOLD)
    assert answer.status == 200, answer.body
    return browser, {name: str(value) for name, value in answer.body.items()}


def refresh(stand: Stand, token: str) -> requests.Response:
    data = {"grant_type": "refresh_token", "refresh_token": token}
    return stand.http().post(f"{ISSUER}/oauth2/token", data=data, auth=TOLD)


def is_dead(stand: Stand, tokens: dict[str, str]) -> bool:
    """Are both tokens refused?"""
    answer = refresh(stand, tokens["refresh_token"])
    refused = answer.status_code == 400 and answer.json()["error"] == "invalid_grant"
    return refused and stand.userinfo(tokens["access_token"]).status_code == 401


def deliveries(stand: Stand) -> list[tuple[object, ...]]:
    run_due_jobs(stand.realm)
    return stand.rows("SELECT client_id, state FROM logout_deliveries")


def sid_of(browser: Browser, words: str) -> str:
    """The session on the page that these words stand in."""
    part = next(part for part in browser.answer.text.split('<li class="enrolled') if words in part)
    return part.split('id="session-')[1].split('"')[0]


def change_password(browser: Browser, **fields: str) -> Browser:
    browser.open(f"{ISSUER}/account/security/password/add")
    values = {"old-password": "romashka-17", "new-password": NEW, "new-password-again": NEW}
    return browser.submit("add-form", "submit", **(values | fields))


def test_sessions_are_listed_by_browser_system_address_and_services_with_the_own_one_marked(stand: Stand) -> None:
    elsewhere(stand)
    text = at_home(stand).text
    assert "Firefox, Linux вы здесь" in text
    assert "Chrome, Android" in text and "Дневник" in text
    assert "127.0.0.1" in text


def test_browser_that_says_nothing_of_itself_is_an_unknown_one(stand: Stand) -> None:
    assert "Неизвестный браузер" in at_home(stand, agent="curl/8").text


def test_where_somebody_signs_in_from_stands_nowhere_in_the_clear(stand: Stand) -> None:
    at_home(stand)
    for table in ("sessions", "known_places"):
        kept = str(stand.rows(f"SELECT * FROM {table}"))  # noqa: S608 (ours)
        assert "Firefox" not in kept and "127.0.0.1" not in kept


def test_se_21_ended_session_is_anonymous_its_client_is_told_and_its_families_are_dead(stand: Stand) -> None:
    telephone, tokens = elsewhere(stand, "openid offline_access")
    browser = at_home(stand)
    sid = sid_of(browser, "Chrome, Android")
    browser.submit(f"end-{sid}", f"end-button-{sid}")
    assert browser.url == HERE and "Chrome, Android" not in browser.text.split("Знакомые устройства")[0]
    assert "sign-in" in telephone.open(HERE).forms()
    assert "Сессия истекла" not in telephone.text, "it did not run out: somebody ended it"
    assert is_dead(stand, tokens)
    assert deliveries(stand) == [("told", "delivered")]
    assert browser.open(HERE).url == HERE, "the own session goes on"


def test_se_21_all_others_are_ended_and_the_own_one_goes_on(stand: Stand) -> None:
    first, tokens = elsewhere(stand, "openid offline_access")
    second, _ = elsewhere(stand)
    browser = at_home(stand)
    browser.submit("end-others", "end-others-button")
    assert browser.url == HERE
    for other in (first, second):
        assert "sign-in" in other.open(HERE).forms()
    assert is_dead(stand, tokens)
    assert "end-others" not in browser.forms()


def test_se_21_client_that_refreshes_while_the_session_ends_is_left_with_nothing(stand: Stand) -> None:
    """Neither waits for the other for ever, and what was refreshed last is as dead as the rest."""
    _telephone, tokens = elsewhere(stand)
    browser = at_home(stand)
    answers: list[requests.Response] = []

    def go_on_refreshing() -> None:
        token = tokens["refresh_token"]
        while not answers or answers[-1].status_code == 200:
            answers.append(refresh(stand, token))
            token = answers[-1].json().get("refresh_token", "")
        stand.realm.database.release()

    client = threading.Thread(target=go_on_refreshing)
    client.start()
    browser.submit("end-others", "end-others-button")
    client.join()
    assert browser.status == 200
    assert answers[-1].json()["error"] == "invalid_grant"
    last = next((answer.json() for answer in reversed(answers) if answer.status_code == 200), tokens)
    assert stand.userinfo(last["access_token"]).status_code == 401


def test_nobody_ends_a_session_of_somebody_else_or_one_that_is_not_there(stand: Stand) -> None:
    maya = stand.sign_in(stand.browser().open(HERE), login="maya@example.test", password="oduvanchik-19")
    sid = str(stand.rows("SELECT sid FROM sessions")[0][0])
    browser = at_home(stand)
    form = {"csrf_token": next(iter(browser.forms().values())).values["csrf_token"]}
    for name in (sid, "none", "0b5c1f6e-6a1f-4c5e-9a3e-2f1d1a0c9b8e"):
        assert browser.session.post(f"{HERE}/{name}/end", data=form).status_code == 404
    assert maya.open(HERE).url == HERE


def test_se_20_ending_a_session_asks_for_proof_that_is_not_older_than_five_minutes(stand: Stand) -> None:
    elsewhere(stand)
    browser = at_home(stand)
    sid = sid_of(browser, "Chrome, Android")
    stand.clock.advance(301)
    browser.submit(f"end-{sid}", f"end-button-{sid}")
    assert "sign-in" in browser.forms()
    assert "session.ended" not in stand.actions()


def test_forgotten_device_is_asked_for_the_second_step_again(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET risk_is_judged = true")
    browser = at_home(stand)
    known = next(name.removeprefix("forget-") for name in browser.forms() if name.startswith("forget-"))
    browser.open(f"{ISSUER}/oauth2/logout").submit("logout", "submit")
    assert "code-form" not in stand.sign_in(browser.open(HERE)).forms(), "known by now"
    browser.open(f"{ISSUER}/account/security/password/add").submit("code-form", "submit", code=stand.last_code())
    browser.open(HERE).submit(f"forget-{known}", f"forget-button-{known}")
    assert "Таких пока нет." in browser.text
    browser.open(f"{ISSUER}/oauth2/logout").submit("logout", "submit")
    assert "code-form" in stand.sign_in(browser.open(HERE)).forms()
    assert "place.forgotten" in stand.actions()


def test_r033_tk_19_changed_password_ends_the_other_sessions_and_their_refresh_tokens(stand: Stand) -> None:
    telephone, tokens = elsewhere(stand, "openid offline_access")
    browser = at_home(stand)
    own = stand.redeem(stand.obtain_code(browser, client_id="told", scope="openid"), auth=TOLD).body
    before = browser.session.cookies["idp_session"]
    change_password(browser)
    assert browser.url == f"{ISSUER}/account/security"
    assert "sign-in" in telephone.open(HERE).forms()
    assert is_dead(stand, tokens)
    assert deliveries(stand) == [("told", "delivered")]
    assert refresh(stand, str(own["refresh_token"])).status_code == 200, "what is of the own session goes on"
    assert browser.session.cookies["idp_session"] != before, "SE-05: trust has changed"
    assert stand.sign_in(stand.browser().open(HERE)).status == 400, "the old password is refused"
    assert stand.sign_in(stand.browser().open(HERE), password=NEW).url == HERE


def test_tk_19_who_unticks_it_keeps_the_other_sessions(stand: Stand) -> None:
    telephone, tokens = elsewhere(stand)
    browser = at_home(stand).open(f"{ISSUER}/account/security/password/add")
    form = browser.forms()["add-form"]
    assert form.values.pop("end-others") == "1", "it is ticked at first"
    fields = {"old-password": "romashka-17", "new-password": NEW, "new-password-again": NEW}
    browser.session.post(form.action, data=form.values | fields)
    assert "password.changed" in stand.actions()
    assert telephone.open(HERE).url == HERE
    assert refresh(stand, tokens["refresh_token"]).status_code == 200


def test_se_05_cookie_from_before_the_password_was_changed_is_worth_nothing(stand: Stand) -> None:
    browser = at_home(stand)
    old = browser.session.cookies["idp_session"]
    change_password(browser)
    thief = stand.browser()
    thief.session.cookies.set("idp_session", old, domain="localhost.local", path="/")
    assert "sign-in" in thief.open(HERE).forms()


def test_tk_19_changed_factor_offers_to_end_the_others_and_does_so(stand: Stand) -> None:
    telephone, tokens = elsewhere(stand, "openid offline_access")
    browser = at_home(stand, page=f"{ISSUER}/account/security")
    assert "end-others" not in browser.forms(), "nothing has changed yet"
    change_password_keeping_others(browser)
    assert "Открыты и другие сеансы: 1" in browser.open(f"{ISSUER}/account/security").text
    browser.submit("end-others", "end-others-button")
    assert "sign-in" in telephone.open(HERE).forms()
    assert is_dead(stand, tokens)
    assert browser.open(HERE).url == HERE


def change_password_keeping_others(browser: Browser) -> None:
    form = browser.open(f"{ISSUER}/account/security/password/add").forms()["add-form"]
    form.values.pop("end-others")
    fields = {"old-password": "romashka-17", "new-password": NEW, "new-password-again": NEW}
    browser.session.post(form.action, data=form.values | fields)


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_tk_18_person_who_is_disabled_or_removed_has_no_session_and_no_token(stand: Stand, method: str) -> None:
    telephone, tokens = elsewhere(stand, "openid offline_access")
    control = stand.control().session
    control.headers["Authorization"] = f"Bearer {CONTROL_TOKEN}"
    body = {"disabled": True} if method == "PATCH" else None
    answer = control.request(method, f"{CONTROL}/people/{stand.citizen('vera@example.test')}", json=body)
    assert answer.status_code in (200, 204), answer.text
    assert is_dead(stand, tokens)
    assert "sign-in" in telephone.open(HERE).forms()
    assert stand.rows("SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL") == [(0,)]
    assert deliveries(stand) == [("told", "delivered")]


def test_tk_18_person_who_is_enabled_again_signs_in_anew(stand: Stand) -> None:
    telephone, _ = elsewhere(stand)
    control = stand.control().session
    control.headers["Authorization"] = f"Bearer {CONTROL_TOKEN}"
    for disabled in (True, False):
        control.patch(f"{CONTROL}/people/{stand.citizen('vera@example.test')}", json={"disabled": disabled})
    assert "sign-in" in telephone.open(HERE).forms()
    assert stand.sign_in(telephone).url == HERE
