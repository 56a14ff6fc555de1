"""Rows ES of the catalogue of attacks, at the face that systems and people see."""

import base64
import time
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest

from idp.clients import certificates
from idp.settings import Esia
from tests.browser import Browser
from tests.idp.esia.keys import gost_identity, rsa_identity
from tests.idp.esia.signing import Identities
from tests.idp.esia.system import AUTHORIZATION, System, header_of, register_system, streebog_hash, timestamp
from tests.idp.stand import Stand

WRONG_SECRET = {"v1": "ESIA-007005", "v2": "ESIA-007053"}
WAYS = {"v1": "rsa", "v2": "gost"}
SOON_SECONDS = 0.2
NO_SIGNATURES = {
    "empty": "",
    "no base64": "§§§",
    "dollar": "abc$def",
    "short": "A",
    "encoded zero": "%00",
    "padding": "=" * 8,
    "a megabyte": "A" * 1_000_000,
    "zeros": "A" * 86,
    "cut off": "MIIB",
    "letters": "ы" * 64,
}
MINUTES = 60
VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand)


def asked(system: System, version: str, **terms: Any) -> Browser:
    """A person who was sent here."""
    return system.new_browser().open(system.authorize_url(version, **{"signs": WAYS[version]} | terms))


def refused(system: System, browser: Browser) -> dict[str, str]:
    """What the system is told, before anybody saw a page."""
    assert "sign-in" not in browser.forms()
    answer = system.answer_of(browser)
    assert "code" not in answer
    return answer


def code_of(answer: Any) -> str:
    """The number of the error in a token answer."""
    assert answer.status_code == 400, answer.text
    assert answer.headers["Content-Type"].partition(";")[0] == "application/json"
    return str(answer.json()["error_description"])[:11]


@VERSIONS
def test_es_01_good_request_gives_a_code_and_then_tokens(system: System, version: str) -> None:
    entered = system.sign_in(version=version, signs=WAYS[version])
    assert header_of(entered.access_token)["sbt"] == "access"
    assert entered.rest().status_code == 200


@VERSIONS
@pytest.mark.parametrize("name", ["state", "scope", "timestamp", "redirect_uri"])
def test_es_02_nothing_that_is_signed_can_be_swapped(stand: Stand, system: System, version: str, name: str) -> None:
    other = {
        "state": str(uuid.uuid4()),
        "scope": "openid",
        "timestamp": timestamp(stand.clock.now() - 1),
        "redirect_uri": f"{system.callback}/elsewhere",
    }[name]
    browser = asked(system, version, tampered={name: other})
    if (version, name) == ("v1", "redirect_uri"):
        assert "sign-in" in browser.forms(), "v1 does not sign the address, and any address of the registered host is good"
        return
    answer = refused(system, browser)
    assert answer["error_description"][:11] == WRONG_SECRET[version]
    if name != "state":
        return
    assert answer["state"] == other


@VERSIONS
def test_es_02_request_of_another_system_is_refused(stand: Stand, system: System, version: str) -> None:
    register_system(stand, "OTHER", identities=Identities(rsa_identity("Другая"), gost_identity("Другая")))
    browser = asked(system, version, tampered={"client_id": "OTHER"})
    assert refused(system, browser)["error_description"][:11] == WRONG_SECRET[version]


@pytest.mark.parametrize("name", ["state", "scope", "timestamp", "redirect_uri", "code", "client_id"])
def test_es_02_nothing_of_a_token_call_can_be_swapped(stand: Stand, system: System, name: str) -> None:
    register_system(stand, "OTHER", identities=Identities(rsa_identity("Другая"), gost_identity("Другая")))
    other = {
        "state": str(uuid.uuid4()),
        "scope": "openid",
        "timestamp": timestamp(stand.clock.now() - 1),
        "redirect_uri": f"{system.callback}/elsewhere",
        "code": system.obtain_code(),
        "client_id": "OTHER",
    }[name]
    code = system.obtain_code()
    assert code_of(system.redeem(code, tampered={name: other})) == "ESIA-007053"
    assert system.redeem(code).status_code == 200, "what was refused has used nothing up"


