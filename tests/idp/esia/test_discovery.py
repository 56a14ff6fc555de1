"""ESIA has no discovery document; a switch gives generic stacks one."""

import pytest

from idp.protocol.esia.addresses import DISCOVERY
from idp.settings import Esia
from tests.idp.esia.system import register_system
from tests.idp.stand import ISSUER, Stand

ADDRESS = f"{ISSUER}{DISCOVERY}"


def test_there_is_none(stand: Stand) -> None:
    assert stand.http().get(ADDRESS).status_code == 404


@pytest.mark.parametrize("stand_settings", [{"esia": Esia(has_discovery=True)}])
def test_the_switch_gives_one_whose_addresses_answer(stand: Stand, stand_settings: dict[str, object]) -> None:
    document = stand.http().get(ADDRESS).json()
    assert document["issuer"] == "http://esia.gosuslugi.ru/"
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert "usr_inf" not in document["scopes_supported"]
    for name in ("jwks_uri", "end_session_endpoint"):
        assert stand.http().get(document[name]).status_code == 200
    register_system(stand)
    assert stand.http().get(document["authorization_endpoint"]).status_code == 400
    assert stand.http().post(document["token_endpoint"]).json()["error"] == "invalid_request"
    assert stand.http().post(ADDRESS).status_code == 405
    assert stand.http().head(ADDRESS).status_code == 200
