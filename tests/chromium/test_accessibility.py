"""Every kind of page is judged by axe-core, in light and in dark: nothing to object."""

from dataclasses import replace

import requests
from playwright.sync_api import Browser

from tests.chromium.axe import objections_to
from tests.chromium.visit import Visit
from tests.house import PEOPLE
from tests.idp.bank import PASSWORDS
from tests.running_stand import RunningStand

ANTON, MAYA = PEOPLE["anton"], PEOPLE["maya"]
REFUSED = 400
"""A form that is shown again with what was wrong in it."""


def test_axe_core_objects_to_nothing_on_any_page(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], axe: str
) -> None:
    at, phone = running_stand.at, running_stand.phone
    visit = Visit(chromium, at)
    visits.append(visit)
    objections: list[str] = []

    def judge(name: str, *, status: int = 200, is_error: bool = False) -> None:
        objections.extend(objections_to(visit, axe, name, status=status, is_error=is_error))

    visit.open(authorization_of_a_new_client(running_stand))
    judge("login")
    visit.press(".tabs a:has-text('Электронная подпись')")
    for part in ("details:has(#text-to-sign) summary", "#sign-elsewhere summary"):
        visit.page.click(part)
    judge("signature")
    visit.press(".tabs a:has-text('Логин и пароль')")
    visit.page.fill("#login", ANTON.email)
    visit.page.fill("#password", "wrong")
    visit.press("#sign-in #submit")
    assert visit.page.is_visible("#error")
    judge("login refused", status=REFUSED)
    visit.give_password(ANTON)
    judge("code")
    attempt = visit.page.url.rpartition("/")[0]
    visit.page.click("#choose")
    assert visit.page.is_visible("#other-ways")
    judge("code with the dialog")
    visit.open(f"{attempt}/ways")
    judge("choice of ways")
    visit.press("#way-code")
    visit.give_code(phone.code_of(ANTON))
    judge("consent")
    visit.press("#sign-consent")
    judge("signing of a consent")
    visit.press("#unsigned")
    visit.press("#deny")  # ends at an address of nobody; the session stays
    visit.open(f"{at.registry}/")
    if visit.page.query_selector("#consent"):
        visit.press("#allow")
    judge("cabinet")
    visit.press("#vaccination a[href^='/records/']")
    judge("record")
    for page in ("/sharing", "/readers?own=1", "/copy"):
        visit.open(f"{at.registry}{page}")
        judge(f"registry{page}")
    visit.open(f"{at.registry}/regions")
    judge("region")
    visit.open(f"{at.registry}/records/none")
    judge("error of the registry", status=404, is_error=True)
    visit.open(f"{at.issuer}/oauth2/authorize?client_id=nobody")
    judge("error of the provider", status=400, is_error=True)
    visit.open(f"{at.issuer}/")
    judge("home of the provider")
    for page in ("", "/security", "/documents", "/sessions", "/consents", "/security/password/add"):
        visit.open(f"{at.issuer}/account{page}")
        judge(f"account{page}")
    visit.open(f"{phone.control}/open?token={phone.token}")
    judge("phone")
    visit.open(f"{at.registry}/")
    visit.press("#sign-out")
    if visit.page.query_selector("#logout"):
        judge("logout")
        visit.press("#logout #submit")
    judge("signed out")
    assert objections == []


def test_axe_core_objects_to_nothing_on_the_pages_of_the_bank_and_those_that_lead_there(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], axe: str
) -> None:
    at = running_stand.at
    visit = Visit(chromium, at)
    visits.append(visit)
    objections: list[str] = []

    def judge(name: str, *, status: int = 200) -> None:
        objections.extend(objections_to(visit, axe, name, status=status))

    visit.open(f"{at.bank}/")
    judge("home of the bank")
    visit.open(authorization_of_a_new_client(running_stand))
    visit.page.click("#choose")
    visit.press("#way-bank")
    judge("the way to the bank")
    visit.press("#submit")
    visit.page.fill("#login", MAYA.email)
    visit.page.fill("#password", "wrong")
    visit.press("#sign-in #submit")
    judge("login at the bank refused", status=REFUSED)
    visit.page.fill("#password", PASSWORDS["maya"])
    visit.press("#sign-in #submit")
    judge("consent at the bank")
    visit.press("#allow")
    judge("bank that is not linked", status=REFUSED)
    assert objections == []


def test_axe_core_objects_to_nothing_on_the_pages_of_an_account_that_is_not_enough_and_of_acting_for_somebody(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], axe: str
) -> None:
    at, phone = running_stand.at, running_stand.phone
    visit = Visit(chromium, at)
    visits.append(visit)
    objections: list[str] = []

    def judge(name: str, *, status: int = 200, is_error: bool = False) -> None:
        objections.extend(objections_to(visit, axe, name, status=status, is_error=is_error))

    visit.open(authorization_of_a_new_client(running_stand, scope="openid fullname id_doc account acting_for"))
    visit.give_password(ANTON)
    visit.give_code(phone.code_of(ANTON))
    judge("on whose behalf")
    visit.press("#acting .choice:has-text('поликлиника')")
    judge("consent on behalf of an organisation")
    visit.open(f"{at.issuer}/account/settings")
    judge("settings")
    visit.press("#remove-role")
    judge("settings without the role")
    visit.open(f"{at.registry}/")
    if visit.page.query_selector("#consent"):
        visit.press("#allow")
    judge("the registry without the role", status=403, is_error=True)
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Authorization": f"Bearer {phone.token}"}
        # The stand is everybody's: who lost the role here has it again.
        anton = session.get(f"{phone.control}/people", params={"login": ANTON.email}, headers=headers, timeout=10).json()
        roles = {"roles": ["citizen.medical_service"]}
        address = f"{phone.control}/people/{anton['people'][0]['id']}"
        session.patch(address, json=roles, headers=headers, timeout=10).raise_for_status()
        newcomer = {
            "phone": "+70000009017",
            "password": "without-a-passport-17",
            "passport_series": None,
            "passport_number": None,
        }
        session.post(f"{phone.control}/people", json=newcomer, headers=headers, timeout=10).raise_for_status()
    stranger = Visit(chromium, at)
    visits.append(stranger)
    stranger.open(authorization_of_a_new_client(running_stand, require_confirmed_account=True))
    known = replace(ANTON, phone=newcomer["phone"], password=newcomer["password"])
    stranger.give_password(known)
    stranger.give_code(phone.code_of(known))
    objections.extend(objections_to(stranger, axe, "account that is not confirmed"))
    stranger.open(f"{at.issuer}/account/settings")
    objections.extend(objections_to(stranger, axe, "settings of an account that is not confirmed"))
    assert objections == []


def authorization_of_a_new_client(stand: RunningStand, *, scope: str = "openid fullname snils", **terms: object) -> str:
    """A request that asks for the second step, by a client nobody has consented to."""
    callback = f"{stand.at.registry}/nowhere"
    body = {"redirect_uris": [callback], "client_name": "Дневник здоровья", "scope": scope, **terms}
    with requests.Session() as session:
        session.trust_env = False
        client = session.post(f"{stand.at.issuer}/oauth2/register", json=body, timeout=10).json()
    request = requests.Request(
        "GET",
        f"{stand.at.issuer}/oauth2/authorize",
        params={
            "response_type": "code",
            "client_id": client["client_id"],
            "redirect_uri": callback,
            "scope": scope,
            "acr_values": "substantial",
        },
    )
    return str(request.prepare().url)
