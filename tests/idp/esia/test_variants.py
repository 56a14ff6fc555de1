"""A system signs people in by every way of signing there is, from the page to what ESIA knows of the person."""

import re
import uuid
from typing import Any

import pytest

from idp.clients import certificates
from tests.idp.esia.keys import gost_identity, rsa_identity
from tests.idp.esia.signing import SPELLINGS, V1_WAYS, V2_WAYS, Identities
from tests.idp.esia.system import (
    AUTHORIZATION,
    SCOPE,
    System,
    header_of,
    payload_of,
    register_system,
    streebog_hash,
)
from tests.idp.stand import VERIFIER, Stand, challenge

ISSUER = "http://esia.gosuslugi.ru/"


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand)


def data_of_vera(answer: Any) -> None:
    """She is whom the resources tell of."""
    assert answer.status_code == 200, answer.text
    person = answer.json()
    assert (person["firstName"], person["lastName"], person["snils"]) == ("Вера", "Ромашкина", "000-000-017 00")


@pytest.mark.parametrize("way", V1_WAYS)
def test_c02_system_of_v1_signs_in_by(system: System, way: str) -> None:
    entered = system.sign_in(version="v1", signs=way)
    data_of_vera(entered.rest())


@pytest.mark.parametrize("way", V2_WAYS)
def test_c02_system_of_v2_signs_in_by(system: System, way: str) -> None:
    entered = system.sign_in(version="v2", signs=way)
    data_of_vera(entered.rest())


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(("version", "way"), [("v1", "rsa"), ("v2", "gost"), ("v2", "rsa")])
def test_c02_signature_is_read_spelt(system: System, version: str, way: str, spelling: str) -> None:
    entered = system.sign_in(version=version, signs=way, spells=spelling)
    data_of_vera(entered.rest())


@pytest.mark.parametrize("curve", ["A", "B", "C", "XA"])
def test_c02_key_may_lie_on_any_curve(stand: Stand, curve: str) -> None:
    identities = Identities(rsa_identity(), gost_identity(f"Кривая {curve}", curve=curve))
    system = register_system(stand, identities=identities)
    data_of_vera(system.sign_in(signs="gost").rest())
    data_of_vera(system.sign_in(version="v1", signs="gost").rest())


def test_c02_signature_is_judged_by_every_active_certificate(stand: Stand, system: System) -> None:
    newer = Identities(rsa_identity("Новая система"), gost_identity("Новая система"))
    with stand.realm.database.write() as connection:
        for der in (newer.rsa.der, newer.gost.der):
            certificates.add(stand.realm, connection, system.client_id, der, actor="operator:test")
    older = system.identities
    for version, way in (("v1", "rsa"), ("v1", "gost"), ("v2", "gost"), ("v2", "rsa")):
        for identities in (older, newer):
            system.identities = identities
            data_of_vera(system.sign_in(version=version, signs=way).rest())


def test_c02_versions_and_ways_mix_within_one_system(system: System) -> None:
    code = system.obtain_code(version="v1", signs="gost bare")
    assert system.redeem(code, "v1", signs="rsa").status_code == 200
    code = system.obtain_code(version="v2", signs="rsa")
    assert system.redeem(code, "v2", signs="gost").status_code == 200


def test_c02_tokens_are_esias(system: System) -> None:
    for version in ("v1", "v2"):
        terms = {"signs": "rsa"} if version == "v1" else {}
        entered = system.sign_in(version=version, **terms)
        tokens = entered.tokens
        access, identity = payload_of(tokens["access_token"]), payload_of(tokens["id_token"])
        assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
        assert (access["iss"], access["client_id"]) == (ISSUER, system.client_id)
        assert "aud" not in access
        assert access["exp"] - access["iat"] == 3600
        assert f"fullname?oid={entered.oid}" in access["scope"].split()
        assert "openid" in access["scope"].split()
        assert header_of(tokens["access_token"])["sbt"] == "access"
        assert (identity["iss"], identity["aud"], identity["sub"]) == (ISSUER, system.client_id, entered.oid)
        assert identity["urn:esia:sbj"]["urn:esia:sbj:oid"] == entered.oid
        assert (identity["amr"], identity["urn:esia:amd"]) == ("PWD", "PWD")
        assert "nonce" not in identity
        assert header_of(tokens["id_token"])["sbt"] == "id"


