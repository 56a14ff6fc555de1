"""The registry's API: a bearer token of any registered client opens its holder's records, and only with the provider's word."""

from dataclasses import replace

import pytest

from tests.house import MAYA, PYOTR, RECORDS, VERA, House, Person
from tests.idp.stand import CALLBACK, ISSUER, VERIFIER, challenge


def _register(house: House, **metadata: object) -> dict[str, str]:
    """A client that registers itself, as any developer's program does (RFC 7591)."""
    body = {"client_name": "Дневник здоровья", "redirect_uris": [CALLBACK], "scope": "openid registry.read", **metadata}
    answer = house.http().post(f"{ISSUER}/oauth2/register", json=body)
    assert answer.status_code == 201, answer.text
    registered: dict[str, str] = answer.json()
    return registered


def _token(
    house: House,
    person: Person,
    client: dict[str, str],
    scope: str = "openid registry.read",
    acr_values: str | None = "substantial",
) -> str:
    """An access token of a person who only ever met this client."""
    browser = house.browser().open(
        house.stand.authorize_url(
            client_id=client["client_id"],
            scope=scope,
            acr_values=acr_values,
            code_challenge=challenge(),
            code_challenge_method="S256",
        )
    )
    house.go_on(browser, person)
    answer = house.stand.redeem(
        house.stand.code_from(browser), auth=(client["client_id"], client["client_secret"]), code_verifier=VERIFIER
    )
    assert answer.status == 200, answer.body
    return str(answer.body["access_token"])


@pytest.mark.parametrize(("person", "count"), [(VERA, 11), (PYOTR, 4), (MAYA, 0)], ids=lambda value: getattr(value, "key", None))
def test_token_of_a_self_registered_client_opens_the_records_of_who_never_opened_the_registry(
    house: House, person: Person, count: int
) -> None:
    answer = house.ask_api(_token(house, person, _register(house)))
    assert answer.status_code == 200
    assert len(answer.json()["records"]) == count
    assert house.last_session() == {}, "nobody signed in to the registry"


def test_api_and_cabinet_tell_of_the_same_records(house: House) -> None:
    page = house.sign_in(VERA).answer.text
    records = house.ask_api(str(house.session_tokens()["access_token"])).json()["records"]
    assert records
    assert all(f'href="/records/{record["id"]}"' in page for record in records)


def test_api_without_a_token_is_401_without_an_error_code(house: House) -> None:
    answer = house.http().get(RECORDS)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="registry"'


def test_rp_15_api_token_of_a_password_alone_is_401_and_says_which_level_is_needed(house: House) -> None:
    answer = house.ask_api(_token(house, VERA, _register(house), acr_values=None))
    assert (answer.status_code, answer.json()["error"]) == (401, "insufficient_user_authentication")
    assert 'acr_values="substantial"' in answer.headers["WWW-Authenticate"]


def test_api_token_of_another_audience_is_401(house: House) -> None:
    token = _token(house, VERA, _register(house, scope="openid profile"), scope="openid profile")
    answer = house.ask_api(token)
    assert answer.status_code == 401
    assert "aud" in answer.json()["error_description"]


def test_api_token_without_the_scope_is_403(house: House) -> None:
    """For the right audience, but not to read: the seam of the provider takes the scope out of an otherwise good token."""
    client = _register(house)
    claims = house.stand.realm.seams.token_claims

    def without_scope(values: dict[str, object]) -> dict[str, object]:
        return {**claims(values), **({"scope": "openid"} if "scope" in values else {})}

    object.__setattr__(house.stand.realm, "seams", _with(house.stand.realm.seams, token_claims=without_scope))
    answer = house.ask_api(_token(house, VERA, client))
    assert answer.status_code == 403
    assert answer.json()["error"] == "insufficient_scope"
    assert 'scope="registry.read"' in answer.headers["WWW-Authenticate"]


def test_api_while_the_provider_is_away_is_503_and_never_access(house: House) -> None:
    token = _token(house, VERA, _register(house))
    assert house.ask_api(token).status_code == 200
    house.stop_provider()
    house.clock.advance(1)
    answer = house.ask_api(token)
    assert answer.status_code == 503
    assert answer.json()["error"] == "temporarily_unavailable"
    assert "Retry-After" in answer.headers


def test_api_refuses_a_token_that_has_run_out(house: House) -> None:
    token = _token(house, VERA, _register(house))
    house.clock.advance(house.stand.settings.lifetimes.access_token)
    assert house.ask_api(token).status_code == 401


def test_api_refuses_an_id_token_and_a_spoiled_signature(house: House) -> None:
    house.sign_in(VERA)
    tokens = house.session_tokens()
    assert house.ask_api(str(tokens["id_token"])).status_code == 401
    head, _, signature = str(tokens["access_token"]).rpartition(".")
    assert house.ask_api(f"{head}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}").status_code == 401


def _with(seams: object, **changes: object) -> object:
    return replace(seams, **changes)  # type: ignore[type-var]
