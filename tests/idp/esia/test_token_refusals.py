"""Every code that ESIA's token endpoints can answer, and what a refusal leaves alive."""

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from idp.citizens import oids
from idp.clients import registry
from idp.protocol.esia.particulars import ChallengeMethod
from idp.settings import Esia
from tests.idp.esia.issuing import VERIFIER, challenge_of, granted_to, issue_code, refused_with
from tests.idp.esia.signing import own_identities
from tests.idp.esia.system import TOKEN, System, payload_of, register_system, streebog_hash, timestamp
from tests.idp.stand import CALLBACK, Stand

VERSIONS = ("v1", "v2")
MANDATORY = ("client_id", "client_secret", "state", "timestamp", "grant_type", "redirect_uri", "code")


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MANDATORY)
def test_007014_names_what_is_missing(stand: Stand, system: System, version: str, name: str) -> None:
    answer = system.redeem(issue_code(stand, system), version, signs="rsa", tampered={name: None})
    assert refused_with(answer) == "007014"
    assert answer.json()["error"] == "invalid_request"
    assert answer.json()["error_description"] == f"ESIA-007014: The request doesn`t contain the mandatory parameter [{name}]."


def test_007014_names_the_certificate_hash_that_a_client_of_v1_does_not_send(stand: Stand, system: System) -> None:
    fields = system.token_request(issue_code(stand, system), "v1", signs="rsa")
    for version in ("v2", "v2/te"):
        assert "[client_certificate_hash]" in system.post(fields, version).json()["error_description"]


@pytest.mark.parametrize("version", VERSIONS)
def test_007014_is_all_that_a_json_body_gets(stand: Stand, system: System, version: str) -> None:
    fields = system.token_request(issue_code(stand, system), version, signs="rsa")
    answer = system.http.post(f"{system.address}{TOKEN[version]}", json=fields)
    assert refused_with(answer) == "007014"
    assert "[client_id]" in answer.json()["error_description"]
    assert "state" not in answer.json()


@pytest.mark.parametrize("version", VERSIONS)
def test_007013_is_said_of_no_scope(stand: Stand, system: System, version: str) -> None:
    answer = system.redeem(issue_code(stand, system), version, signs="rsa", scope="")
    assert (refused_with(answer), answer.json()["error"]) == ("007013", "invalid_scope")


@pytest.mark.parametrize("version", VERSIONS)
def test_007012_is_said_of_an_unknown_grant_type(stand: Stand, system: System, version: str) -> None:
    answer = system.redeem(issue_code(stand, system), version, signs="rsa", grant_type="password")
    assert (refused_with(answer), answer.json()["error"]) == ("007012", "unsupported_grant_type")


@pytest.mark.parametrize("version", VERSIONS)
def test_007003_is_said_of_a_parameter_that_stands_twice(stand: Stand, system: System, version: str) -> None:
    fields = system.token_request(issue_code(stand, system), version, signs="rsa")
    answer = system.http.post(f"{system.address}{TOKEN[version]}", data=[*fields.items(), ("state", "another")])
    assert (refused_with(answer), answer.json()["error"]) == ("007003", "invalid_request")


