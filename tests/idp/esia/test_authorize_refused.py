"""Every code that the authorization endpoints answer with: by a redirect where the system may be told, else by a page."""

import base64
import re
from urllib.parse import urlencode

import orjson
import pytest
from sqlalchemy.exc import OperationalError

from idp.cms import gost_engine
from idp.esia import course
from idp.settings import Esia
from tests.browser import Browser
from tests.idp.esia.system import AUTHORIZATION, System, register_system, timestamp
from tests.idp.stand import CALLBACK, Stand

VERSIONS = ("v1", "v2")
ORGANISATION = "http://esia.gosuslugi.ru/org_ogrn?org_oid=1000000042"
NARROW = frozenset({"openid", "fullname", "org_ogrn"})


@pytest.fixture
def system(stand: Stand, stand_settings: dict[str, object]) -> System:
    return register_system(stand)


def opened(system: System, version: str = "v2", **terms: object) -> Browser:
    return system.new_browser().open(system.authorize_url(version, signs="rsa", **terms))


def code_of(system: System, browser: Browser) -> str:
    """The number at the front of an error that went back to the system."""
    answer = system.answer_of(browser)
    assert set(answer) == {"error", "error_description", "state"}, answer
    assert answer["error_description"].startswith("ESIA-")
    assert answer["error_description"][11:13] == ": "
    return answer["error_description"][5:11]


def shown(browser: Browser) -> str:
    """The number on a page of ours."""
    assert browser.url.startswith("http://localhost:8400/aas/oauth2/"), browser.url
    assert "Учебный стенд" in browser.text
    found = re.search(r"ESIA-(\d{6})", browser.text)
    assert found is not None, browser.text
    return found[1]


def consent(**changed: object) -> str:
    """One consent of the Цифровой профиль, good but for what is changed; None takes a member out."""
    document: dict[str, object] = {
        "sysname": "CREDIT_PROCESS",
        "expire": 60,
        "actions": [{"sysname": "ALL_ACTIONS_TO_DATA"}],
        "purposes": [{"sysname": "CREDIT"}],
        "scopes": [{"sysname": "fullname"}, {"sysname": "inn"}],
        "responsibleObject": "TESTIS",
    }
    given = {name: value for name, value in (document | changed).items() if value is not None}
    return base64.urlsafe_b64encode(orjson.dumps([given])).decode()


def names(*sysnames: str) -> list[dict[str, str]]:
    return [{"sysname": name} for name in sysnames]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"response_type": "token"}, "007009"),
        ({"scope": ""}, "007013"),
        ({"scope": " "}, "007013"),
        ({"scope": "openid nonsense"}, "007006"),
        ({"scope": "openid,fullname"}, "007006"),
        ({"scope": "openid usr_inf"}, "007006"),
        ({"scope": "openid org_ogrn"}, "007006"),
        ({"scope": "openid fullname?oid=1000000001"}, "007006"),
        ({"scope": "openid org_ogrn?org_oid=x"}, "007006"),
        ({"scope": "openid bio"}, "007019"),
        ({"scope": ORGANISATION.replace("org_ogrn", "org_oktmo")}, "007019"),
        ({"access_type": "sometimes"}, "007003"),
        ({"x": "y" * 8_193}, "007003"),
    ],
)
def test_es_16_what_is_asked_wrongly_goes_back_with_its_code(
    system: System, version: str, changed: dict[str, str], number: str
) -> None:
    assert code_of(system, opened(system, version, **changed)) == number


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"scope_org": "nonsense"}, "007006"),
        ({"scope_org": "fullname"}, "007006"),
        ({"scope_org": "org_oktmo"}, "007019"),
        ({"person_filter": "conf_acc"}, "007003"),
        ({"person_filter": base64.b64encode(b"everybody").decode()}, "007003"),
        ({"roles": "KING"}, "007060"),
        ({"obj_type": "X"}, "007061"),
        ({"code_challenge": "short"}, "007003"),
        ({"code_challenge": "c" * 43, "code_challenge_method": "plain"}, "007003"),
        ({"code_challenge": "c" * 43, "code_challenge_method": "St256"}, "007003"),
        ({"code_challenge_method": "S256"}, "007014"),
        ({"permissions": consent()}, "007006"),
        ({"permissions": "!!!", "scope": "openid"}, "007038"),
        ({"permissions": base64.b64encode(b"{}").decode(), "scope": "openid"}, "007038"),
        ({"permissions": base64.b64encode(b"[1]").decode(), "scope": "openid"}, "007038"),
        ({"permissions": consent(scopes=5), "scope": "openid"}, "007038"),
        ({"permissions": consent(sysname=None), "scope": "openid"}, "036700"),
        ({"permissions": consent(sysname="NOBODY_KNOWS"), "scope": "openid"}, "036701"),
        ({"permissions": consent(scopes=names("inn")), "scope": "openid"}, "036702"),
        ({"permissions": consent(scopes=names("fullname", "vehicles")), "scope": "openid"}, "036703"),
        ({"permissions": consent(scopes=names("fullname", "bio")), "scope": "openid"}, "036704"),
        ({"permissions": consent(actions=[]), "scope": "openid"}, "036705"),
        ({"permissions": consent(actions=names("BURN")), "scope": "openid"}, "036706"),
        ({"permissions": consent(purposes=None), "scope": "openid"}, "036707"),
        ({"permissions": consent(expire=0), "scope": "openid"}, "036716"),
        ({"permissions": consent(expire="60"), "scope": "openid"}, "036716"),
        ({"permissions": consent(purposes=names("WHIM")), "scope": "openid"}, "036726"),
        ({"permissions": consent(purposes=names("CREDIT", "SCORING")), "scope": "openid"}, "036727"),
        ({"permissions": consent(scopes=names("fullname", "ndfl_person")), "scope": "openid"}, "007019"),
    ],
)
def test_what_v2_adds_goes_back_with_its_code(system: System, changed: dict[str, str], number: str) -> None:
    assert code_of(system, opened(system, "v2", **changed)) == number


