"""Systems of ESIA's dialect at run time: registered with certificates, given keys, and handed tokens made to order."""

import base64
from collections.abc import Mapping
from typing import Any

import pytest
from asn1crypto import pem
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509 import load_der_x509_certificate

from idp.keyring.certificates import certificate_of
from idp.keyring.published import is_signed_by_us
from idp.protocol.compact_jwt import take_apart
from tests.idp.control.conftest import Control
from tests.idp.esia.keys import gost_identity, rsa_identity
from tests.idp.esia.system import header_of, payload_of, register_system, streebog_hash
from tests.idp.stand import CALLBACK, Stand

TERMS: Mapping[str, Any] = {"client_id": "MED01", "dialect": "esia", "redirect_uris": [CALLBACK], "client_name": "Поликлиника"}
VERA = "vera@example.test"


def base64_der() -> str:
    return base64.b64encode(gost_identity().der).decode()


def test_system_is_registered_with_certificates_in_pem_and_base64(control: Control) -> None:
    documents = [rsa_identity().certificate_pem.decode(), base64_der()]
    made = control.post("/clients", **TERMS, certificates=documents, scope="openid snils", esia_algorithm="GOST3410_2012_256")
    assert (made["client_id"], made["dialect"], made["esia_algorithm"]) == ("MED01", "esia", "GOST3410_2012_256")
    assert "client_secret" not in made
    assert set(made["certificates"]) == {base64.b64encode(each).decode() for each in (rsa_identity().der, gost_identity().der)}
    assert control.get("/clients/MED01") == made
    assert made in control.get("/clients")["clients"]
    assert control.get("/clients/client")["dialect"] == "openid"


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"client_id": "testis"}, (400, "invalid_client_metadata")),
        ({"redirect_uris": []}, (400, "invalid_redirect_uri")),
        ({"scope": "openid profile"}, (400, "invalid_client_metadata")),
        ({"certificates": ["MIIB"]}, (400, "invalid_client_metadata")),
        ({"client_secret": "x"}, (422, "body_invalid")),
        ({"token_endpoint_auth_method": "none"}, (422, "body_invalid")),
        ({"esia_algorithm": "ES256"}, (422, "body_invalid")),
        ({"dialect": "openid", "certificates": []}, (422, "body_invalid")),
    ],
)
def test_system_that_cannot_be_is_refused(control: Control, changed: Mapping[str, Any], problem: tuple[int, str]) -> None:
    assert control.refused("POST", "/clients", {**TERMS, **changed}) == problem
    assert control.refused("GET", "/clients/MED01") == (404, "client_unknown")


def test_terms_are_changed_and_the_dialect_stays(control: Control) -> None:
    control.post("/clients", **TERMS)
    assert control.refused("POST", "/clients", TERMS) == (409, "client_exists")
    changed = control.done(control.ask("PATCH", "/clients/MED01", {"scope": "openid inn", "esia_algorithm": "GOST3410_2012_256"}))
    assert (changed["scope"], changed["esia_algorithm"], changed["client_name"]) == (
        "inn openid",
        "GOST3410_2012_256",
        "Поликлиника",
    )
    assert control.refused("PATCH", "/clients/MED01", {"dialect": "openid"}) == (422, "body_invalid")
    assert control.refused("PATCH", "/clients/client", {"dialect": "esia"}) == (422, "body_invalid")
    assert control.refused("PATCH", "/clients/MED01", {"certificates": []}) == (422, "body_invalid")
    assert control.ask("DELETE", "/clients/MED01").status_code == 204


def test_certificates_are_added_listed_and_removed(stand: Stand, control: Control) -> None:
    system = register_system(stand, is_certified=False)
    gost = system.identities.gost
    added = control.post("/clients/TESTIS/certificates", certificate=gost.certificate_pem.decode())
    assert added["client_certificate_hash"] == streebog_hash(gost.der)
    assert pem.unarmor(added["certificate"].encode())[2] == gost.der
    assert control.get("/clients/TESTIS/certificates") == {"certificates": [added]}
    assert system.sign_in().rest().status_code == 200
    assert control.ask("DELETE", f"/clients/TESTIS/certificates/{added['fingerprint']}").status_code == 204
    assert control.refused("DELETE", f"/clients/TESTIS/certificates/{added['fingerprint']}") == (404, "certificate_unknown")
    assert control.refused("DELETE", "/clients/TESTIS/certificates/x") == (404, "certificate_unknown")
    assert "007002" in system.post(system.token_request("code")).json()["error_description"]