@VERSIONS
@pytest.mark.parametrize("secret", NO_SIGNATURES.values(), ids=NO_SIGNATURES)
def test_es_03_client_secret_that_is_no_signature_is_refused_soon(system: System, version: str, secret: str) -> None:
    fields = system.token_request("no code", version, signs=WAYS[version]) | {"client_secret": secret}
    began = time.process_time()
    answer = system.post(fields, version)
    took = time.process_time() - began
    assert code_of(answer) in (WRONG_SECRET[version], "ESIA-007014", "ESIA-007003", "ESIA-007038")
    assert took < SOON_SECONDS


@VERSIONS
@pytest.mark.parametrize("secret", ["", "§§§", "A", "A" * 86, "MIIB"], ids=["empty", "no base64", "short", "zeros", "cut off"])
def test_es_03_person_sees_no_page_for_it(system: System, version: str, secret: str) -> None:
    answer = refused(system, asked(system, version, tampered={"client_secret": secret}))
    assert answer["error_description"][:11] in (WRONG_SECRET[version], "ESIA-007014")


@VERSIONS
def test_es_06_certificate_of_nobody_is_refused_until_it_is_registered(stand: Stand, system: System, version: str) -> None:
    strange = Identities(rsa_identity("Чужая"), gost_identity("Чужая"))
    system.identities = strange
    answer = refused(system, asked(system, version))
    assert answer["error_description"][:11] == WRONG_SECRET[version]
    for der in (strange.rsa.der, strange.gost.der):
        with stand.realm.database.write() as connection:
            certificates.add(stand.realm, connection, system.client_id, der, actor="operator:test")
    assert "sign-in" in asked(system, version).forms(), "trust is that it is registered, whoever made it"


@pytest.mark.parametrize("way", ["rsa", "rsa bare", "rsa attached", "rsa indefinite"])
def test_es_06_certificate_of_the_same_name_and_number_is_refused(system: System, way: str) -> None:
    """A message names its signer by issuer and serial number, which anybody can write into a certificate of their own."""
    registered = system.identities
    impostor = rsa_identity(serial=registered.rsa.certificate.serial_number)
    assert impostor.certificate.issuer == registered.rsa.certificate.issuer
    system.identities = Identities(impostor, registered.gost)
    assert refused(system, asked(system, "v1", signs=way))["error_description"][:11] == "ESIA-007005"
    system.identities = registered
    assert "sign-in" in asked(system, "v1", signs=way).forms()


@VERSIONS
def test_es_06_certificate_of_another_system_is_refused(stand: Stand, system: System, version: str) -> None:
    other = register_system(stand, "OTHER", identities=Identities(rsa_identity("Другая"), gost_identity("Другая")))
    system.identities = other.identities
    assert refused(system, asked(system, version))["error_description"][:11] == WRONG_SECRET[version]


@VERSIONS
def test_es_06_certificate_that_was_removed_is_refused(stand: Stand, system: System, version: str) -> None:
    assert "sign-in" in asked(system, version).forms()
    with stand.realm.database.write() as connection:
        for each in certificates.of_client(connection, system.client_id):
            certificates.remove(stand.realm, connection, system.client_id, each.fingerprint, actor="operator:test")
    assert refused(system, asked(system, version))["error_description"][:11] in (WRONG_SECRET[version], "ESIA-007002")


def test_es_06_hash_of_one_certificate_and_signature_of_another_is_refused(system: System) -> None:
    hash_text = streebog_hash(system.identities.rsa.der)
    answer = refused(system, asked(system, "v2", client_certificate_hash=hash_text))
    assert answer["error_description"][:11] == "ESIA-007053"


@VERSIONS
@pytest.mark.parametrize("minutes", [-10, -6, 6, 10])
def test_es_08_request_of_another_time_is_refused(stand: Stand, system: System, version: str, minutes: int) -> None:
    text = timestamp(stand.clock.now() + minutes * MINUTES)
    assert refused(system, asked(system, version, timestamp=text))["error_description"][:11] == "ESIA-007015"


