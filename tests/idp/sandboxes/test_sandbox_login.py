"""Signing in without a browser at a sandbox: its people, its keys, its cookies."""

from typing import Any

import pytest

from idp.sandboxes.opened import pool_of
from tests.browser import Browser
from tests.idp.sandboxes.sandbox import Sandbox
from tests.idp.stand import CALLBACK, CONTROL, CONTROL_TOKEN, Stand
from tests.suites.sign_in_methods import push, qr

VERA = "vera@example.test"


@pytest.fixture
def control(sqlite_stand: Stand, rsa_pool: object) -> Browser:
    """Somebody who has the token."""
    pool_of(sqlite_stand.settings).symlink_to(str(rsa_pool))
    browser = sqlite_stand.control()
    browser.session.headers["Authorization"] = f"Bearer {CONTROL_TOKEN}"
    return browser


def ask(control: Browser, path: str, **body: object) -> dict[str, Any]:
    answer = control.session.post(f"{CONTROL}{path}", json=body)
    assert answer.ok, answer.text
    return dict(answer.json())


def make(control: Browser, name: str, **wishes: object) -> str:
    """A sandbox with a client; its id is given back."""
    ask(control, "/sandboxes", id=name, **wishes)
    return str(ask(control, f"/t/{name}/clients", client_name="Application", redirect_uris=[CALLBACK])["client_id"])


def test_c09_headless_login_at_a_sandbox_stays_in_it(control: Browser, sqlite_stand: Stand) -> None:
    client_id = make(control, "one")
    make(control, "other")
    answer = ask(
        control, "/t/one/login", person=VERA, into="tokens", acr_values="substantial", authorization={"client_id": client_id}
    )
    one, other = (f"{sqlite_stand.issuer}/t/{name}/oauth2/userinfo" for name in ("one", "other"))
    headers = {"Authorization": f"Bearer {answer['tokens']['access_token']}"}
    assert [sqlite_stand.http().get(address, headers=headers).status_code for address in (one, other)] == [200, 401]
    assert {cookie["name"] for cookie in answer["cookies"]} == {"idp_session_one", "idp_state_one"}
    refused = control.session.post(f"{CONTROL}/t/other/login", json={"person": answer["person_id"]})
    assert refused.status_code == 404, "who has this id lives in the other sandbox"
    minted = ask(control, "/t/one/mint", kind="access_token", person=VERA, client_id=client_id)["token"]
    headers = {"Authorization": f"Bearer {minted}"}
    assert [sqlite_stand.http().get(address, headers=headers).status_code for address in (one, other)] == [200, 401]


def test_same_seed_signs_in_with_the_same_words(control: Browser) -> None:
    def tell() -> dict[str, Any]:
        client_id = make(control, "one", seed="spring", now=Stand.START)
        wishes = {"client_id": client_id, "scope": "openid profile", "nonce": "n"}
        answer = ask(control, "/t/one/login", person=VERA, methods=[{"name": "code"}], into="code", authorization=wishes)
        answer["minted"] = ask(control, "/t/one/mint", kind="access_token", person=VERA, client_id=client_id)["token"]
        control.session.delete(f"{CONTROL}/sandboxes/one").raise_for_status()
        return answer

    first = tell()
    assert first["outcome"] == "done"
    assert tell() == first


def test_sandbox_has_telephones_of_its_own_which_sign_in_by_code_and_by_notice(sandbox: Sandbox) -> None:
    """The clock of a sandbox may stand still: its telephone is no less alive, and is asked as often as a test likes."""
    control, base = sandbox.stand.control(), f"{CONTROL}/t/{sandbox.id}"
    control.open(f"{CONTROL}/open?token={CONTROL_TOKEN}")
    headers = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
    for _ in range(4):
        browser = sandbox.stand.browser().open(sandbox.authorize_url(acr_values="substantial"))
        attempt = browser.url.rpartition("/")[0]
        browser.submit("sign-in", "submit", login="vera@example.test", password="romashka-17")
        browser.open(f"{attempt}/push")
        found = control.session.get(f"{base}/people", params={"login": VERA}, headers=headers).json()["people"]
        vera = found[0]["id"]
        page = control.open(f"{base}/phone/{vera}")
        form = next(form for form in page.forms().values() if "deny" in form.buttons)
        assert form.action == f"{base}/phone/{vera}/answer"
        control.session.post(form.action, data=form.values | {"number": push.number_on(browser)})
        assert "consent" in push.go_on(browser).forms()
    browser = sandbox.stand.browser().open(sandbox.authorize_url())
    browser.open(f"{browser.url.rpartition('/')[0]}/qr")
    assert f"{sandbox.issuer}/qr/" in browser.answer.text
    form = control.open(f"{base}/phone/{vera}").forms()["scan-form"]
    read = control.session.post(form.action, data=form.values | {"address": qr.address_on(browser)})
    assert "Войти с этим телефоном?" in read.text
