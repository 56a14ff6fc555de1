"""Whom tokens of the ESIA dialect are for, and the answer that they stand in: the same for every grant."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from idp.citizens import oids, organisations
from idp.citizens.levels import AccountLevel, level_of
from idp.consent import disclosures
from idp.protocol.client import Client
from idp.protocol.esia import token_answer, tokens
from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.particulars import Particulars
from idp.protocol.esia.token_answer import Given
from idp.protocol.esia.tokens import ACCOUNT_WORDS, Told
from idp.realm import Realm
from idp.tokens import minting
from idp.tokens.families import Grant
from idp.tokens.holder import holder_of

TOLD_BY_ID_TOKEN = ("verified", "account_level")
"""What an ID token says of the person, in the words of the account's pages."""


@dataclass(frozen=True)
class Entitled:
    """Somebody whose tokens may be made: the number and the level of the account as they are now."""

    oid: int
    level: AccountLevel


@dataclass(frozen=True)
class Taken:
    """What a grant was exchanged for, before anything is signed. Without a grant it is a system's own token, of `scope`."""

    client: Client
    sid: str
    scope: str
    grant: Grant | None = None
    entitled: Entitled | None = None
    refresh_token: str | None = None
    nonce: str | None = None


def entitled_by(realm: Realm, connection: Connection, grant: Grant, client: Client) -> Entitled:
    """Whom this grant may be used for now, in the transaction that uses it. Raises EsiaRefused."""
    holder = holder_of(realm, connection, grant, client)
    if holder is None:
        raise EsiaRefused("007011", cause="the person is gone, shut out, or not what the system demands")
    if named := particulars_of(grant).organisation_oids:
        acting_for = {each.id for each in organisations.of_member(connection, grant.citizen_id)}
        if any(oids.organisation_of(connection, oid) not in acting_for for oid in named):
            raise EsiaRefused("007011", cause="the person may not act for an organisation of the scopes any more")
    return Entitled(oids.oid_of_citizen(connection, grant.citizen_id), level_of(holder.person))


def write_down_told(realm: Realm, connection: Connection, grant: Grant, family_id: str) -> None:
    """What an ID token is about to say of the person, with the cause of it and not in a transaction of its own."""
    if "openid" not in grant.scopes:
        return
    disclosures.write_down_within(
        realm,
        connection,
        family_id=family_id,
        citizen_id=grant.citizen_id,
        client_id=grant.client_id,
        channel="id_token",
        claims=TOLD_BY_ID_TOKEN,
    )


def particulars_of(grant: Grant) -> Particulars:
    """What the dialect knows of a grant."""
    return Particulars.of_document(grant.particulars)


def answer_with_tokens(realm: Realm, taken: Taken, *, state: str) -> dict[str, Any]:
    """Sign what was granted. `state` is the one of this request. Call it outside any transaction."""
    esia, algorithm = realm.settings.esia, taken.client.esia_algorithm
    told = _told(realm, taken)
    access_token = minting.mint_esia(realm, tokens.access_claims(told), header=tokens.header("access"), algorithm=algorithm)
    id_token = None
    if taken.grant is not None and "openid" in taken.grant.scopes:
        told = replace(told, expires_at=told.now + esia.id_token_seconds)
        id_token = minting.mint_esia(realm, tokens.id_claims(told), header=tokens.header("id"), algorithm=algorithm)
    given = Given(
        access_token=access_token,
        state=state,
        seconds=esia.access_token_seconds,
        refresh_token=taken.refresh_token,
        id_token=id_token,
        seconds_are_text=esia.expires_in_is_text,
    )
    return realm.seams.token_response(token_answer.answer(given))


def _told(realm: Realm, taken: Taken) -> Told:
    esia, now, grant, entitled = realm.settings.esia, realm.clock.now(), taken.grant, taken.entitled
    told = Told(
        issuer=esia.issuer,
        client_id=taken.client.client_id,
        scope=taken.scope,
        sid=taken.sid,
        now=now,
        expires_at=now + esia.access_token_seconds,
    )
    if grant is None or entitled is None:
        return told
    return replace(
        told,
        oid=entitled.oid,
        account=ACCOUNT_WORDS[entitled.level],
        method=tokens.method_word(grant.acr),
        authenticated_at=grant.authenticated_at,
        nonce=taken.nonce if esia.echoes_nonce else None,
        subject_is_text=esia.subject_is_text,
        permissions=particulars_of(grant).permissions,
        is_made_by_test=grant.is_made_by_test,
    )