@VERSIONS
@pytest.mark.parametrize(("minutes", "zone"), [(-4, "+0000"), (4, "+0000"), (0, "+0300"), (0, "-0330"), (0, "+1200")])
def test_es_08_request_of_now_is_good_in_every_zone(stand: Stand, system: System, version: str, minutes: int, zone: str) -> None:
    text = timestamp(stand.clock.now() + minutes * MINUTES, zone=zone)
    assert "sign-in" in asked(system, version, timestamp=text).forms()


@VERSIONS
@pytest.mark.parametrize(
    "text",
    [
        "2026.11.22 09:33:20",
        "2026.11.22 09:33:20 0000",
        "2026.11.22 09:33:20 +00:00",
        "2026.11.22 09:33:20 Z",
        "2026-11-22 09:33:20 +0000",
        "22.11.2026 09:33:20 +0000",
        "2026.11.22T09:33:20 +0000",
        "2026.13.22 09:33:20 +0000",
        "2026.11.22 24:33:20 +0000",
        "2026.11.22 09:33:20  0000",
        "1795340000",
        "٢٠٢٦.11.22 09:33:20 +0000",
        "",
    ],
)
def test_es_08_timestamp_of_another_form_is_named(system: System, version: str, text: str) -> None:
    answer = refused(system, asked(system, version, timestamp=text))
    assert answer["error_description"].startswith("ESIA-007014")
    assert "[timestamp]" in answer["error_description"]


@VERSIONS
def test_es_08_local_time_with_the_zone_of_another_place_is_refused(stand: Stand, system: System, version: str) -> None:
    text = timestamp(stand.clock.now(), zone="+0300").replace("+0300", "+0000")
    assert refused(system, asked(system, version, timestamp=text))["error_description"][:11] == "ESIA-007015"


@pytest.mark.parametrize("stand_settings", [{"esia": Esia(skew_seconds=30)}])
def test_es_08_skew_is_a_setting(stand: Stand, stand_settings: dict[str, object], system: System) -> None:
    assert stand.settings.esia is stand_settings["esia"]
    text = timestamp(stand.clock.now() - 31)
    assert refused(system, asked(system, "v2", timestamp=text))["error_description"][:11] == "ESIA-007015"


@pytest.mark.parametrize("minutes", [-10, 10])
@VERSIONS
def test_es_08_token_call_of_another_time_is_refused(stand: Stand, system: System, version: str, minutes: int) -> None:
    text = timestamp(stand.clock.now() + minutes * MINUTES)
    code = system.obtain_code(version=version, signs=WAYS[version])
    assert code_of(system.redeem(code, version, signs=WAYS[version], timestamp=text)) == "ESIA-007015"


@VERSIONS
@pytest.mark.parametrize("bits", [1024])
def test_es_11_key_that_is_too_short_is_refused(stand: Stand, version: str, bits: int) -> None:
    weak = Identities(rsa_identity("Слабая", bits=bits), gost_identity())
    system = register_system(stand, identities=weak)
    answer = refused(system, asked(system, version, signs="rsa"))
    assert answer["error_description"][:11] == WRONG_SECRET[version]


@pytest.mark.parametrize(
    "message",
    [
        b"\x30\x80" * 5_000,
        b"\x30\x82\xff\xff" + b"\x30\x80" * 2_000,
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x80" + b"\x02\x01\x01" * 8_000,
        b"\x00" * 16_000,
    ],
    ids=["nested", "long and nested", "four gigabytes", "many parts", "zeros"],
)
@VERSIONS
def test_es_13_message_that_is_a_trick_is_refused_soon(system: System, version: str, message: bytes) -> None:
    secret = base64.urlsafe_b64encode(message).decode()
    fields = system.token_request("no code", version, signs=WAYS[version]) | {"client_secret": secret}
    began = time.process_time()
    answer = system.post(fields, version)
    took = time.process_time() - began
    assert code_of(answer) == WRONG_SECRET[version]
    assert took < SOON_SECONDS


def test_es_13_what_lies_behind_a_message_is_refused(system: System) -> None:
    way = {"v1": "rsa", "v2": "gost"}
    for version, signs in way.items():
        fields = system.token_request("no code", version, signs=signs)
        signature = base64.urlsafe_b64decode(fields["client_secret"] + "==")
        behind = base64.urlsafe_b64encode(signature + b"\x00" * 3).decode()
        assert code_of(system.post(fields | {"client_secret": behind}, version)) == WRONG_SECRET[version]