@pytest.mark.parametrize("version", VERSIONS)
def test_007038_is_said_of_what_cannot_be_read(system: System, version: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = system.http.post(f"{system.address}{TOKEN[version]}", data=b"client_id=%FF%FE", headers=headers)
    assert (refused_with(answer), answer.json()["error"]) == ("007038", "invalid_request")


@pytest.mark.parametrize("version", VERSIONS)
def test_007015_is_said_of_an_old_timestamp(stand: Stand, system: System, version: str) -> None:
    old = timestamp(stand.clock.now() - 600)
    assert refused_with(system.redeem(issue_code(stand, system), version, signs="rsa", timestamp=old)) == "007015"


@pytest.mark.parametrize(
    ("version", "number", "error"), [("v1", "007005", "unauthorized_client"), ("v2", "007053", "access_denied")]
)
def test_es_02_signature_over_anything_else_is_refused(
    stand: Stand, system: System, version: str, number: str, error: str
) -> None:
    answer = system.redeem(issue_code(stand, system), version, signs="rsa", tampered={"scope": "openid email"})
    assert (refused_with(answer), answer.json()["error"]) == (number, error)


@pytest.mark.parametrize("version", VERSIONS)
def test_signature_of_an_answered_request_is_good_for_no_other(stand: Stand, system: System, version: str) -> None:
    fields = system.token_request(issue_code(stand, system), version, signs="rsa")
    granted_to(system.post(fields, version))
    assert refused_with(system.post(fields, version)) == {"v1": "007005", "v2": "007053"}[version]


def test_007002_is_said_without_any_certificate(stand: Stand) -> None:
    system = register_system(stand, is_certified=False)
    assert refused_with(system.redeem(issue_code(stand, system), signs="rsa")) == "007002"


def test_008010_is_said_to_who_is_no_system_of_the_dialect(stand: Stand, system: System) -> None:
    code = issue_code(stand, system)
    for client_id in ("NOBODY", "client"):
        answer = replace(system, client_id=client_id).redeem(code, signs="rsa")
        assert (refused_with(answer), answer.json()["error"]) == ("008010", "invalid_client")


def test_007005_is_said_of_a_grant_that_the_system_may_not_use(stand: Stand) -> None:
    system = register_system(stand, "PLAINIS", grant_types=("authorization_code",))
    answer = granted_to(system.redeem(issue_code(stand, system), signs="rsa"))
    assert "refresh_token" not in answer
    assert refused_with(system.refresh("whatever", signs="rsa")) == "007005"
    scope = "http://esia.gosuslugi.ru/org_ogrn?org_oid=1000000042"
    assert refused_with(system.client_tokens(scope, signs="rsa")) == "007005"


@pytest.mark.parametrize("version", VERSIONS)
def test_007011_is_said_of_a_code_that_nobody_issued(system: System, version: str) -> None:
    answer = system.redeem("no code", version, signs="rsa")
    assert (refused_with(answer), answer.json()["error"]) == ("007011", "invalid_grant")


@pytest.mark.parametrize("version", VERSIONS)
def test_007011_is_said_of_another_systems_code_which_lives_on(stand: Stand, system: System, version: str) -> None:
    code = issue_code(stand, system)
    assert refused_with(register_system(stand, "OTHERIS").redeem(code, version, signs="rsa")) == "007011"
    granted_to(system.redeem(code, version, signs="rsa"))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("redirect_uri", [f"{CALLBACK}/", "http://localhost:9999/other"])
def test_007011_is_said_of_another_redirect_uri_and_the_code_lives_on(
    stand: Stand, system: System, version: str, redirect_uri: str
) -> None:
    code = issue_code(stand, system)
    assert refused_with(system.redeem(code, version, signs="rsa", redirect_uri=redirect_uri)) == "007011"
    granted_to(system.redeem(code, version, signs="rsa"))


def test_007011_is_said_of_a_code_after_four_minutes(stand: Stand, system: System) -> None:
    code = issue_code(stand, system)
    stand.clock.advance(240)
    assert refused_with(system.redeem(code, signs="rsa")) == "007011"


@pytest.mark.parametrize("version", VERSIONS)
def test_007011_is_said_of_a_used_code_and_its_tokens_live_on(stand: Stand, system: System, version: str) -> None:
    code = issue_code(stand, system)
    tokens = granted_to(system.redeem(code, version, signs="rsa"))
    assert refused_with(system.redeem(code, version, signs="rsa")) == "007011"
    assert "authorization.replayed refused" in stand.actions()
    granted_to(system.refresh(tokens["refresh_token"], version, signs="rsa"))


@pytest.mark.parametrize("stand_settings", [{"esia": Esia(replay_revokes=True)}])
def test_used_code_takes_its_tokens_down_where_the_switch_says_so(
    stand: Stand, stand_settings: dict[str, object], system: System
) -> None:
    assert stand.settings.esia == stand_settings["esia"]
    code = issue_code(stand, system)
    tokens = granted_to(system.redeem(code, signs="rsa"))
    assert refused_with(system.redeem(code, signs="rsa")) == "007011"
    assert refused_with(system.refresh(tokens["refresh_token"], signs="rsa")) == "007011"


def test_007011_is_said_when_the_person_is_shut_out_and_the_code_lives_on(stand: Stand, system: System) -> None:
    code = issue_code(stand, system)
    stand.execute("UPDATE citizens SET disabled_at = 1")
    assert refused_with(system.redeem(code, signs="rsa")) == "007011"
    stand.execute("UPDATE citizens SET disabled_at = NULL")
    granted_to(system.redeem(code, signs="rsa"))


def test_007011_is_said_of_a_code_whose_family_was_revoked(stand: Stand, system: System) -> None:
    code = issue_code(stand, system)
    stand.execute("UPDATE token_families SET revoked_at = 1")
    assert refused_with(system.redeem(code, signs="rsa")) == "007011"


def test_007011_is_said_of_the_other_dialects_codes_and_tokens(stand: Stand, system: System) -> None:
    assert refused_with(system.redeem(stand.obtain_code(), signs="rsa")) == "007011"
    code = issue_code(stand, system)
    assert stand.redeem(code).body["error"] == "invalid_grant"
    tokens = granted_to(system.redeem(code, signs="rsa"))
    asked = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert "error" in stand.redeem("", **asked).body
    granted_to(system.refresh(tokens["refresh_token"], signs="rsa"))


def test_007039_is_said_of_a_verifier_without_a_challenge(stand: Stand, system: System) -> None:
    answer = system.redeem(issue_code(stand, system), signs="rsa", code_verifier=VERIFIER)
    assert (refused_with(answer), answer.json()["error"]) == ("007039", "invalid_grant")


@pytest.mark.parametrize("verifier", ["w" * 43, challenge_of(), None])
def test_007040_is_said_of_a_wrong_verifier_and_the_code_lives_on(stand: Stand, system: System, verifier: str | None) -> None:
    code = issue_code(stand, system, code_challenge=challenge_of())
    for version in VERSIONS:
        answer = system.redeem(code, version, signs="rsa", code_verifier=verifier)
        assert (refused_with(answer), answer.json()["error"]) == ("007040", "invalid_grant")
    granted_to(system.redeem(code, signs="rsa", code_verifier=VERIFIER))


@pytest.mark.parametrize(("method", "status"), [("St256", 200), ("S256", 400)])
def test_verifier_is_compared_by_the_method_of_its_challenge(
    stand: Stand, system: System, method: ChallengeMethod, status: int
) -> None:
    challenge = urlsafe_b64encode(bytes.fromhex(streebog_hash(VERIFIER.encode()))).rstrip(b"=").decode()
    code = issue_code(stand, system, code_challenge=challenge, challenge_method=method)
    assert system.redeem(code, signs="rsa", code_verifier=VERIFIER).status_code == status


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("version", VERSIONS)
def test_only_post_is_answered(stand: Stand, system: System, version: str, method: str) -> None:
    fields = system.token_request(issue_code(stand, system), version, signs="rsa")
    answer = system.http.request(method, f"{system.address}{TOKEN[version]}", params=fields)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize("stand_settings", [{"esia": Esia(has_v2_token=False)}])
def test_v2_has_no_token_endpoint_where_the_switch_says_so(
    stand: Stand, stand_settings: dict[str, object], system: System
) -> None:
    assert stand.settings.esia == stand_settings["esia"]
    fields = system.token_request(issue_code(stand, system), signs="rsa")
    assert system.post(fields, "v2/te").status_code == 404
    granted_to(system.post(fields, "v2"))


class TestOwnTokens:
    """client_credentials: organisations, and the renewal of consents."""

    @pytest.fixture
    def org_oid(self, stand: Stand) -> int:
        with stand.realm.database.write() as connection:
            organisation_id = str(connection.exec_driver_sql("SELECT id FROM organisations LIMIT 1").scalar_one())
            return oids.oid_of_organisation(connection, organisation_id)

    @pytest.mark.parametrize("version", VERSIONS)
    def test_token_of_an_organisation_has_no_person(self, system: System, org_oid: int, version: str) -> None:
        scope = " ".join(f"http://esia.gosuslugi.ru/{name}?org_oid={org_oid}" for name in ("org_ogrn", "org_inn"))
        answer = granted_to(system.client_tokens(scope, version, signs="rsa", response_type="token"))
        assert set(answer) == {"access_token", "state", "token_type", "expires_in"}
        claims = payload_of(answer["access_token"])
        assert claims["scope"] == scope
        assert set(claims) == {"nbf", "scope", "iss", "urn:esia:sid", "exp", "iat", "client_id"}

    def test_007019_is_said_of_a_scope_that_the_system_was_not_given(self, stand: Stand, org_oid: int) -> None:
        system = register_system(stand, "POORIS", scopes=frozenset(("openid", "org_inn")))
        answer = system.client_tokens(f"http://esia.gosuslugi.ru/org_ogrn?org_oid={org_oid}", signs="rsa")
        assert (refused_with(answer), answer.json()["error"]) == ("007019", "access_denied")

    @pytest.mark.parametrize(
        "scope",
        [
            "org_ogrn", "openid", "fullname", "fullname?oid=1000000001", "http://esia.gosuslugi.ru/org_ogrn",
            "http://esia.gosuslugi.ru/org_ogrn?org_oid=", "http://esia.gosuslugi.ru/org_ogrn?org_oid=x",
            "http://esia.gosuslugi.ru/org_ogrn?org_oid=999", "http://esia.gosuslugi.ru/org_ogrn?org_oid=1000000999",
            "http://evil.test/org_ogrn?org_oid=1000000001",
        ],
    )  # fmt: skip
    def test_007006_is_said_of_what_is_no_scope_of_an_organisation(self, system: System, scope: str) -> None:
        answer = system.client_tokens(scope, signs="rsa")
        assert (refused_with(answer), answer.json()["error"]) == ("007006", "invalid_scope")

    def test_007013_is_said_of_a_blank_scope(self, system: System) -> None:
        assert refused_with(system.client_tokens("   ", signs="rsa")) == "007013"

    def test_consent_is_renewed_only_where_there_is_one(self, stand: Stand) -> None:
        system = register_system(stand, scopes=frozenset(("openid", "fullname", "snils", "prm_chg")))
        tokens = granted_to(system.redeem(issue_code(stand, system), signs="rsa"))
        oid = payload_of(tokens["access_token"])["urn:esia:sbj_id"]
        poor = register_system(stand, "POORIS", scopes=frozenset(("openid",)))
        assert refused_with(poor.client_tokens(f"prm_chg?oid={oid}", signs="rsa")) == "007019"
        assert refused_with(system.client_tokens("prm_chg", signs="rsa")) == "007006"
        assert refused_with(system.client_tokens(f"prm_chg?oid={oid}", signs="rsa")) == "007019"
        assert refused_with(system.client_tokens(f"prm_chg?oid={oid + 7}", signs="rsa")) == "007019"
        stand.execute(
            "INSERT INTO consents (citizen_id, client_id, scope, claims, given_at, is_made_by_test) "
            "SELECT citizen_id, client_id, scope, '[]', 1, false FROM token_families WHERE client_id = 'TESTIS'"
        )
        answer = granted_to(system.client_tokens(f"prm_chg?oid={oid}", signs="rsa"))
        assert payload_of(answer["access_token"])["scope"] == f"prm_chg?oid={oid}"


def test_disabled_system_is_not_known_any_more(stand: Stand, system: System) -> None:
    code = issue_code(stand, system)
    with stand.realm.database.write() as connection:
        registry.disable(stand.realm, connection, system.client_id, actor="operator:test")
    assert refused_with(system.redeem(code, signs="rsa")) == "008010"


def test_every_refusal_of_who_signed_is_in_the_journal_with_its_cause(stand: Stand, system: System) -> None:
    refused_with(system.redeem("no code", signs="rsa"))
    row: Any = next(event for event in stand.events() if event["action"] == "client.refused")
    assert (row["object"], row["outcome"], json.loads(row["detail"])["cause"]) == (
        "client:TESTIS",
        "ESIA-007011",
        "code is unknown",
    )


def test_nothing_of_the_signature_is_told(stand: Stand, system: System) -> None:
    del stand
    answer = system.redeem("no code", signs="rsa", client_secret="AAAA")
    assert answer.json()["error_description"] == "ESIA-007053: OAuthErrorEnum.clientSecretWrong"
    assert own_identities().rsa.der not in answer.content


@pytest.mark.parametrize(
    ("reason", "number", "error"),
    [
        (RuntimeError("somebody's secret"), "007007", "server_error"),
        (OperationalError("SELECT", {}, Exception("database is locked")), "007008", "temporarily_unavailable"),
    ],
)
def test_what_breaks_on_our_side_is_said_in_esias_words_and_tells_nothing(
    stand: Stand, system: System, monkeypatch: pytest.MonkeyPatch, reason: Exception, number: str, error: str
) -> None:
    def broken(*_arguments: object) -> None:
        raise reason

    code = issue_code(stand, system)
    with monkeypatch.context() as patched:
        patched.setattr("idp.tokens.codes.find", broken)
        answer = system.redeem(code, signs="rsa", state="mine")
    assert (refused_with(answer), answer.json()["error"], answer.json()["state"]) == (number, error, "mine")
    assert b"secret" not in answer.content
    granted_to(system.redeem(code, signs="rsa"))
