"""Signing in without a browser at a sandbox: its people, its keys, its cookies."""

from typing import Any

import pytest

from idp.sandboxes.opened import pool_of
from tests.browser import Browser
from tests.idp.stand import CALLBACK, CONTROL, CONTROL_TOKEN, Stand

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
