"""A refresh token for new tokens. Only `access_type=offline` ever gives one, so it does not live by a session of ours."""

from collections.abc import Mapping

from sqlalchemy import Connection

from idp.authentication import incident
from idp.esia.grants.minted import Taken, entitled_by, particulars_of, write_down_told
from idp.protocol.client import Client
from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.particulars import has_run_out
from idp.realm import Realm
from idp.tokens import refresh
from idp.tokens.refresh import StoredRefreshToken


def take(realm: Realm, connection: Connection, client: Client, parameters: Mapping[str, str]) -> Taken:
    """Rotate a refresh token, or use it once more where they do not rotate. Raises EsiaRefused."""
    token = parameters["refresh_token"]
    stored = refresh.find(realm, connection, token)
    if stored is None:
        raise EsiaRefused("007011", cause="refresh_token is unknown")
    if stored.grant.client_id != client.client_id:
        raise EsiaRefused("007011", cause="refresh_token is another system's")
    if stored.is_rotated:
        raise _seen_again(realm, connection, stored)
    if not stored.is_alive:
        raise EsiaRefused("007011", cause="refresh_token has run out or was revoked")
    if has_run_out(stored.grant.particulars, begun_at=stored.family_begun_at, now=realm.clock.now()):
        raise EsiaRefused("007011", cause="the consent has run out")
    entitled = entitled_by(realm, connection, stored.grant, client)
    new = _next(realm, connection, stored, token)
    if new is None:
        seen_again = refresh.find(realm, connection, token)
        if seen_again is not None and seen_again.is_rotated:
            raise _seen_again(realm, connection, seen_again)
        raise EsiaRefused("007011", cause="refresh_token has run out or was revoked")
    write_down_told(realm, connection, stored.grant, stored.family_id)
    return Taken(
        client,
        sid=stored.family_id,
        scope=particulars_of(stored.grant).scope_claim(entitled.oid),
        grant=stored.grant,
        entitled=entitled,
        refresh_token=new,
    )


def _next(realm: Realm, connection: Connection, stored: StoredRefreshToken, token: str) -> str | None:
    """The token to go on with, which exactly one caller gets where they rotate."""
    if realm.settings.esia.rotates_refresh:
        return refresh.rotate(realm, connection, stored)
    return token if refresh.prolong(realm, connection, stored) else None


def _seen_again(realm: Realm, connection: Connection, stored: StoredRefreshToken) -> EsiaRefused:
    """A rotated token came back: somebody has a copy, so the family dies, whichever dialect it is of."""
    incident.open_by_rule(realm, connection, stored.grant.citizen_id, "refresh_reuse")
    refresh.punish_reuse(realm, connection, stored)
    return EsiaRefused("007011", cause="refresh_token was used before")
