"""A system of an organisation asks the provider for a token of its own, and the registry takes it for what it is."""

import pytest

from idp.clients import of_organisations
from idp.seed import load_seed, read_organisation_systems
from rp.trust.access_token import VerifiedAccess, judge_access_token
from rp.trust.errors import AccessTokenRefused, ScopeMissing
from tests.house import VERA, House
from tests.idp.stand import ISSUER


@pytest.fixture
def systems(house: House) -> dict[str, str]:
    """The secrets of the seeded systems of organisations, by client id."""
    settings = house.stand.settings
    secrets = {entry["client_id"]: f"secret of {entry['client_id']}" for entry in read_organisation_systems(settings)}
    for client_id, secret in secrets.items():
        file = of_organisations.secret_file(settings, client_id)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(secret)
    load_seed(house.stand.realm)
    return secrets


def token_of(house: House, client_id: str, secret: str) -> str:
    answer = house.http().post(f"{ISSUER}/oauth2/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def judged(house: House, token: str, scope: str) -> VerifiedAccess:
    return judge_access_token(house.registry, token, scope=scope)


def test_token_of_a_clinic_may_read_and_write_and_stands_for_no_person(house: House, systems: dict[str, str]) -> None:
    access = judged(house, token_of(house, "clinic", systems["clinic"]), "registry.write")
    assert (access.is_of_system, access.subject, access.client_id) == (True, "clinic", "clinic")
    assert access.scopes == {"registry.read", "registry.write"}
    assert (access.snils, access.birth_date) == (None, None)


@pytest.mark.parametrize("client_id", ["insurer", "partner"])
def test_insurer_and_partner_may_not_write(house: House, systems: dict[str, str], client_id: str) -> None:
    token = token_of(house, client_id, systems[client_id])
    assert judged(house, token, "registry.read").client_id == client_id
    with pytest.raises(ScopeMissing):
        judged(house, token, "registry.write")


def test_token_of_a_system_that_was_disabled_is_refused_within_a_second(house: House, systems: dict[str, str]) -> None:
    token = token_of(house, "laboratory", systems["laboratory"])
    assert judged(house, token, "registry.read")
    house.stand.execute("UPDATE information_systems SET disabled_at = 1 WHERE client_id = 'laboratory'")
    house.clock.advance(1)  # type: ignore[union-attr]
    with pytest.raises(AccessTokenRefused):
        judged(house, token, "registry.read")


def test_token_of_a_persons_session_is_no_systems(house: House) -> None:
    house.sign_in(VERA)
    access = judged(house, str(house.session_tokens()["access_token"]), "registry.read")
    assert not access.is_of_system
    assert access.snils is not None