def test_c02_code_is_a_signed_token_that_names_the_first_state(system: System) -> None:
    state = str(uuid.uuid4())
    answer = system.answer_of(system.open(system.new_browser(), state=state))
    assert answer["state"] == state
    assert header_of(answer["code"])["sbt"] == "authorization_code"
    claims = payload_of(answer["code"])
    assert (claims["urn:esia:client:state"], claims["client_id"]) == (state, system.client_id)
    assert claims["exp"] - claims["iat"] == 240


def test_c02_state_of_the_token_call_comes_back(system: System) -> None:
    code = system.obtain_code()
    state = str(uuid.uuid4())
    assert system.redeem(code, state=state).json()["state"] == state


def test_c02_token_call_may_come_in_the_query_of_an_empty_post(system: System) -> None:
    for version, way in (("v1", "rsa"), ("v2", "gost")):
        fields = system.token_request(system.obtain_code(version=version, signs=way), version, signs=way)
        answer = system.post(fields, version, in_query=True)
        assert answer.status_code == 200, answer.text


def test_c02_authorization_request_may_be_posted(system: System) -> None:
    for version, way in (("v1", "rsa"), ("v2", "gost")):
        browser = system.new_browser()
        fields = system.authorization(version, signs=way)
        browser.answer = browser.session.post(f"{system.address}{AUTHORIZATION[version]}", data=fields)
        code = system.answer_of(system.go_on(browser))["code"]
        assert system.redeem(code, version, signs=way).status_code == 200


def test_c02_token_endpoint_of_v2_answers_too(system: System) -> None:
    fields = system.token_request(system.obtain_code())
    assert system.post(fields, "v2/te").status_code == 200


def test_c02_token_call_of_one_scope_keeps_what_was_granted(system: System) -> None:
    """What ekapusta does: `scope=openid` whatever was authorized, and signed so."""
    code = system.obtain_code(version="v1", signs="rsa smime bare")
    answer = system.redeem(code, "v1", signs="rsa smime bare", scope="openid")
    assert answer.status_code == 200, answer.text
    granted = payload_of(answer.json()["access_token"])["scope"]
    assert {each.partition("?")[0] for each in granted.split()} == set(SCOPE.split())


def test_c02_refresh_token_that_is_a_state_harms_no_code(system: System) -> None:
    """What fr05t1k sends beside a code."""
    state = str(uuid.uuid4())
    answer = system.redeem(system.obtain_code(version="v1", signs="rsa"), "v1", signs="rsa", state=state, refresh_token=state)
    assert answer.status_code == 200, answer.text


def test_c02_scope_of_organisations_is_signed_where_it_came(system: System) -> None:
    code = system.obtain_code(scope="openid fullname", scope_org="")
    assert system.redeem(code, scope="openid fullname", scope_org="").status_code == 200
    member = system.obtain_code(scope="openid fullname usr_org", scope_org="org_shortname org_ogrn")
    answer = system.redeem(member, scope="openid fullname usr_org", scope_org="org_shortname org_ogrn")
    assert answer.status_code == 200, answer.text


def test_c02_key_of_the_code_is_asked_for(system: System) -> None:
    asked = {"code_challenge": challenge(), "code_challenge_method": "S256"}
    answer = system.redeem(system.obtain_code(**asked), code_verifier=VERIFIER)
    assert answer.status_code == 200, answer.text
    wrong = system.redeem(system.obtain_code(**asked), code_verifier="w" * 43)
    assert (wrong.status_code, wrong.json()["error_description"][:11]) == (400, "ESIA-007040")
    unasked = system.redeem(system.obtain_code(), code_verifier=VERIFIER)
    assert (unasked.status_code, unasked.json()["error_description"][:11]) == (400, "ESIA-007039")


