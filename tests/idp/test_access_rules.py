"""Every address of the provider states whom it serves, and serves nobody else: seen by walking over all of them."""

import re
from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from idp.app import HOT_ENDPOINTS, make_pages
from idp.authority import endpoints as authority
from idp.citizens.models import STAFF_ROLES
from idp.esia import endpoints as esia
from idp.pages.access import Access
from tests.idp.stand import ISSUER, Stand

SOMETHING = "0b5c1f6e-6a1f-4c5e-9a3e-2f1d1a0c9b8e"
PARTS = {"section": "security", "name": "password", "method_name": "password", "deed": "give", "role": "operator"}
"""What stands in addresses where not everything is an identifier."""
STAFF = {Access[role.upper()]: role for role in STAFF_ROLES}
CITIZENS = {Access.CITIZEN, Access.CITIZEN_AFRESH}
ROLES = [None, *STAFF_ROLES]


def rules(stand: Stand) -> Iterator[tuple[Rule, tuple[Access, ...]]]:
    """Every rule of the pages but that of static files, with what its view states."""
    pages = make_pages(stand.realm)
    for rule in pages.url_map.iter_rules():
        if rule.endpoint != "static" and not rule.endpoint.endswith(".static") and not rule.rule.startswith("/static/"):
            yield rule, getattr(pages.view_functions[rule.endpoint], "access", ())


def address(rule: Rule) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: PARTS.get(part[1], SOMETHING), rule.rule)


def pages_for(stand: Stand, *who: Access) -> list[tuple[str, str, tuple[Access, ...]]]:
    """Method and address of every page that states one of these."""
    return [
        (method, address(rule), access)
        for rule, access in rules(stand)
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
        if set(access) & set(who)
    ]


class Visitor:
    """Somebody whose browser has been given a form of ours, and so can send others."""

    def __init__(self, stand: Stand) -> None:
        self.browser = stand.browser().open(stand.authorize_url())
        self.own_address = self.browser.url.removeprefix(ISSUER)
        self.csrf_token = self.browser.forms()["sign-in"].values["csrf_token"]

    def ask(self, method: str, path: str) -> tuple[int, str]:
        """Status and destination of the answer."""
        data = {"csrf_token": self.csrf_token} if method == "POST" else None
        headers = {"Origin": ISSUER}
        answer = self.browser.session.request(method, ISSUER + path, data=data, headers=headers, allow_redirects=False)
        return answer.status_code, answer.headers.get("Location", "")

    def sign_in(self, stand: Stand) -> None:
        """Vera signs in here, by whatever she is asked for."""
        stand.sign_in(self.browser.open(f"{ISSUER}/account"))
        if "code-form" in self.browser.forms():
            self.browser.submit("code-form", "submit", code=stand.last_code())
        assert self.browser.url == f"{ISSUER}/account"


def test_every_address_states_whom_it_serves(stand: Stand) -> None:
    silent = [rule.rule for rule, access in rules(stand) if not access]
    endpoints = {**HOT_ENDPOINTS, **authority.ENDPOINTS, **authority.TREES, **esia.ENDPOINTS, **esia.TREES}
    silent += [path for path, endpoint in endpoints.items() if not getattr(endpoint, "access", ())]
    assert not silent


def test_pages_of_people_send_a_stranger_to_sign_in(stand: Stand) -> None:
    pages = pages_for(stand, *CITIZENS, *STAFF)
    assert len(pages) >= 10
    nobody = Visitor(stand)
    for method, path, _access in pages:
        status, location = nobody.ask(method, path)
        is_sent = status == 303 and location.startswith("/sign-in/")
        assert is_sent or status == 404, f"{method} {path} answers a stranger {status} {location}"


def test_pages_of_a_change_ask_for_proofs_again_when_the_session_is_older_than_five_minutes(stand: Stand) -> None:
    """SE-20."""
    vera = Visitor(stand)
    vera.sign_in(stand)
    stand.clock.advance(301)
    pages = pages_for(stand, Access.CITIZEN_AFRESH)
    assert len(pages) > 3
    for method, path, _access in pages:
        status, location = vera.ask(method, path)
        is_sent = status == 303 and location.startswith("/sign-in/")
        assert is_sent or status == 404, f"{method} {path} answers an old session {status} {location}"


@pytest.mark.parametrize("role", ROLES)
def test_r144_pages_of_the_staff_refuse_everybody_without_the_role(stand: Stand, role: str | None) -> None:
    if role is not None:
        stand.give_role("vera@example.test", role)
    vera = Visitor(stand)
    vera.sign_in(stand)
    for method, path, access in pages_for(stand, *STAFF):
        status, _location = vera.ask(method, path)
        may = role in {STAFF[each] for each in access if each in STAFF}
        if may:
            assert status not in (401, 403), f"{method} {path} refuses the {role}"
        else:
            assert status in (403, 404), f"{method} {path} answers {role or 'a citizen'} with {status}"


def test_steps_of_another_browser_are_not_there(stand: Stand) -> None:
    own, other = Visitor(stand).own_address, Visitor(stand)
    assert own.startswith("/sign-in/")
    for method, path, _access in pages_for(stand, Access.BROWSER):
        status, _location = other.ask(method, path)
        assert status in (400, 404, 302, 303), f"{method} {path} answers {status}"
    attempt = own.split("/")[2]
    assert other.ask("GET", f"/sign-in/{attempt}/password")[0] == 404


def test_programs_that_show_nothing_are_refused(stand: Stand) -> None:
    guarded = {Access.CLIENT, Access.BEARER, Access.DEVICE}
    for method, path, _access in pages_for(stand, *guarded):
        assert Visitor(stand).ask(method, path)[0] in (401, 404, 405), path
    endpoints = {path: endpoint for path, endpoint in HOT_ENDPOINTS.items() if guarded & set(getattr(endpoint, "access", ()))}
    assert len(endpoints) == 5
    for path in endpoints:
        form = {"grant_type": "authorization_code", "code": "x", "token": "x", "client_id": "client"}
        answer = stand.http().post(ISSUER + path, data=form)
        assert answer.status_code == 401, path