def test_v1_does_not_look_at_what_v2_adds(system: System) -> None:
    browser = opened(system, "v1", roles="KING", person_filter="!", permissions="!", code_challenge="short", scope_org="nonsense")
    assert "code" in system.answer_of(system.go_on(browser))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["client_secret", "state", "timestamp", "response_type"])
def test_what_is_missing_is_named(system: System, version: str, name: str) -> None:
    browser = opened(system, version, tampered={name: None})
    answer = system.answer_of(browser)
    assert answer["error_description"] == f"ESIA-007014: The request doesn`t contain the mandatory parameter [{name}]."
    assert answer["error"] == "invalid_request"


def test_v1_client_at_v2_learns_which_parameter_it_lacks(system: System) -> None:
    parameters = system.authorization("v1", signs="rsa")
    browser = system.new_browser().open(f"{system.address}{AUTHORIZATION['v2']}?{urlencode(parameters)}")
    description = "ESIA-007014: The request doesn`t contain the mandatory parameter [client_certificate_hash]."
    assert system.answer_of(browser)["error_description"] == description


@pytest.mark.parametrize(("version", "number"), [("v1", "007005"), ("v2", "007053")])
def test_es_02_a_wrong_signature_goes_back_with_the_one_code_of_its_version(system: System, version: str, number: str) -> None:
    browser = opened(system, version, tampered={"scope": "openid"})
    answer = system.answer_of(browser)
    assert code_of(system, browser) == number
    assert answer["error"] == {"v1": "unauthorized_client", "v2": "access_denied"}[version]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_each_signature_is_good_once(system: System, version: str, method: str) -> None:
    parameters = system.authorization(version, signs="rsa")
    address = f"{system.address}{AUTHORIZATION[version]}"
    first = system.http.get(address, params=parameters) if method == "GET" else system.http.post(address, data=parameters)
    assert "sign-in" in first.url
    again = system.new_browser().open(f"{address}?{urlencode(parameters)}")
    assert code_of(system, again) == {"v1": "007005", "v2": "007053"}[version]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("seconds", [-301, 301])
def test_es_08_clock_skew_goes_back_with_007015(stand: Stand, system: System, version: str, seconds: int) -> None:
    browser = opened(system, version, timestamp=timestamp(stand.clock.now() + seconds))
    assert code_of(system, browser) == "007015"


def test_system_without_certificates_is_told_007002(stand: Stand) -> None:
    system = register_system(stand, is_certified=False)
    assert code_of(system, opened(system)) == "007002"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"client_id": None}, "007014"),
        ({"client_id": "NOBODY"}, "008010"),
        ({"client_id": "client"}, "008010"),
        ({"redirect_uri": None}, "007014"),
        ({"redirect_uri": "http://evil.test/callback"}, "007023"),
        ({"redirect_uri": CALLBACK.replace("http:", "https:")}, "007023"),
        ({"redirect_uri": CALLBACK.replace(":9999", ":9998")}, "007023"),
        ({"redirect_uri": CALLBACK.replace("//localhost", "//localhost.evil.test")}, "007023"),
        ({"redirect_uri": CALLBACK.replace("//", "//x@")}, "007023"),
        ({"redirect_uri": "http://evil.test\\@localhost:9999/"}, "007023"),
        ({"redirect_uri": "//localhost:9999/callback"}, "007023"),
        ({"redirect_uri": CALLBACK + "#fragment"}, "007023"),
        ({"redirect_uri": "javascript:alert(1)//localhost:9999"}, "007023"),
        ({"redirect_uri": "http://[/"}, "007023"),
        ({"state": "s" * 4_097}, "007003"),
    ],
)
def test_nothing_is_redirected_where_it_is_not_sure_whose_address_it_is(
    system: System, version: str, changed: dict[str, str | None], number: str
) -> None:
    browser = opened(system, version, **changed)
    assert (browser.status, shown(browser)) == (400, number)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("client_id=TESTIS&client_id=TESTIS", "007003"),
        ("client_id=%ff", "007038"),
        ("client_id=%00", "007038"),
        ("&".join(f"p{number}=1" for number in range(150)), "007038"),
    ],
)
def test_what_cannot_be_read_is_answered_by_a_page(system: System, version: str, query: str, number: str) -> None:
    browser = system.new_browser().open(f"{system.address}{AUTHORIZATION[version]}?{query}")
    assert (browser.status, shown(browser)) == (400, number)