@pytest.mark.parametrize("text", ["R1", "R2"])
def test_c02_refreshed_tokens_are_good(system: System, text: str) -> None:
    entered = system.sign_in()
    answer = entered.refresh(text=text)
    assert answer.status_code == 200, answer.text
    renewed = answer.json()
    assert renewed["refresh_token"] != entered.tokens["refresh_token"]
    data_of_vera(system.rest(f"/rs/prns/{entered.oid}", renewed["access_token"]))


def test_c02_system_of_v1_refreshes_too(system: System) -> None:
    entered = system.sign_in(version="v1", signs="rsa")
    answer = entered.refresh(version="v1", signs="gost")
    assert answer.status_code == 200, answer.text


def test_c02_there_is_no_refresh_token_unless_it_was_asked_for(system: System) -> None:
    code = system.obtain_code(access_type="online")
    assert "refresh_token" not in system.redeem(code).json()


def test_c02_hash_of_the_certificate_is_read_in_both_cases(system: System) -> None:
    for digits in (str.upper, str.lower):
        text = digits(streebog_hash(system.identities.gost.der))
        assert "code" in system.answer_of(system.open(system.new_browser(), client_certificate_hash=text))


def test_c02_system_chooses_what_its_tokens_are_signed_with(stand: Stand) -> None:
    plain = register_system(stand, "PLAIN")
    gost = register_system(stand, "GOSTIS", esia_algorithm="GOST3410_2012_256")
    assert header_of(plain.sign_in().access_token)["alg"] == "RS256"
    entered = gost.sign_in()
    for token in (entered.access_token, entered.tokens["id_token"]):
        assert header_of(token)["alg"] == "GOST3410_2012_256"
        assert re.fullmatch(r"[\w-]{86}", token.split(".")[2])
    data_of_vera(entered.rest())


def test_c02_same_person_through_the_other_dialect(stand: Stand, system: System) -> None:
    tokens = stand.tokens(scope="openid snils")
    userinfo = stand.userinfo(tokens["access_token"]).json()
    first, second = system.sign_in(version="v1", signs="rsa"), system.sign_in(version="v2")
    assert first.oid == second.oid
    assert userinfo["snils"] == second.rest().json()["snils"] == first.rest().json()["snils"]


def test_c02_one_session_serves_both_dialects(stand: Stand, system: System) -> None:
    browser = stand.browser()
    stand.obtain_code(browser)
    browser.open(system.authorize_url())
    assert "sign-in" not in browser.forms()
    assert "code" in system.answer_of(system.go_on(browser))


@pytest.mark.parametrize(("version", "way"), [("v1", "rsa"), ("v1", "gost"), ("v2", "gost")])
def test_c02_system_by_itself_is_told_of_an_organisation(system: System, version: str, way: str) -> None:
    role = system.sign_in(scope="openid fullname usr_org").rest("/roles").json()["elements"][0]
    scope = " ".join(f"http://esia.gosuslugi.ru/{name}?org_oid={role['oid']}" for name in ("org_shortname", "org_ogrn"))
    unasked = {"redirect_uri": None, "response_type": "token"} if version == "v1" else {}
    answer = system.client_tokens(scope, version, signs=way, **unasked)
    assert answer.status_code == 200, answer.text
    told = system.rest(f"/rs/orgs/{role['oid']}", answer.json()["access_token"])
    assert (told.status_code, told.json()["ogrn"]) == (200, role["ogrn"])
    assert "inn" not in told.json(), "that was not asked for"


def test_c02_person_who_leaves_a_system_is_sent_on(system: System) -> None:
    entered = system.sign_in()
    left = entered.browser.open(system.logout_url(f"{system.callback}?bye"))
    if "logout" in left.forms():
        left.submit("logout", "submit")
    assert left.url == f"{system.callback}?bye"
    assert "sign-in" in entered.browser.open(system.authorize_url()).forms()
