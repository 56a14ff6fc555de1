"""A sandbox is a provider of its own: issuer, people, clients, keys, cookies, clock."""

import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ground.clock import FixedClock
from idp.keyring import rotation
from idp.sandboxes import description, making
from idp.sandboxes.description import Description, SettingUnknown
from idp.sandboxes.making import NameMalformed, SandboxExists, SandboxUnknown
from idp.sandboxes.mount import split
from idp.serve import run_jobs_of_sandboxes
from tests.idp.sandboxes.conftest import MakeSandbox
from tests.idp.sandboxes.sandbox import Sandbox
from tests.idp.stand import CALLBACK, Stand, answer_of


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/t/mine/oauth2/token", ("mine", "/oauth2/token")),
        ("/t/mine", ("mine", "/")),
        ("/.well-known/openid-configuration/t/mine", ("mine", "/.well-known/openid-configuration")),
        ("/t", ("", "/t")),
        ("/t-mine/oauth2/token", ("", "/t-mine/oauth2/token")),
        ("/oauth2/t/mine", ("", "/oauth2/t/mine")),
    ],
)
def test_path_leads_to_a_sandbox_or_to_none(path: str, leads_to: tuple[str, str]) -> None:
    assert split(path) == leads_to


def test_sign_in_by_pages_with_a_second_factor(sandbox: Sandbox) -> None:
    browser = sandbox.stand.browser()
    answer = sandbox.sign_in(browser, acr_values="substantial")
    assert answer["iss"] == sandbox.issuer
    tokens = sandbox.redeem(answer["code"])
    claims = sandbox.verified(tokens["id_token"]).claims
    assert claims["iss"] == sandbox.issuer
    assert claims["acr"] == "substantial"
    assert {cookie.name.rpartition("_")[2] for cookie in browser.session.cookies if cookie.name.startswith("idp_session")} == {
        sandbox.id
    }
    again = answer_of(browser.open(sandbox.authorize_url(prompt="none")))
    assert "code" in again


