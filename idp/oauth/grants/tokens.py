"""The answer of the token endpoint, the same for every grant (RFC 6749, 5.1; OpenID Connect Core 1.0, 3.1.3.3)."""

from typing import Any

from idp.consent import disclosures
from idp.protocol.claims import released
from idp.protocol.client import Client
from idp.protocol.scopes import claims_of_account, spell
from idp.realm import Realm
from idp.tokens import minting
from idp.tokens.families import Grant
from idp.tokens.holder import holder_of


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
        asked = _asked_in_id_token(realm, grant, client)
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


def _asked_in_id_token(realm: Realm, grant: Grant, client: Client) -> dict[str, Any]:
    """What the ID token says of the person: what the client asked for in it, and how far their account can be trusted where a
    scope asks that. Nobody is looked up where it asked for neither."""
    names = (*claims_of_account(grant.scopes), *grant.claims.id_token)
    if not names:
        return {}
    with realm.database.read() as connection:
        holder = holder_of(realm, connection, grant, client)
    return released(holder.claims, names) if holder else {}
