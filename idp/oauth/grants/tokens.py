"""The answer of the token endpoint, the same for every grant (RFC 6749, 5.1; OpenID Connect Core 1.0, 3.1.3.3)."""

from typing import Any

from idp.citizens import directory
from idp.consent import disclosures
from idp.protocol.claims import released
from idp.protocol.client import Client
from idp.protocol.scopes import spell
from idp.realm import Realm
from idp.tokens import minting
from idp.tokens.families import Grant


def answer_with_tokens(
    realm: Realm,
    grant: Grant,
    client: Client,
    *,
    family_id: str,
    refresh_token: str | None = None,
    nonce: str | None = None,
    with_id_token: bool = False,
) -> dict[str, Any]:
    """Mint what was granted. An ID token stands beside the access token it is tied to."""
    access_token = minting.mint_access_token(realm, grant, client, family_id=family_id)
    answer: dict[str, Any] = {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": realm.settings.lifetimes.access_token,
        "scope": spell(grant.scopes),
    }
    if refresh_token is not None:
        answer["refresh_token"] = refresh_token
    if with_id_token:
        asked = _asked_in_id_token(realm, grant)
        disclosures.write_down(
            realm,
            family_id=family_id,
            citizen_id=grant.citizen_id,
            client_id=grant.client_id,
            channel="id_token",
            claims=asked,
        )
        answer["id_token"] = minting.mint_id_token(realm, grant, client, nonce=nonce, access_token=access_token, asked=asked)
    return realm.seams.token_response(answer)


def _asked_in_id_token(realm: Realm, grant: Grant) -> dict[str, Any]:
    """The claims that the client asked for in the ID token; nobody is looked up where it asked for none."""
    if not grant.claims.id_token:
        return {}
    with realm.database.read() as connection:
        person = directory.find(realm, connection, grant.citizen_id)
    return released(person.claims(), grant.claims.id_token) if person else {}