@pytest.mark.parametrize("stand_settings", [{"esia": Esia(error_page_status=403)}])
def test_status_of_the_page_is_a_switch(system: System) -> None:
    assert opened(system, client_id="NOBODY").status == 403


@pytest.mark.parametrize("version", VERSIONS)
def test_json_body_is_no_form(system: System, version: str) -> None:
    browser = system.new_browser()
    browser.answer = browser.session.post(
        f"{system.address}{AUTHORIZATION[version]}", json=system.authorization(version, signs="rsa")
    )
    assert shown(browser) == "007014"
    assert "[client_id]" in browser.text


@pytest.mark.parametrize("version", VERSIONS)
def test_who_cancels_the_sign_in_brings_007004_back(system: System, version: str) -> None:
    browser = opened(system, version, state="the state")
    browser.submit("cancel-form", "cancel")
    answer = system.answer_of(browser)
    assert code_of(system, browser) == "007004"
    assert (answer["error"], answer["state"]) == ("access_denied", "the state")


@pytest.mark.parametrize("version", VERSIONS)
def test_who_does_not_agree_brings_007004_back(system: System, version: str) -> None:
    browser = system.open(system.new_browser(), version, signs="rsa", agrees=False)
    assert code_of(system, browser) == "007004"


def test_es_18_markup_of_a_request_is_never_markup_of_the_page(system: System) -> None:
    browser = opened(system, client_id="<script>alert(1)</script>", state="<script>alert(2)</script>")
    assert "<script>alert" not in browser.text


def test_a_database_that_is_busy_is_007008(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_arguments: object, **_terms: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(course, "authenticate", busy)
    assert shown(opened(system)) == "007008"


def test_a_fault_is_007007(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_terms: object) -> None:
        raise RuntimeError("something nobody foresaw")

    monkeypatch.setattr(course, "authenticate", broken)
    assert shown(opened(system)) == "007007"


@pytest.mark.parametrize("path", ["/aas/oauth2/v3/ac", "/aas/oauth2/v3/revoke", "/aas/oauth2/.well-known/openid-configuration"])
def test_what_esia_does_not_have_is_not_there(system: System, path: str) -> None:
    assert system.http.get(f"{system.address}{path}").status_code == 404


@pytest.mark.parametrize("version", VERSIONS)
def test_journal_has_number_and_cause_of_a_refusal(stand: Stand, system: System, version: str) -> None:
    opened(system, version, scope="openid nonsense")
    opened(system, version, tampered={"state": "swapped"})
    rows = [event for event in stand.events() if str(event["action"]).endswith(".refused")]
    assert [(row["action"], row["outcome"]) for row in rows] == [
        ("authorization.refused", "ESIA-007006"),
        ("client.refused", {"v1": "ESIA-007005", "v2": "ESIA-007053"}[version]),
    ]
    assert rows[0]["actor"] == "client:TESTIS"
    assert all("cause" in str(row["detail"]) for row in rows)


def test_dialects_refuse_the_clients_of_the_other(stand: Stand, system: System) -> None:
    browser = system.new_browser().open(stand.authorize_url(client_id=system.client_id))
    assert browser.status == 400
    assert "ESIA&#39;s endpoints" in browser.text or "ESIA's endpoints" in browser.text


def test_es_12_without_the_engine_a_system_of_gost_is_told_so_and_others_work(
    stand: Stand, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_gost = register_system(stand, "GOSTIS", esia_algorithm="GOST3410_2012_256")
    addresses = [each.authorize_url(signs="rsa") for each in (of_gost, system)]
    monkeypatch.setattr(gost_engine, "is_available", lambda: False)
    assert code_of(of_gost, of_gost.new_browser().open(addresses[0])) == "007008"
    assert "/sign-in/" in system.new_browser().open(addresses[1]).url
