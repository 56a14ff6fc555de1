"""A code for tokens: once, at the system it was issued to, with the address it was sent to.

A wrong address or verifier leaves the code alive: who sends one is not the system, and must not be able to burn its code.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping

from sqlalchemy import Connection

from idp.audit import Event, record
from idp.authentication import incident
from idp.cms.gost_2012 import streebog256
from idp.esia.grants.minted import Taken, entitled_by, particulars_of, write_down_told
from idp.protocol.client import Client
from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.vocabulary import OFFLINE_ACCESS
from idp.realm import Realm
from idp.tokens import codes, refresh
from idp.tokens.codes import StoredCode


def take(realm: Realm, connection: Connection, client: Client, parameters: Mapping[str, str]) -> Taken:
    """Redeem a code. What is granted is what the code stands for: the `scope` of this request is only a part of the signed text.

    Raises EsiaRefused.
    """
    code = parameters["code"]
    stored = codes.find(connection, code)
    if stored is None:
        raise EsiaRefused("007011", cause="code is unknown")
    if stored.grant.client_id != client.client_id:
        raise EsiaRefused("007011", cause="code is another system's")
    if stored.is_redeemed:
        raise _seen_again(realm, connection, stored)
    if stored.redirect_uri != parameters["redirect_uri"]:
        raise EsiaRefused("007011", cause="redirect_uri is not the one that the code was sent to")
    _check_verifier(stored, parameters.get("code_verifier"))
    entitled = entitled_by(realm, connection, stored.grant, client)
    if not codes.redeem(realm, connection, stored):
        raise _why_not(realm, connection, code)
    write_down_told(realm, connection, stored.grant, stored.family_id)
    refresh_token = None
    if OFFLINE_ACCESS in stored.grant.scopes and "refresh_token" in client.grant_types:
        begun_at = realm.clock.now()
        refresh_token = refresh.issue(realm, connection, family_id=stored.family_id, family_begun_at=begun_at)
    return Taken(
        client,
        sid=stored.family_id,
        scope=particulars_of(stored.grant).scope_claim(entitled.oid),
        grant=stored.grant,
        entitled=entitled,
        refresh_token=refresh_token,
        nonce=stored.nonce,
    )


def _check_verifier(stored: StoredCode, verifier: str | None) -> None:
    """PKCE (RFC 7636, 4.6), at whichever address the code comes back. Raises EsiaRefused."""
    if stored.code_challenge is None:
        if verifier:
            raise EsiaRefused("007039", cause="code_verifier was sent, and code_challenge was not")
        return
    if not verifier:
        raise EsiaRefused("007040", cause="code_challenge was sent, and code_verifier was not")
    is_st256 = particulars_of(stored.grant).challenge_method == "St256"
    digest = streebog256(verifier.encode()) if is_st256 else hashlib.sha256(verifier.encode()).digest()
    if not hmac.compare_digest(urlsafe_b64encode(digest).rstrip(b"="), stored.code_challenge.encode()):
        raise EsiaRefused("007040", cause="code_verifier does not fit code_challenge")


def _why_not(realm: Realm, connection: Connection, code: str) -> EsiaRefused:
    """Somebody was quicker, the code ran out, or its family is dead."""
    stored = codes.find(connection, code)
    if stored is not None and stored.is_redeemed:
        return _seen_again(realm, connection, stored)
    if stored is not None and stored.expires_at <= realm.clock.now():
        return EsiaRefused("007011", cause="code has run out")
    return EsiaRefused("007011", cause="code was revoked")


def _seen_again(realm: Realm, connection: Connection, stored: StoredCode) -> EsiaRefused:
    """A redeemed code came back. ESIA says nowhere that its tokens die of it, so by default they live on."""
    if realm.settings.esia.replay_revokes:
        incident.open_by_rule(realm, connection, stored.grant.citizen_id, "code_replay")
        codes.punish_replay(realm, connection, stored)
    else:
        actor, family = f"client:{stored.grant.client_id}", f"family:{stored.family_id}"
        record(realm, connection, Event.AUTHORIZATION_REPLAYED, actor=actor, object=family, outcome="refused")
    return EsiaRefused("007011", cause="code was used before")
