"""A good authorization request of the dialect is answered with a code that is itself a signed JWT, and with the state."""

import base64
import hashlib
import json

import pytest

from idp.cms.certificate import open_certificate
from idp.cms.gost_2012 import streebog256
from idp.keyring.certificates import certificate_of
from idp.keyring.published import is_signed_by_us
from idp.protocol.compact_jwt import take_apart
from idp.settings import Esia
from tests.idp.esia.signing import SPELLINGS, V1_WAYS, V2_WAYS
from tests.idp.esia.system import AUTHORIZATION, SCOPE, System, header_of, payload_of, register_system
from tests.idp.stand import CALLBACK, Stand

VERSIONS = ("v1", "v2")


@pytest.fixture
def system(stand: Stand, stand_settings: dict[str, object]) -> System:
    return register_system(stand)


@pytest.mark.parametrize("version", VERSIONS)
def test_c02_person_signs_in_and_the_system_gets_code_and_state_only(system: System, version: str) -> None:
    browser = system.open(system.new_browser(), version, signs="rsa", state="the state")
    answer = system.answer_of(browser)
    assert set(answer) == {"code", "state"}
    assert answer["state"] == "the state"


def test_es_01_code_says_what_esias_code_says(stand: Stand, system: System) -> None:
    code = system.obtain_code(state="the state", scope="openid fullname")
    jwt = take_apart(code)
    assert is_signed_by_us(stand.realm, jwt.message, jwt.signature, algorithm="RS256")
    assert {name: value for name, value in header_of(code).items() if name != "x5t#St256"} == {
        "ver": 1, "typ": "JWT", "sbt": "authorization_code", "alg": "RS256"
    }  # fmt: skip
    assert len(header_of(code)["x5t#St256"]) == 64
    claims = payload_of(code)
    oid = claims["urn:esia:sbj"]["urn:esia:sbj:oid"]
    assert claims["iss"] == "http://esia.gosuslugi.ru/"
    assert claims["scope"] == f"fullname?oid={oid} openid"
    assert claims["urn:esia:client:state"] == "the state"
    assert claims["client_id"] == system.client_id
    assert (claims["auth_mthd"], claims["params"]) == ("PWD", {})
    assert (claims["nbf"], claims["iat"], claims["exp"]) == (Stand.START, Stand.START, Stand.START + 240)
    assert b"http:\\/\\/esia.gosuslugi.ru\\/" in base64.urlsafe_b64decode(code.split(".")[1] + "==")


def test_code_is_of_the_algorithm_that_its_system_has(stand: Stand) -> None:
    system = register_system(stand, esia_algorithm="GOST3410_2012_256")
    jwt = take_apart(system.obtain_code())
    assert jwt.header["alg"] == "GOST3410_2012_256"
    certificate = certificate_of(stand.realm, "GOST3410_2012_256")
    assert jwt.header["x5t#St256"] == streebog256(certificate).hex().upper()
    assert open_certificate(certificate).gost_key().verify(jwt.message, jwt.signature)


@pytest.mark.parametrize("way", V1_WAYS)
def test_es_01_every_message_of_v1_brings_a_person_to_the_pages(system: System, way: str) -> None:
    assert system.answer_of(system.open(system.new_browser(), "v1", signs=way))["code"]


@pytest.mark.parametrize("way", V2_WAYS)
@pytest.mark.parametrize("spells", SPELLINGS)
def test_es_12_every_raw_signature_brings_a_person_to_the_pages(system: System, way: str, spells: str) -> None:
    assert system.answer_of(system.open(system.new_browser(), "v2", signs=way, spells=spells))["code"]


@pytest.mark.parametrize("version", VERSIONS)
def test_request_may_come_as_a_form_of_another_site(system: System, version: str) -> None:
    browser = system.new_browser()
    address = f"{system.address}{AUTHORIZATION[version]}"
    browser.answer = browser.session.post(address, data=system.authorization(version, signs="rsa", state="posted"))
    system.go_on(browser)
    assert system.answer_of(browser)["state"] == "posted"


def test_who_is_signed_in_and_has_agreed_sees_no_page(system: System) -> None:
    browser = system.new_browser()
    first = system.obtain_code(browser, "v1", signs="rsa")
    browser.open(system.authorize_url("v2", signs="rsa"))
    second = system.answer_of(browser)["code"]
    assert payload_of(first)["urn:esia:sid"] != payload_of(second)["urn:esia:sid"]


@pytest.mark.parametrize("path", ["/deep/callback?mine=1", "", "/"])
def test_answer_goes_to_any_path_of_a_registered_domain(system: System, path: str) -> None:
    address = CALLBACK.rpartition("/")[0] + path
    system.callback = address.partition("?")[0]
    browser = system.open(system.new_browser(), redirect_uri=address)
    answer = system.answer_of(browser)
    assert "code" in answer
    assert ("mine" in answer) == ("mine" in path)


