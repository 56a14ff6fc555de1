"""oidcc-refresh-token-rp-key-rotation: a refresh is believed by the new key of a client, and no more by the old one."""

from joserfc.jwk import Key

from tests.idp.conformance.signing_party import SigningParty
from tests.idp.stand import Stand


def refresh(party: SigningParty, token: str) -> dict[str, str]:
    body: dict[str, str] = party.post("token", {"grant_type": "refresh_token", "refresh_token": token}).json()
    return body


def test_refresh_follows_the_rotation_of_the_clients_key(stand: Stand) -> None:
    party = SigningParty(stand)
    first = party.sign_in(scope="openid offline_access", prompt="consent")
    old: Key = party.key
    party.rotate()
    second = refresh(party, first["refresh_token"])
    assert second["access_token"] != first["access_token"]
    new, party.key = party.key, old
    assert refresh(party, second["refresh_token"])["error"] == "invalid_client"
    party.key = new
    assert "access_token" in refresh(party, second["refresh_token"])
