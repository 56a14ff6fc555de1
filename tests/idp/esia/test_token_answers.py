"""What the token endpoints of ESIA answer: every name, every JSON type, every lifetime."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from joserfc.jwk import KeySet, RSAKey

from idp.citizens.oids import oid_of_organisation
from idp.esia.bearer import judge
from idp.protocol.esia.particulars import OrganisationScope
from idp.settings import Esia
from tests.idp.esia.issuing import granted_to, issue_code
from tests.idp.esia.system import System, header_of, payload_of, register_system
from tests.idp.esia.test_authorize_people import CLINIC
from tests.idp.stand import Stand

ISSUER = "http://esia.gosuslugi.ru/"


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand)


def redeemed(stand: Stand, system: System, *, version: str = "v2", **terms: Any) -> dict[str, Any]:
    return granted_to(system.redeem(issue_code(stand, system, **terms), version, signs="rsa"))


@pytest.mark.parametrize("version", ["v1", "v2", "v2/te"])
@pytest.mark.parametrize("signs", ["rsa", "gost"])
def test_es_01_code_gives_tokens_by_every_generation(stand: Stand, system: System, version: str, signs: str) -> None:
    asked = system.token_request(issue_code(stand, system), "v1" if version == "v1" else "v2", signs=signs)
    answer = granted_to(system.post(asked, version))
    assert list(answer) == ["access_token", "refresh_token", "id_token", "state", "token_type", "expires_in"]
    assert answer["state"] == asked["state"]
    assert answer["token_type"] == "Bearer"
    assert (type(answer["expires_in"]), answer["expires_in"]) == (int, 3600)
    assert isinstance(answer["refresh_token"], str)


def test_access_token_says_what_esias_says(stand: Stand, system: System) -> None:
    answer = redeemed(stand, system)
    claims, now = payload_of(answer["access_token"]), stand.clock.now()
    oid = claims["urn:esia:sbj_id"]
    assert (type(oid), oid) == (int, 1_000_000_001)
    assert header_of(answer["access_token"]) == {"ver": 1, "typ": "JWT", "sbt": "access", "alg": "RS256"}
    family = stand.rows("SELECT id FROM token_families WHERE client_id = 'TESTIS'")[0][0]
    assert claims == {
        "nbf": now,
        "scope": f"fullname?oid={oid} openid snils?oid={oid}",
        "iss": ISSUER,
        "urn:esia:sid": family,
        "urn:esia:sbj_id": oid,
        "exp": now + 3600,
        "iat": now,
        "client_id": "TESTIS",
    }
    assert all(type(claims[name]) is int for name in ("nbf", "exp", "iat"))


def test_id_token_says_what_esias_says(stand: Stand, system: System) -> None:
    answer = redeemed(stand, system)
    claims, now = payload_of(answer["id_token"]), stand.clock.now()
    oid = payload_of(answer["access_token"])["urn:esia:sbj_id"]
    assert header_of(answer["id_token"]) == {"ver": 0, "typ": "JWT", "sbt": "id", "alg": "RS256"}
    assert claims == {
        "aud": "TESTIS",
        "sub": oid,
        "nbf": now,
        "amr": "PWD",
        "urn:esia:amd": "PWD",
        "auth_time": now - 53,
        "iss": ISSUER,
        "urn:esia:sid": payload_of(answer["access_token"])["urn:esia:sid"],
        "urn:esia:sbj": {
            "urn:esia:sbj:lvl": "PR",
            "urn:esia:sbj:typ": "P",
            "urn:esia:sbj:is_tru": True,
            "urn:esia:sbj:oid": oid,
            "urn:esia:sbj:nam": f"OID.{oid}",
        },
        "exp": now + 10_800,
        "iat": now,
    }
    assert type(claims["sub"]) is int
    assert claims["urn:esia:sbj"]["urn:esia:sbj:is_tru"] is True


def test_slashes_are_escaped_and_the_signature_covers_them(stand: Stand, system: System) -> None:
    header, payload, signature = redeemed(stand, system)["access_token"].split(".")
    assert b"http:\\/\\/esia.gosuslugi.ru\\/" in _bytes(payload)
    keys = KeySet.import_key_set(stand.http().get(f"{stand.issuer}/oauth2/jwks").json()).keys
    of_rsa = [key.public_key for key in keys if isinstance(key, RSAKey) and key.get("alg") == "RS256"]
    of_rsa[0].verify(_bytes(signature), f"{header}.{payload}".encode(), padding.PKCS1v15(), hashes.SHA256())


def test_account_that_is_not_confirmed_has_no_is_tru(stand: Stand, system: System) -> None:
    stand.execute("UPDATE citizens SET phone_verified_at = NULL, identity_proved_by = NULL, identity_proved_at = NULL")
    subject = payload_of(redeemed(stand, system)["id_token"])["urn:esia:sbj"]
    assert subject["urn:esia:sbj:lvl"] == "P"
    assert "urn:esia:sbj:is_tru" not in subject


def test_electronic_signature_is_told_as_ds(stand: Stand, system: System) -> None:
    claims = payload_of(redeemed(stand, system, acr="high", amr=("swk",))["id_token"])
    assert (claims["amr"], claims["urn:esia:amd"]) == ("DS", "DS")


def test_online_access_gives_no_refresh_token_and_no_openid_no_id_token(stand: Stand, system: System) -> None:
    answer = redeemed(stand, system, scopes=("fullname",), is_offline=False)
    assert set(answer) == {"access_token", "state", "token_type", "expires_in"}
    oid = payload_of(answer["access_token"])["urn:esia:sbj_id"]
    assert payload_of(answer["access_token"])["scope"] == f"fullname?oid={oid}"


def test_granted_is_what_the_code_stands_for_whatever_scope_the_token_request_signs(stand: Stand, system: System) -> None:
    code = issue_code(stand, system)
    answer = granted_to(system.redeem(code, signs="rsa", scope="openid"))
    assert "snils?oid=" in payload_of(answer["access_token"])["scope"]
    code = issue_code(stand, system, scopes=("openid",))
    answer = granted_to(system.redeem(code, signs="rsa", scope="openid fullname snils"))
    assert payload_of(answer["access_token"])["scope"] == "openid"


def test_permissions_and_scopes_of_organisations_stand_in_the_access_token(stand: Stand, system: System) -> None:
    with stand.realm.database.write() as connection:
        clinic = oid_of_organisation(connection, CLINIC)
    claims = payload_of(
        redeemed(
            stand,
            system,
            scopes=("openid",),
            organisations=(OrganisationScope("org_ogrn", clinic),),
            permissions=({"sysname": "CONSENT"},),
        )["access_token"]
    )
    assert claims["scope"] == f"openid http://esia.gosuslugi.ru/org_ogrn?org_oid={clinic}"
    assert claims["permissions"] == [{"sysname": "CONSENT"}]


def test_es_14_state_is_the_one_of_this_request_in_every_answer(stand: Stand, system: System) -> None:
    code = issue_code(stand, system, state="the state of the authorization request")
    answer = granted_to(system.redeem(code, signs="rsa", state="another"))
    assert answer["state"] == "another"
    refused = system.redeem(issue_code(stand, system), signs="rsa", tampered={"state": "not the signed one"})
    assert refused.status_code == 400
    assert refused.json()["error_description"][:11] == "ESIA-007053"
    assert refused.json()["state"] == "not the signed one"


@pytest.mark.parametrize("place", ["query", "body"])
def test_parameters_may_stand_in_the_query_of_a_post(stand: Stand, system: System, place: str) -> None:
    fields = system.token_request(issue_code(stand, system), signs="rsa")
    granted_to(system.post(fields, in_query=place == "query"))


def test_refresh_token_beside_a_code_says_nothing(stand: Stand, system: System) -> None:
    asked = system.token_request(
        issue_code(stand, system), "v1", signs="rsa", refresh_token="7648d7bd-6369-4073-b545-90250f68025e"
    )
    granted_to(system.post(asked, "v1"))


def test_what_an_id_token_tells_is_written_down_for_its_person(stand: Stand, system: System) -> None:
    redeemed(stand, system)
    assert stand.rows("SELECT channel, claims, client_id FROM disclosures") == [("id_token", "verified account_level", "TESTIS")]


def test_lifetimes_are_those_of_esia(stand: Stand, system: System) -> None:
    code = issue_code(stand, system)
    stand.clock.advance(239)
    token = granted_to(system.redeem(code, signs="rsa"))["access_token"]
    stand.clock.advance(3599)
    with stand.realm.database.read() as connection:
        assert judge(stand.realm, connection, token) is not None
        stand.clock.advance(1)
        assert judge(stand.realm, connection, token) is None


Check = Callable[[dict[str, Any], dict[str, Any], dict[str, Any]], bool]


@pytest.mark.parametrize(
    ("stand_settings", "is_so"),
    [
        ({"esia": Esia(subject_is_text=True)}, lambda answer, access, identity: identity["sub"] == "1000000001"),
        ({"esia": Esia(expires_in_is_text=True)}, lambda answer, access, identity: answer["expires_in"] == "3600"),
        ({"esia": Esia(echoes_nonce=True)}, lambda answer, access, identity: identity["nonce"] == "the nonce"),
        ({"esia": Esia(access_token_seconds=60)}, lambda answer, access, identity: access["exp"] - access["iat"] == 60),
        ({"esia": Esia(access_token_seconds=60)}, lambda answer, access, identity: answer["expires_in"] == 60),
        ({"esia": Esia(id_token_seconds=61)}, lambda answer, access, identity: identity["exp"] - identity["iat"] == 61),
        ({"esia": Esia(issuer="http://esia.test/")}, lambda answer, access, identity: access["iss"] == "http://esia.test/"),
        ({"esia": Esia(issuer="http://esia.test/")}, lambda answer, access, identity: identity["iss"] == "http://esia.test/"),
    ],
)
def test_switches_change_what_they_name(stand: Stand, system: System, stand_settings: dict[str, object], is_so: Check) -> None:
    assert stand.settings.esia == stand_settings["esia"]
    answer = redeemed(stand, system, nonce="the nonce")
    assert is_so(answer, payload_of(answer["access_token"]), payload_of(answer["id_token"]))


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize(("version", "signs"), [("v1", "rsa"), ("v1", "gost"), ("v2", "gost"), ("v2", "rsa")])
def test_person_signs_in_and_code_access_and_id_token_tell_of_one_authorization(
    stand: Stand, system: System, version: str, signs: str
) -> None:
    code = system.obtain_code(version=version, signs=signs, state="the first state")
    answer = granted_to(system.redeem(code, version, signs=signs, state="the second state"))
    told = [payload_of(each) for each in (code, answer["access_token"], answer["id_token"])]
    assert len({claims["urn:esia:sid"] for claims in told}) == 1
    assert told[0]["scope"] == told[1]["scope"]
    assert told[0]["urn:esia:sbj"] == told[2]["urn:esia:sbj"]
    assert told[0]["auth_time"] == told[2]["auth_time"]
    assert (told[0]["urn:esia:client:state"], answer["state"]) == ("the first state", "the second state")
    with stand.realm.database.read() as connection:
        bearer = judge(stand.realm, connection, answer["access_token"])
        assert judge(stand.realm, connection, code) is None
        assert judge(stand.realm, connection, answer["id_token"]) is None
    assert bearer is not None
    assert bearer.has_scope("snils")