def test_client_of_openid_has_no_certificates(control: Control) -> None:
    assert control.refused("GET", "/clients/client/certificates") == (409, "other_dialect")
    assert control.refused("POST", "/clients/client/keys", {}) == (409, "other_dialect")


@pytest.mark.parametrize("algorithm", ["gost", "rsa"])
def test_key_is_made_and_told_once(control: Control, algorithm: str) -> None:
    control.post("/clients", **TERMS)
    made = control.post("/clients/MED01/keys", algorithm=algorithm)
    assert "PRIVATE KEY" in made.pop("private_key")
    assert control.get("/clients/MED01/certificates") == {"certificates": [made]}
    assert made["subject"] == "CN=MED01" and ("GOST" in made["key"]) == (algorithm == "gost")


def test_key_of_gost_needs_the_engine(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idp.cms.openssl._program", lambda: None)
    control.post("/clients", **TERMS)
    assert control.refused("POST", "/clients/MED01/keys", {}) == (409, "algorithm_unavailable")


@pytest.mark.parametrize("kind", ["esia_access", "esia_id", "esia_code"])
@pytest.mark.parametrize("algorithm", ["RS256", "GOST3410_2012_256"])
def test_esia_token_made_to_order_says_what_the_honest_one_says(
    stand: Stand, control: Control, kind: str, algorithm: str
) -> None:
    system = register_system(stand, esia_algorithm=algorithm)
    browser = stand.browser()
    code = system.obtain_code(browser, scope="openid fullname")
    answer = system.redeem(code, scope="openid fullname").json()
    honest = {"esia_access": answer["access_token"], "esia_id": answer["id_token"], "esia_code": code}[kind]
    made = control.post("/mint", kind=kind, person=VERA, client_id="TESTIS", scope="openid fullname")
    assert header_of(made["token"]) == header_of(honest) == made["header"]
    claims = payload_of(made["token"])
    assert claims.pop("propusk_test") is True
    assert claims.keys() - {"acr"} == payload_of(honest).keys() - {"acr"}
    told_apart = {
        "urn:esia:sid",
        "iat",
        "nbf",
        "exp",
        "auth_time",
        "acr",
        "urn:esia:client:state",
        "amr",
        "auth_mthd",
        "urn:esia:amd",
    }
    assert {name: value for name, value in claims.items() if name not in told_apart} == {
        name: value for name, value in payload_of(honest).items() if name not in told_apart
    }
    jwt = take_apart(made["token"])
    assert is_signed_by_us(stand.realm, jwt.message, jwt.signature, algorithm=algorithm)


def test_access_token_made_to_order_opens_the_resources_unless_it_is_spoilt(stand: Stand, control: Control) -> None:
    system = register_system(stand)

    def ask(**changed: Any) -> int:
        members = {"kind": "esia_access", "person": VERA, "client_id": "TESTIS", "scope": "openid fullname", **changed}
        made = control.post("/mint", **members)
        oid = payload_of(made["token"])["urn:esia:sbj_id"]
        return system.rest(f"/rs/prns/{oid}", made["token"]).status_code

    assert ask() == 200
    assert ask(is_spoilt=True) == 401
    assert ask(lives_for=-1) == 401
    assert ask(claims={"iss": "http://elsewhere.test/"}) == 401
    assert ask(claims={"client_id": "client"}) == 401
    assert ask(header={"sbt": "id"}) == 401
    assert ask(algorithm="PS256") == 401


def test_spoilt_signature_is_of_no_key(stand: Stand, control: Control) -> None:
    register_system(stand)
    made = control.post("/mint", kind="esia_id", person=VERA, client_id="TESTIS", is_spoilt=True)["token"]
    jwt = take_apart(made)
    key: Any = load_der_x509_certificate(certificate_of(stand.realm, "RS256")).public_key()
    with pytest.raises(InvalidSignature):
        key.verify(jwt.signature, jwt.message, padding.PKCS1v15(), hashes.SHA256())


def test_esia_token_is_for_a_system_of_the_dialect(control: Control) -> None:
    body = {"kind": "esia_access", "person": VERA, "client_id": "client"}
    assert control.refused("POST", "/mint", body) == (409, "other_dialect")
