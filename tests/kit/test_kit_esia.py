"""Systems of ESIA's dialect from the kit: registered, given keys, and handed tokens that their client has to refuse."""

import base64
import json
import re
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from propusk.errors import Refused
from propusk.esia import Esia

CALLBACK = "http://localhost/callback"
SCOPE = "openid fullname contacts"
PAGE = Path(__file__).parents[2] / "docs" / "esia.md"


def test_python_of_the_page_about_esia_passes_as_written(esia: Esia) -> None:
    (block,) = [
        block for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL) if "def test" in block
    ]
    names: dict[str, Any] = {}
    exec(block, names)  # noqa: S102 - it is ours
    (test,) = [value for name, value in names.items() if name.startswith("test_")]
    test(esia)


def test_system_has_the_key_that_the_stand_made_for_it(esia: Esia) -> None:
    system = esia.system("TESTIS", "http://localhost/callback", algorithm="rsa", client_name="Поликлиника")
    assert system.key is not None and system.redirect_uris == ["http://localhost/callback"]
    key = load_pem_private_key(system.key.private_key.encode(), None)
    assert x509.load_pem_x509_certificate(system.key.certificate.encode()).public_key() == key.public_key()
    assert len(system.key.client_certificate_hash) == 64
    assert "PRIVATE" not in repr(system), "a report of a failed test shows no key"
    another = esia.new_key(system, "rsa")
    told = esia.control.get("/clients/TESTIS/certificates")["certificates"]
    assert {each["fingerprint"] for each in told} == {system.key.fingerprint, another.fingerprint}


def test_person_signs_in_to_a_system_of_a_sandbox(esia: Esia) -> None:
    """Its addresses lie beneath those of the sandbox, and whatever names an address names that."""
    system, vera = esia.system("TESTIS", CALLBACK, algorithm="rsa", scope="openid fullname contacts"), esia.citizen()

    def signed(*more: str, **fields: str) -> dict[str, str]:
        assert system.key is not None
        state, timestamp = str(uuid.uuid4()), datetime.fromtimestamp(esia.clock.now, UTC).strftime("%Y.%m.%d %H:%M:%S +0000")
        text = "".join(("TESTIS", SCOPE, timestamp, state, CALLBACK, *more)).encode()
        key = load_pem_private_key(system.key.private_key.encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        secret = base64.urlsafe_b64encode(key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()
        known = {"client_id": "TESTIS", "client_secret": secret, "client_certificate_hash": system.key.client_certificate_hash}
        known |= {"scope": SCOPE, "state": state, "timestamp": timestamp, "redirect_uri": CALLBACK}
        return known | fields

    address = f"{esia.issuer}/aas/oauth2/v2/ac?{urlencode(signed(response_type='code'))}"
    answer = dict(parse_qsl(urlsplit(esia.visit(address, as_=vera)).query))
    call = signed(answer["code"], grant_type="authorization_code", token_type="Bearer", code=answer["code"])
    tokens = requests.post(f"{esia.issuer}/aas/oauth2/v3/te", data=call, timeout=10).json()

    def ask(address: str) -> requests.Response:
        return requests.get(address, headers={"Authorization": f"Bearer {tokens['access_token']}"}, timeout=10)

    claims = json.loads(base64.urlsafe_b64decode(tokens["access_token"].split(".")[1] + "=="))
    person = f"{esia.issuer}/rs/prns/{claims['urn:esia:sbj_id']}"
    assert ask(person).json()["lastName"] == vera.family_name
    contacts = ask(f"{person}/ctts").json()["elements"]
    assert contacts and all(each.startswith(f"{person}/ctts/") for each in contacts)
    assert ask(contacts[0]).status_code == 200


def test_system_brings_certificates_of_its_own(esia: Esia) -> None:
    made = esia.new_key(esia.system("FIRST", "http://localhost/"), "rsa")
    system = esia.system("SECOND", "http://localhost/", certificates=[made.certificate], esia_algorithm="GOST3410_2012_256")
    assert system.key is None and len(system.metadata["certificates"]) == 1
    with pytest.raises(Refused):
        esia.system("second", "http://localhost/")


def test_page_of_a_refusal_names_what_the_test_can_ask(esia: Esia) -> None:
    esia.system("TESTIS", "http://localhost/", algorithm="rsa")
    answer = requests.get(f"{esia.issuer}/aas/oauth2/ac?client_id=TESTIS&redirect_uri=http://elsewhere.test/", timeout=10)
    request_id = answer.headers["X-Propusk-Request"]
    assert f"esia.requests.why(&#39;{request_id}&#39;)" in answer.text
    assert esia.requests.why(request_id).outcome == "refused"
