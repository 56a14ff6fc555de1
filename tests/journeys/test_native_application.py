"""An application on a telephone: no secret, PKCE, its own scheme or a loopback port, and the records of whoever holds it."""

import pytest

from tests.house import VERA, House
from tests.idp.stand import ISSUER, VERIFIER, Tokens, challenge

LOOPBACK = "http://127.0.0.1/callback"
OWN_SCHEME = "example.health.diary:/callback"


def register(house: House) -> str:
    """The client_id of a native application."""
    metadata = {
        "client_name": "Дневник здоровья",
        "application_type": "native",
        "token_endpoint_auth_method": "none",
        "redirect_uris": [LOOPBACK, OWN_SCHEME],
        "scope": "openid registry.read",
    }
    answer = house.http().post(f"{ISSUER}/oauth2/register", json=metadata)
    assert answer.status_code == 201, answer.text
    assert "client_secret" not in answer.json()
    return str(answer.json()["client_id"])


@pytest.mark.parametrize("redirect_uri", ["http://127.0.0.1:51234/callback", OWN_SCHEME], ids=["loopback", "own scheme"])
def test_r155_native_application_with_pkce_reads_the_records_of_its_holder(house: House, redirect_uri: str) -> None:
    client_id = register(house)
    address = house.stand.authorize_url(
        client_id=client_id,
        redirect_uri=redirect_uri,
        scope="openid registry.read",
        acr_values="substantial",
        code_challenge=challenge(),
        code_challenge_method="S256",
    )
    browser = house.browser().open(address)
    browser.submit("sign-in", "submit", login=VERA.email, password=VERA.password)
    browser.submit("code-form", "submit", code=house.stand.last_code())
    form = browser.forms()["consent"]
    name, value = form.buttons["allow"]
    answer = browser.session.post(form.action, data={**form.values, name: value}, allow_redirects=False)
    while not answer.headers["Location"].startswith(redirect_uri):
        answer = browser.session.get(ISSUER + answer.headers["Location"], allow_redirects=False)
    code = answer.headers["Location"].partition("code=")[2].partition("&")[0]
    data = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": client_id,
        "code_verifier": VERIFIER,
    }
    tokens = house.http().post(f"{ISSUER}/oauth2/token", data=data).json()
    assert len(house.ask_api(tokens["access_token"]).json()["records"]) == 11


def test_r155_native_application_without_pkce_is_refused(house: House) -> None:
    address = house.stand.authorize_url(client_id=register(house), redirect_uri=OWN_SCHEME, scope="openid registry.read")
    answer = house.browser().session.get(address, allow_redirects=False)
    assert answer.headers["Location"].startswith(f"{OWN_SCHEME}?error=invalid_request")


def test_c01_reuse_of_a_code_is_refused_and_revokes_what_it_gave(house: House) -> None:
    code = house.stand.obtain_code(scope="openid registry.read", acr_values="substantial")
    tokens: Tokens = house.stand.redeem(code)
    assert house.ask_api(str(tokens.body["access_token"])).status_code == 200
    assert house.stand.redeem(code).body["error"] == "invalid_grant"
    house.clock.advance(1)
    assert house.ask_api(str(tokens.body["access_token"])).status_code == 401