@pytest.mark.parametrize("state", ['"><script>alert(1)</script>', "состояние & ещё=1", "a b+c%20d", "s" * 4_096])
def test_es_18_state_comes_back_exactly(system: System, state: str) -> None:
    browser = system.new_browser()
    browser.open(system.authorize_url(signs="rsa", state=state))
    assert "<script>alert(1)" not in browser.text
    assert system.answer_of(system.go_on(browser))["state"] == state


@pytest.mark.parametrize("stand_settings", [{"esia": Esia(code_is_jwt=False)}])
def test_code_may_be_short_and_opaque(system: System) -> None:
    code = system.obtain_code()
    assert len(code) == 43
    assert "." not in code


@pytest.mark.parametrize(("access_type", "stays"), [("offline", 1), ("online", 0), (None, 0)])
def test_offline_access_is_remembered_with_the_grant(stand: Stand, system: System, access_type: str | None, stays: int) -> None:
    system.obtain_code(access_type=access_type)
    [(scope,)] = stand.rows("SELECT scope FROM token_families")
    assert str(scope).split().count("offline_access") == stays


def test_unknown_parameters_and_those_of_other_stacks_are_ignored(system: System) -> None:
    code = system.obtain_code(nonce="n", prompt="none", display="popup", ui_locales="en", response_mode="form_post", more="x")
    assert "nonce" not in payload_of(code)


def test_prompt_and_max_age_ask_for_no_second_sign_in(system: System) -> None:
    browser = system.new_browser()
    system.obtain_code(browser)
    browser.open(system.authorize_url(prompt="login", max_age="0"))
    assert "code" in system.answer_of(browser)


@pytest.mark.parametrize("stand_settings", [{"esia": Esia(echoes_nonce=True)}])
def test_nonce_is_kept_where_the_switch_is_on(stand: Stand, system: System) -> None:
    system.obtain_code(nonce="the nonce")
    assert stand.rows("SELECT nonce FROM authorization_codes") == [("the nonce",)]


@pytest.mark.parametrize("method", [None, "S256"])
def test_challenge_is_kept_with_the_code(stand: Stand, system: System, method: str | None) -> None:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()
    system.obtain_code(code_challenge=challenge, code_challenge_method=method)
    assert stand.rows("SELECT code_challenge FROM authorization_codes") == [(challenge,)]


def test_head_uses_no_signature_up(system: System) -> None:
    address = system.authorize_url(signs="rsa")
    assert system.http.head(address).status_code == 200
    browser = system.new_browser()
    browser.open(address)
    assert "code" in system.answer_of(system.go_on(browser))


def test_consent_page_shows_what_is_asked(system: System) -> None:
    browser = system.new_browser()
    browser.open(system.authorize_url(signs="rsa", scope=SCOPE))
    browser.submit("sign-in", "submit", login="vera@example.test", password="romashka-17")
    assert "consent" in browser.forms()
    for word in ("ФИО", "СНИЛС", "ИНН", "Дата рождения"):
        assert word in browser.text


@pytest.mark.parametrize("stand_settings", [{"esia": Esia(st256_challenge=True)}])
def test_challenge_may_be_of_streebog_where_the_switch_is_on(system: System) -> None:
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(streebog256(verifier.encode())).rstrip(b"=").decode()
    code = system.obtain_code(code_challenge=challenge, code_challenge_method="St256")
    assert system.redeem(code, code_verifier=verifier).status_code == 200


def test_consents_of_the_profile_open_what_they_name(system: System) -> None:
    consent = {
        "sysname": "CREDIT_PROCESS",
        "expire": 60,
        "actions": [{"sysname": "ALL_ACTIONS_TO_DATA"}],
        "purposes": [{"sysname": "CREDIT"}],
        "scopes": [{"sysname": "fullname"}, {"sysname": "inn"}],
        "responsibleObject": "TESTIS",
    }
    permissions = base64.urlsafe_b64encode(json.dumps([consent]).encode()).rstrip(b"=").decode()
    browser = system.new_browser().open(system.authorize_url(signs="rsa", scope="openid", permissions=permissions))
    browser.submit("sign-in", "submit", login="vera@example.test", password="romashka-17")
    assert "ФИО" in browser.text
    assert "ИНН" in browser.text
    browser.submit("consent", "allow")
    code = system.answer_of(browser)["code"]
    oid = payload_of(code)["urn:esia:sbj"]["urn:esia:sbj:oid"]
    assert payload_of(code)["scope"] == f"fullname?oid={oid} inn?oid={oid} openid"
    tokens = system.redeem(code, scope="openid").json()
    assert payload_of(tokens["access_token"])["permissions"] == [consent]
