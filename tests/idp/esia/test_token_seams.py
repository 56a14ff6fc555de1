"""What goes out passes the named points, and what came of the test API is worth nothing where there is no test stand."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from ground.wire import Request
from idp.esia.bearer import judge
from idp.esia.token import token_v1
from idp.seams import Seams
from tests.idp.esia.issuing import granted_to, issue_code
from tests.idp.esia.system import System, payload_of, register_system
from tests.idp.stand import Stand


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand)


def test_answer_and_tokens_pass_the_seams_outside_any_transaction(stand: Stand, system: System) -> None:
    seen: list[dict[str, Any]] = []

    def altered(document: dict[str, Any]) -> dict[str, Any]:
        assert stand.realm.database.open_transaction() is None, "nobody waits for a signature"
        seen.append(document)
        return {**document, "altered": True}

    realm = replace(stand.realm, seams=Seams(token_response=altered, token_claims=altered))
    fields = system.token_request(issue_code(stand, system), "v1", signs="rsa")
    headers = {"content-type": "application/x-www-form-urlencoded"}
    request = Request("POST", "/aas/oauth2/te", "", headers, urlencode(fields).encode(), "127.0.0.1")
    response = token_v1(realm, request)
    assert response.status == 200
    assert b'"altered":true' in response.body
    access, identity, answer = seen
    assert (access["client_id"], identity["aud"], answer["token_type"]) == ("TESTIS", "TESTIS", "Bearer")


def test_what_the_test_api_granted_is_marked_and_worth_nothing_in_production(stand: Stand, system: System) -> None:
    code = issue_code(stand, system)
    token = granted_to(system.redeem(issue_code(stand, system), signs="rsa"))["access_token"]
    stand.execute("UPDATE token_families SET is_made_by_test = true")
    marked = granted_to(system.redeem(code, signs="rsa"))
    for name in ("access_token", "id_token"):
        assert payload_of(marked[name])["propusk_test"] is True
    production = Stand(stand.settings.home, stand.clock, environment="production", issuer="https://idp.test", codes_per_hour=5)
    try:
        for each in (token, marked["access_token"]):
            with stand.realm.database.read() as connection:
                assert judge(stand.realm, connection, each) is not None
            with production.realm.database.read() as connection:
                assert judge(production.realm, connection, each) is None
    finally:
        production.close()
