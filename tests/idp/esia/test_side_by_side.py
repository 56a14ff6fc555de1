"""Two dialects beside each other: one person, three ways in, and no client is served by the other's endpoints."""

import pytest

from idp.clients import registry
from tests.idp.esia.system import MNEMONIC, System, payload_of, register_system
from tests.idp.stand import CALLBACK, SECRET, Stand, answer_of

NAMES_OF_ESIA = "openid fullname birthdate gender snils inn id_doc mobile email medical_doc"


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand)


def test_c02_names_of_esia_are_scopes_of_the_standard_endpoints_and_of_the_dialect(stand: Stand, system: System) -> None:
    scope = NAMES_OF_ESIA.replace(" medical_doc", "")
    told = stand.userinfo(stand.tokens(scope=f"{scope} account")["access_token"]).json()
    assert told["family_name"] and told["snils"] and told["passport_number"] and told["account_level"]
    entered = system.sign_in(scope=NAMES_OF_ESIA)
    assert payload_of(entered.access_token)["scope"].split() == sorted(
        name if name == "openid" else f"{name}?oid={entered.oid}" for name in NAMES_OF_ESIA.split()
    )
    assert payload_of(str(entered.tokens["id_token"]))["urn:esia:sbj"]["urn:esia:sbj:lvl"] == "PR"


def test_same_person_comes_by_openid_v1_and_v2(stand: Stand, system: System) -> None:
    browser = stand.browser()
    subject = stand.userinfo(stand.tokens(browser, scope="openid profile snils")["access_token"]).json()
    entered = [system.sign_in(browser, version, signs=signs) for version, signs in (("v1", "rsa"), ("v2", "gost"))]
    people = [each.rest().json() for each in entered]
    assert people[0] == people[1]
    digits = "".join(character for character in people[0]["snils"] if character.isdecimal())
    assert digits == "".join(character for character in subject["snils"] if character.isdecimal())
    assert people[0]["lastName"] == subject["family_name"]
    assert stand.rows("SELECT count(*) FROM sessions") == [(1,)], "they signed in once"


@pytest.mark.parametrize("path", ["/oauth2/authorize", "/oauth2/par"])
def test_system_of_esia_begins_nothing_at_the_standard_endpoints(stand: Stand, system: System, path: str) -> None:
    values = {"client_id": MNEMONIC, "response_type": "code", "redirect_uri": CALLBACK, "scope": "openid"}
    if path == "/oauth2/par":
        answer = stand.http().post(stand.issuer + path, data=values | {"client_secret": SECRET})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        return
    browser = stand.browser().open(stand.authorize_url(client_id=MNEMONIC))
    assert browser.status == 400
    assert browser.url.startswith(stand.issuer), "nothing goes to an address that another dialect registered"
    assert "/aas/oauth2/" in browser.text, "the page says where this system is served"


@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"])
@pytest.mark.parametrize("way", ["basic", "form", "none", "signed"])
def test_system_of_esia_proves_nothing_at_the_standard_endpoints(stand: Stand, system: System, path: str, way: str) -> None:
    code = system.obtain_code()
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "token": code}
    if way == "signed":
        form |= system.token_request(code)
    elif way != "basic":
        form |= {"client_id": MNEMONIC} | ({"client_secret": SECRET} if way == "form" else {})
    answer = stand.http().post(stand.issuer + path, data=form, auth=(MNEMONIC, SECRET) if way == "basic" else None)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert system.redeem(code).status_code == 200, "the code was not touched"


def test_tokens_of_esia_are_unknown_to_whoever_asks_at_the_standard_endpoints(stand: Stand, system: System) -> None:
    entered = system.sign_in()
    for token in (entered.access_token, str(entered.tokens["id_token"]), str(entered.tokens["refresh_token"])):
        assert stand.userinfo(token).status_code == 401
        assert stand.introspect(token).json() == {"active": False}
        stand.http().post(f"{stand.issuer}/oauth2/revoke", data={"token": token}, auth=("client", SECRET))
    assert entered.rest().status_code == 200
    assert entered.refresh().status_code == 200