@VERSIONS
def test_es_14_code_is_not_exchanged_by_the_signature_of_the_first_request(stand: Stand, system: System, version: str) -> None:
    first = system.authorization(version, signs=WAYS[version])
    browser = system.new_browser().open(f"{system.address}{AUTHORIZATION[version]}?{urlencode(first)}")
    code = system.answer_of(system.go_on(browser))["code"]
    stand.clock.advance(3)
    for state in (first["state"], str(uuid.uuid4())):
        fields = system.token_request(code, version, signs=WAYS[version])
        fields |= {name: first[name] for name in ("client_secret", "timestamp")} | {"state": state}
        assert code_of(system.post(fields, version)) == WRONG_SECRET[version]
    assert system.redeem(code, version, signs=WAYS[version]).status_code == 200


def test_es_16_token_without_the_scope_is_shown_nothing(system: System) -> None:
    entered = system.sign_in(scope="openid fullname")
    assert entered.rest().status_code == 200
    for path in ("/ctts", "/addrs", "/docs", "/vhls", "/kids"):
        assert entered.rest(path).status_code == 403, path
    assert "snils" not in entered.rest().json()


def test_es_16_token_of_one_person_opens_nobody_else(system: System) -> None:
    vera = system.sign_in()
    luka = system.sign_in(person=("luka@example.test", "podorozhnik-21"))
    assert luka.oid != vera.oid
    answer = system.rest(f"/rs/prns/{luka.oid}", vera.access_token)
    assert answer.status_code == 403
    assert "Лука" not in answer.text


def test_es_16_token_of_a_person_opens_no_organisation(system: System) -> None:
    entered = system.sign_in(scope="openid fullname usr_org")
    organisations = entered.rest("/roles").json()["elements"]
    answer = system.rest(f"/rs/orgs/{organisations[0]['oid']}", entered.access_token)
    assert answer.status_code == 403
    assert organisations[0]["fullName"] not in answer.text


def test_es_16_nobody_without_a_token(system: System) -> None:
    entered = system.sign_in()
    tokens = (
        "",
        "no.token.atall",
        entered.tokens["id_token"],
        entered.access_token[:-4] + "AAAA",
        entered.tokens["refresh_token"],
    )
    for token in tokens:
        assert system.rest(f"/rs/prns/{entered.oid}", token).status_code == 401


@VERSIONS
@pytest.mark.parametrize("state", ["<script>alert(1)</script>", "\"'><img src=x>", "a b+c&d=e%20", "состояние", "{{7*7}}"])
def test_es_18_error_comes_back_with_the_state_as_it_was(system: System, version: str, state: str) -> None:
    answer = refused(system, asked(system, version, state=state, response_type="token"))
    assert answer["state"] == state
    assert answer["error"] == "unsupported_response_type"
    assert answer["error_description"].startswith("ESIA-007009: ")


@VERSIONS
@pytest.mark.parametrize(("name", "number"), [("client_id", "008010"), ("redirect_uri", "007023")])
def test_es_18_page_shows_markup_as_text(system: System, version: str, name: str, number: str) -> None:
    markup = "<script>alert('x')</script>"
    value = markup if name == "client_id" else f"http://evil.test/{markup}"
    browser = asked(system, version, state=markup, **{name: value})
    assert browser.status == 400
    assert browser.url.startswith(f"{system.address}{AUTHORIZATION[version]}"), "nobody is sent to an address that is not known"
    assert markup not in browser.answer.text
    assert f"ESIA-{number}" in browser.text


@VERSIONS
def test_es_18_error_of_the_token_call_is_json_with_its_state(system: System, version: str) -> None:
    markup = "<b>state</b>"
    answer = system.redeem("no code", version, signs=WAYS[version], state=markup)
    assert code_of(answer) == "ESIA-007011"
    assert (answer.json()["error"], answer.json()["state"]) == ("invalid_grant", markup)
    assert answer.headers["Cache-Control"] == "no-store"
