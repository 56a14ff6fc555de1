"""A person takes a consent back, and within a second the registry and every service that read from it are shut out."""

import time
from collections.abc import Callable

import pytest
import requests

from idp.app import run_due_jobs
from rp.trust.access_token import REMEMBERED_SECONDS
from tests.browser import Browser
from tests.house import CABINET, VERA, House, Person
from tests.idp.stand import ISSUER, VERIFIER, challenge
from tests.running_stand import RunningStand

SCOPE = "openid registry.read"


@pytest.fixture
def somebody(running_stand: RunningStand) -> Person:
    """A person of this test alone."""
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Authorization": f"Bearer {running_stand.phone.token}"}
        made = session.post(f"{running_stand.phone.control}/people", json={}, headers=headers, timeout=20).json()
    return Person("somebody", made["phone"], made["email"], made["snils"], made["password"])


def go_on(browser: Browser, stand: RunningStand, person: Person) -> Browser:
    phone = stand.phone
    if "sign-in" in browser.forms():
        browser.submit("sign-in", "submit", login=person.email, password=person.password)
    if "code-form" in browser.forms():
        browser.submit("code-form", "submit", code=phone.code_of(person))
    if "consent" in browser.forms():
        browser.submit("consent", "allow")
    return browser


def seconds_until(is_so: Callable[[], bool]) -> float:
    """How long it takes, asking again and again."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < 10, "it never happens"
    return time.monotonic() - began


def test_r147_tk_20_withdrawn_consent_is_dead_at_registry_and_partner_within_a_second(
    running_stand: RunningStand, somebody: Person
) -> None:
    """With real processes: the clocks, the job and the network are those of a stand."""
    at = running_stand.at
    browser = Browser(requests.adapters.HTTPAdapter())  # type: ignore[arg-type]
    http, cabinet = requests.Session(), f"{at.registry}/"
    http.trust_env = False
    go_on(browser.open(cabinet), running_stand, somebody)
    assert browser.url == cabinet

    client = http.post(
        f"{at.issuer}/oauth2/register",
        json={"client_name": "Дневник здоровья", "redirect_uris": [cabinet], "scope": SCOPE},
        timeout=20,
    ).json()
    query = {
        "response_type": "code",
        "client_id": client["client_id"],
        "redirect_uri": cabinet,
        "scope": SCOPE,
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
    }
    address = requests.Request("GET", f"{at.issuer}/oauth2/authorize", params=query).prepare().url or ""
    browser.session.max_redirects = 10
    go_on(browser.open(address), running_stand, somebody)
    code = dict(part.split("=", 1) for part in browser.url.partition("?")[2].split("&"))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": cabinet, "code_verifier": VERIFIER}
    auth = (client["client_id"], client["client_secret"])
    token = http.post(f"{at.issuer}/oauth2/token", data=form, auth=auth, timeout=20).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}

    def status_of(url: str) -> int:
        return http.get(url, headers=bearer, timeout=20).status_code

    records, userinfo = f"{at.registry}/api/v1/me/records", f"{at.issuer}/oauth2/userinfo"
    assert (status_of(records), status_of(userinfo)) == (200, 200)

    consents = f"{at.issuer}/account/consents"
    browser.open(consents).submit(f"withdraw-{client['client_id']}")
    assert seconds_until(lambda: status_of(records) == 401) <= 1.0
    assert status_of(userinfo) == 401

    cookies = browser.session.cookies.copy()
    browser.open(consents).submit("withdraw-registry")
    taken = seconds_until(lambda: http.get(cabinet, cookies=cookies, allow_redirects=False, timeout=20).status_code == 302)
    assert taken <= 1.0, "the session of the registry lived on"
    assert "consent" in browser.open(cabinet).forms(), "it may ask again"


def test_r147_api_remembers_an_answer_for_a_second_at_most_and_refuses_while_the_provider_is_away(house: House) -> None:
    browser = house.sign_in(VERA)
    tokens = house.stand.redeem(house.stand.obtain_code(browser, scope=SCOPE)).body
    token = str(tokens["access_token"])
    assert house.ask_api(token).status_code == 200
    browser.open(f"{ISSUER}/account/consents").submit("withdraw-client")
    assert REMEMBERED_SECONDS <= 1
    house.clock.advance(1)
    provider = house.stand.transport.hosts[ISSUER]
    house.stop_provider()
    assert house.ask_api(token).status_code == 503, "who cannot ask lets nobody in"
    house.stand.transport.hosts[ISSUER] = provider
    assert house.ask_api(token).status_code == 401


def test_r147_registry_whose_consent_is_withdrawn_forgets_the_person_in_every_browser(house: House) -> None:
    first, second = house.sign_in(VERA), house.sign_in(VERA)
    first.open(f"{ISSUER}/account/consents").submit("withdraw-registry")
    assert run_due_jobs(house.stand.realm) == 2
    for browser in (first, second):
        assert "consent" in browser.open(CABINET).forms(), "known to the provider, and asked again"
    house.assert_journals_are_whole()


def test_r147_withdrawn_consent_is_dead_at_the_next_renewal_when_the_registry_could_not_be_told(house: House) -> None:
    browser = house.sign_in(VERA)
    browser.open(f"{ISSUER}/account/consents").submit("withdraw-registry")
    house.clock.advance(60)
    assert "consent" in browser.open(CABINET).forms()