def test_logout_of_the_standard_does_not_go_to_the_address_of_a_system_of_esia(stand: Stand, system: System) -> None:
    browser = stand.browser()
    system.sign_in(browser)
    browser.open(f"{stand.issuer}/oauth2/logout?client_id={MNEMONIC}&post_logout_redirect_uri={CALLBACK}")
    assert browser.status == 400 and browser.url.startswith(stand.issuer)
    hint = str(system.sign_in(browser).tokens["id_token"])
    browser.open(f"{stand.issuer}/oauth2/logout?id_token_hint={hint}&post_logout_redirect_uri={CALLBACK}")
    assert browser.url.startswith(stand.issuer), "an ID token of ESIA is no hint"


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_client_of_openid_begins_nothing_at_esias_endpoints(stand: Stand, system: System, version: str) -> None:
    system.client_id = "client"
    browser = stand.browser().open(system.authorize_url(version, signs="rsa"))
    assert browser.status == 400 and browser.url.startswith(stand.issuer)
    assert "ESIA-008010" in browser.text


@pytest.mark.parametrize("version", ["v1", "v2", "v2/te"])
def test_client_of_openid_gets_no_token_at_esias_endpoints(stand: Stand, system: System, version: str) -> None:
    code = stand.obtain_code()
    system.client_id = "client"
    fields = system.token_request(code, "v1" if version == "v1" else "v2", signs="rsa")
    answer = system.post(fields, version)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")
    assert answer.json()["error_description"].startswith("ESIA-008010")
    with_secret = stand.http().post(
        f"{stand.issuer}/aas/oauth2/te", data={"grant_type": "authorization_code"}, auth=("client", SECRET)
    )
    assert with_secret.status_code == 400
    assert stand.redeem(code).status == 200, "the code was not touched"


def test_code_of_openid_is_none_for_a_system_of_esia(stand: Stand, system: System) -> None:
    code = stand.obtain_code()
    answer = system.redeem(code)
    assert answer.json()["error_description"].startswith("ESIA-007011")


def test_tokens_of_openid_open_no_resource_of_esia(stand: Stand, system: System) -> None:
    tokens = stand.tokens(scope="openid fullname snils")
    oid = system.sign_in().oid
    for name in ("access_token", "id_token"):
        assert system.rest(f"/rs/prns/{oid}", tokens[name]).status_code == 401


def test_logout_of_esia_does_not_go_to_the_address_of_a_client_of_openid(stand: Stand, system: System) -> None:
    browser = stand.browser()
    stand.tokens(browser)
    system.client_id = "client"
    browser.open(system.logout_url(redirect_url="http://localhost:9999/signed-out"))
    assert browser.url.startswith(stand.issuer)


def test_session_is_one_for_both_dialects(stand: Stand, system: System) -> None:
    """Whoever leaves by one is signed out of the other, too."""
    browser = stand.browser()
    stand.tokens(browser)
    entered = system.sign_in(browser)
    browser.open(system.logout_url(CALLBACK))
    assert browser.url.startswith(CALLBACK)
    browser.open(stand.authorize_url(prompt="none"))
    assert answer_of(browser)["error"] == "login_required"
    assert entered.rest().status_code in (200, 401)


@pytest.mark.parametrize(
    "claimed",
    [
        {"dialect": "esia"},
        {"token_endpoint_auth_method": "esia_signature"},
        {"client_id": "TESTIS2", "dialect": "esia", "esia_algorithm": "RS256", "certificates": ["MIIB"]},
    ],
    ids=["dialect", "method", "everything"],
)
def test_nobody_registers_as_a_system_of_esia_by_themselves(stand: Stand, claimed: dict[str, object]) -> None:
    body = {"client_name": "Хитрая система", "redirect_uris": [CALLBACK], "scope": "openid fullname", **claimed}
    answer = stand.http().post(f"{stand.issuer}/oauth2/register", json=body)
    if answer.status_code == 400:
        assert answer.json()["error"] == "invalid_client_metadata"
        return
    _check_is_of_openid(stand, answer.json())
    token, uri = answer.json()["registration_access_token"], answer.json()["registration_client_uri"]
    changed = stand.http().put(
        uri, json=body | {"client_id": answer.json()["client_id"]}, headers={"Authorization": f"Bearer {token}"}
    )
    assert changed.status_code in (200, 400)
    _check_is_of_openid(stand, answer.json())


def _check_is_of_openid(stand: Stand, registered: dict[str, str]) -> None:
    client_id = registered["client_id"]
    assert client_id != "TESTIS2"
    with stand.realm.database.read() as connection:
        found = registry.find(connection, client_id)
        assert found is not None and found.dialect == "openid" and found.authentication != "esia_signature"
    assert stand.rows("SELECT * FROM client_certificates") == []