def test_userinfo_refresh_introspection_and_logout_stay_in_the_sandbox(sandbox: Sandbox) -> None:
    browser = sandbox.stand.browser()
    tokens = sandbox.redeem(sandbox.sign_in(browser)["code"])
    http = sandbox.stand.http()
    info = http.get(f"{sandbox.issuer}/oauth2/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert info.json()["given_name"] == "Вера"
    fresh = http.post(
        f"{sandbox.issuer}/oauth2/token",
        data={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
        auth=(sandbox.client_id, sandbox.client_secret),
    )
    assert fresh.status_code == 200
    browser.open(
        f"{sandbox.issuer}/oauth2/logout",
        params={"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": "http://localhost:9999/signed-out"},
    )
    assert browser.url.startswith("http://localhost:9999/signed-out")
    assert answer_of(browser.open(sandbox.authorize_url(prompt="none")))["error"] == "login_required"


def test_discovery_names_the_sandbox_everywhere_and_answers_at_both_well_known_places(sandbox: Sandbox) -> None:
    http = sandbox.stand.http()
    document = http.get(f"{sandbox.issuer}/.well-known/openid-configuration").json()
    assert document["issuer"] == sandbox.issuer
    addresses = [value for value in document.values() if isinstance(value, str) and value.startswith("http")]
    assert addresses and all(address.startswith(sandbox.issuer) for address in addresses)
    inserted = http.get(f"{sandbox.stand.issuer}/.well-known/oauth-authorization-server/t/{sandbox.id}").json()
    assert inserted == document


def test_every_link_form_and_script_of_a_page_stays_in_the_sandbox(sandbox: Sandbox) -> None:
    browser = sandbox.stand.browser().open(sandbox.authorize_url(acr_values="substantial"))
    pages = [browser.answer.text]
    browser.submit("sign-in", "submit", login="vera@example.test", password="wrong")
    pages.append(browser.answer.text)
    browser.submit("sign-in", "submit", login="vera@example.test", password="romashka-17")
    pages.append(browser.answer.text)
    browser.submit("code-form", "submit", code=sandbox.last_code())
    pages.append(browser.answer.text)
    pages.append(browser.open(f"{sandbox.issuer}/").answer.text)
    pages.append(browser.open(f"{sandbox.issuer}/nothing-here", headers={"Accept": "text/html"}).answer.text)
    pages.append(browser.open(f"{sandbox.issuer}/oauth2/logout").answer.text)
    pages.append(browser.open(f"{sandbox.issuer}/oauth2/session").answer.text)
    for page in pages:
        addresses = re.findall(r'(?:href|action|src)="(/[^"]*)"', page)
        assert addresses, page
        assert all(address.startswith(f"/t/{sandbox.id}/") for address in addresses), addresses


def test_two_sandboxes_and_the_main_realm_share_one_browser_and_nothing_else(make_sandbox: MakeSandbox) -> None:
    one, other = make_sandbox(), make_sandbox()
    stand, browser = one.stand, one.stand.browser()
    tokens = one.redeem(one.sign_in(browser)["code"])
    assert answer_of(browser.open(other.authorize_url(prompt="none")))["error"] == "login_required"
    assert answer_of(browser.open(stand.authorize_url(prompt="none")))["error"] == "login_required"
    other.sign_in(browser)
    stand.obtain_code(browser)
    for authorize_url in (one.authorize_url, other.authorize_url, stand.authorize_url):
        assert "code" in answer_of(browser.open(authorize_url(prompt="none")))
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert stand.http().get(f"{other.issuer}/oauth2/userinfo", headers=bearer).status_code == 401
    assert stand.http().get(f"{stand.issuer}/oauth2/userinfo", headers=bearer).status_code == 401
    page = stand.browser().open(other.authorize_url(client_id=one.client_id))
    assert page.answer.status_code == 400


def test_a_code_of_one_sandbox_is_worth_nothing_in_another(make_sandbox: MakeSandbox) -> None:
    one, other = make_sandbox(), make_sandbox()
    code = one.sign_in()["code"]
    answer = one.stand.http().post(
        f"{other.issuer}/oauth2/token",
        data={"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK},
        auth=(other.client_id, other.client_secret),
    )
    assert answer.json()["error"] == "invalid_grant"
    assert "access_token" in one.redeem(code)


def test_a_sandbox_that_was_thrown_away_is_as_one_that_never_was(sandbox: Sandbox) -> None:
    sandbox.sign_in()
    making.remove(sandbox.stand.realm, sandbox.id)
    http = sandbox.stand.http()
    gone = http.get(f"{sandbox.issuer}/.well-known/openid-configuration")
    never = http.get(f"{sandbox.stand.issuer}/t/never/.well-known/openid-configuration")
    assert (gone.status_code, never.status_code) == (404, 404)
    assert sandbox.stand.opened.find(sandbox.id) is None
    with pytest.raises(SandboxUnknown):
        making.remove(sandbox.stand.realm, sandbox.id)
    assert os.listdir(sandbox.stand.settings.var_folder / "sandboxes") == [
        name for name in os.listdir(sandbox.stand.settings.var_folder / "sandboxes") if name.startswith(".template")
    ]


def test_a_sandbox_goes_when_its_time_is_over(make_sandbox: MakeSandbox) -> None:
    machine = FixedClock(Stand.START)
    short, long = make_sandbox(machine=machine, lives_for=60), make_sandbox(machine=machine, lives_for=61)
    machine.advance(60)
    assert making.remove_expired(short.stand.realm, machine) == 1
    assert [described.id for described in making.everything(short.stand.realm)] == [long.id]


def test_what_is_no_sandbox_is_left_alone_and_what_was_left_half_made_is_tidied_away(make_sandbox: MakeSandbox) -> None:
    sandbox = make_sandbox()
    folder = sandbox.stand.settings.var_folder / "sandboxes"
    (folder / "notes").write_text("mine")
    (folder / "empty").mkdir()
    (folder / "broken").mkdir()
    (folder / "broken" / "sandbox.json").write_text("{")
    for name, age in ((".making-old", 3600), (".making-new", 0), (".removing-old", 3600)):
        (folder / name).mkdir()
        os.utime(folder / name, (Stand.START - age, Stand.START - age))
    assert [described.id for described in making.everything(sandbox.stand.realm)] == [sandbox.id]
    assert making.remove_expired(sandbox.stand.realm, FixedClock(Stand.START)) == 0
    names = {name for name in os.listdir(folder) if not name.startswith(".template")}
    assert names == {sandbox.id, "notes", "empty", "broken", ".making-new"}


@pytest.mark.parametrize("name", ["", "-x", "A", "a/b", "..", "a" * 41, "a.b", "é"])
def test_a_name_that_is_none_makes_no_folder(make_sandbox: MakeSandbox, sqlite_stand: Stand, name: str) -> None:
    if name:
        with pytest.raises(NameMalformed):
            make_sandbox(sandbox_id=name)
    assert sqlite_stand.opened.find(name) is None


def test_a_name_that_is_taken_and_a_setting_that_is_none_are_refused_and_leave_nothing(make_sandbox: MakeSandbox) -> None:
    first = make_sandbox(sandbox_id="mine")
    folder = first.stand.settings.var_folder / "sandboxes"
    before = sorted(os.listdir(folder))
    with pytest.raises(SandboxExists):
        make_sandbox(sandbox_id="mine")
    with pytest.raises(SettingUnknown, match="there are access_token"):
        make_sandbox(lifetimes={"nonsense": 5})
    assert sorted(os.listdir(folder)) == before


def test_lifetimes_are_the_sandbox_s_own(make_sandbox: MakeSandbox) -> None:
    short = make_sandbox(lifetimes={"access_token": 7})
    assert short.redeem(short.sign_in()["code"])["expires_in"] == "7"
    assert short.stand.tokens()["expires_in"] == "600"


def test_snapshot_brings_back_people_clients_sessions_and_clock(make_sandbox: MakeSandbox) -> None:
    sandbox = make_sandbox(now=Stand.START)
    settings, browser = sandbox.stand.settings, sandbox.stand.browser()
    sandbox.sign_in(browser)
    client = sandbox.client_id
    making.keep(sandbox.stand.realm, sandbox.id, "signed-in")
    clock = Path(settings.var_folder / "sandboxes" / sandbox.id / "var" / "clock")
    clock.write_text(json.dumps({"frozen_at": Stand.START + 100_000}))
    sandbox.register()
    assert answer_of(browser.open(sandbox.authorize_url(client_id=client, prompt="none")))["error"] == "login_required"
    making.restore(sandbox.stand.realm, sandbox.id, "signed-in")
    assert "code" in answer_of(browser.open(sandbox.authorize_url(client_id=client, prompt="none")))
    assert sandbox.realm.clock.now() == Stand.START
    assert sandbox.stand.browser().open(sandbox.authorize_url()).answer.status_code == 400  # the second client never was
    with pytest.raises(SandboxExists):
        making.keep(sandbox.stand.realm, sandbox.id, "signed-in")
    with pytest.raises(SandboxUnknown, match="no snapshot"):
        making.restore(sandbox.stand.realm, sandbox.id, "other")
    with pytest.raises(NameMalformed):
        making.keep(sandbox.stand.realm, sandbox.id, "../other")


def test_a_sandbox_answers_while_it_is_brought_back_and_two_may_bring_it_back_at_once(make_sandbox: MakeSandbox) -> None:
    """Its keys were away for a moment: whoever opened it then got a fault, and so did the second who brought it back."""
    sandbox = make_sandbox()
    main = sandbox.stand.realm
    making.keep(main, sandbox.id, "one")
    kept = sandbox.stand.http().get(f"{sandbox.issuer}/oauth2/jwks").json()
    rotation.make_realm_keys(sandbox.realm, ["ES256"])

    def bring_back(_: int) -> None:
        making.restore(main, sandbox.id, "one")

    def look(_: int) -> int:
        return sandbox.stand.http().get(f"{sandbox.issuer}/oauth2/jwks").status_code

    with ThreadPoolExecutor(4) as pool:
        brought, seen = pool.map(bring_back, range(20)), pool.map(look, range(60))
        assert list(brought) == [None] * 20
        assert set(seen) == {200}
    assert sandbox.stand.http().get(f"{sandbox.issuer}/oauth2/jwks").json() == kept


def test_one_sandbox_that_is_gone_or_broken_keeps_no_other_from_its_jobs(
    make_sandbox: MakeSandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The first that raised ended the round, every second anew: no client of the others heard of a sign-out."""
    gone, broken, good = make_sandbox(), make_sandbox(), make_sandbox()
    opened = good.stand.opened
    realms = opened.realms()
    assert [realm.name for realm in realms] == [gone.id, broken.id, good.id]
    making.remove(good.stand.realm, gone.id)
    realms[0].database.engine.dispose()
    with broken.realm.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE jobs")
    with good.realm.database.write() as connection:
        good.realm.jobs.enqueue(connection, "nonsense", {})
    assert run_jobs_of_sandboxes(realms) == 1
    told = [record.getMessage() for record in caplog.records if record.name == "idp.serve"]
    assert told == [f"jobs of the sandbox {broken.id} cannot be run now"]
    assert [realm.name for realm in opened.realms()] == [broken.id, good.id]


def test_a_sandbox_that_is_thrown_away_while_it_is_opened_is_not_there(
    make_sandbox: MakeSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its description was read, its secrets were gone: a fault at an address that is simply nobody's."""
    sandbox = make_sandbox()
    sandbox.stand.opened.close(sandbox.id)
    read = description.read

    def read_last(folder: Path) -> Description:
        described = read(folder)
        making.remove(sandbox.stand.realm, sandbox.id)
        return described

    monkeypatch.setattr(description, "read", read_last)
    assert sandbox.stand.http().get(f"{sandbox.issuer}/oauth2/jwks").status_code == 404
