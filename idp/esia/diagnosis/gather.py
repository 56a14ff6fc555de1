"""What the stand knows of a stored request: its system, certificates, earlier requests, and the code that it presents."""

import re
from http import HTTPStatus

from sqlalchemy import Connection, select

from ground.database import table_of
from idp.citizens import oids
from idp.clients import registry
from idp.clients.models import ClientCertificate
from idp.cms.gost_engine import GostUnavailable
from idp.esia.bearer import was_issued
from idp.esia.diagnosis.case import Case, KnownCertificate, KnownCode, KnownRefresh
from idp.esia.diagnosis.sent import ENDPOINTS, Sent
from idp.protocol.vocabulary import EsiaAlgorithm
from idp.realm import Realm
from idp.requests import journal
from idp.requests.journal import Recorded
from idp.tokens import codes, refresh
from idp.tokens.families import FAMILIES
from idp.tokens.minting import check_esia_key
from idp.tokens.models import AuthorizationCode, RefreshToken

CERTIFICATES = table_of(ClientCertificate)
CODES = table_of(AuthorizationCode)
REFRESH_TOKENS = table_of(RefreshToken)
NUMBER = re.compile(r"org_oid=([0-9]{1,12})")
EARLIER = 40
"""Requests of the same system whose values may have been signed."""
MAX_NAME_LENGTH = 100


def case_of(realm: Realm, connection: Connection, recorded: Recorded) -> Case:
    """Everything that a diagnosis of this request needs."""
    exchange, sent = recorded.exchange, Sent(recorded.exchange).parameters
    name = sent.get("client_id", "").replace("\0", "")
    name = name if name and len(name) <= MAX_NAME_LENGTH else recorded.system
    everything = registry.everything(connection)
    known = next((each for each in everything if each.client.client_id == name), None)
    certificates = _certificates(connection)
    same = journal.everything(realm, connection, system=recorded.system, limit=10 * EARLIER)
    earlier = [each.exchange for each in same if each.number < recorded.number][-EARLIER:]
    return Case(
        exchange=exchange,
        settings=realm.settings.esia,
        client=known.client if known is not None and known.disabled_at is None else None,
        is_disabled=known is not None and known.disabled_at is not None,
        certificates=[each for each in certificates if each.client_id == name],
        foreign=[each for each in certificates if each.client_id != name],
        clients={each.client.client_id: each.client.dialect for each in everything if each.disabled_at is None},
        earlier=earlier,
        organisations=_organisations(connection, sent.get("scope", "")),
        code=_code(connection, sent.get("code", ""), before=recorded.number, same=same, at=exchange.at),
        refresh=_refresh(connection, sent.get("refresh_token", ""), before=recorded.number, same=same, at=exchange.at),
        can_sign=known is None or _can_sign(realm, known.client.esia_algorithm),
        is_token_ours=was_issued(realm, exchange.request.bearer_token),
    )


def _can_sign(realm: Realm, algorithm: EsiaAlgorithm) -> bool:
    try:
        check_esia_key(realm, algorithm)
    except GostUnavailable:
        return False
    return True


def _organisations(connection: Connection, scope: str) -> frozenset[int]:
    """Those of the numbers in a scope that are an organisation's."""
    numbers = {int(number) for number in NUMBER.findall(scope)}
    return frozenset(number for number in numbers if oids.organisation_of(connection, number) is not None)


def _certificates(connection: Connection) -> list[KnownCertificate]:
    rows = connection.execute(select(CERTIFICATES).order_by(CERTIFICATES.c.added_at, CERTIFICATES.c.fingerprint))
    return [KnownCertificate(row.der, row.streebog_hash, row.client_id, row.removed_at is None) for row in rows]


def _code(connection: Connection, text: str, *, before: int, same: list[Recorded], at: int) -> KnownCode | None:
    """A code as it was when the request came. Who redeemed it is told by the journal: a good answer to an earlier request."""
    if not text:
        return None
    query = (
        select(CODES, FAMILIES.c.revoked_at)
        .join(FAMILIES, FAMILIES.c.id == CODES.c.family_id)
        .where(CODES.c.code_hash == codes.hash_code(text))
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    was_taken = any(_took(each, "code", text) for each in same if each.number < before)
    is_redeemed = row.redeemed_at is not None and (row.redeemed_at < at or was_taken)
    is_revoked = row.revoked_at is not None and row.revoked_at <= at
    return KnownCode(row.client_id, row.redirect_uri, row.code_challenge, row.expires_at, is_redeemed, is_revoked)


def _refresh(connection: Connection, text: str, *, before: int, same: list[Recorded], at: int) -> KnownRefresh | None:
    if not text:
        return None
    query = (
        select(REFRESH_TOKENS, FAMILIES.c.client_id, FAMILIES.c.revoked_at)
        .join(FAMILIES, FAMILIES.c.id == REFRESH_TOKENS.c.family_id)
        .where(REFRESH_TOKENS.c.token_hash == refresh.hash_token(text))
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    was_taken = any(_took(each, "refresh_token", text) for each in same if each.number < before)
    is_rotated = row.rotated_at is not None and (row.rotated_at < at or was_taken)
    is_revoked = row.revoked_at is not None and row.revoked_at <= at
    return KnownRefresh(row.client_id, row.expires_at, is_rotated, is_revoked)


def _took(recorded: Recorded, name: str, text: str) -> bool:
    """Was this a token call that got tokens for it?"""
    exchange = recorded.exchange
    endpoint = ENDPOINTS.get(exchange.path)
    is_good = endpoint is not None and endpoint.call == "token" and exchange.status == HTTPStatus.OK
    return is_good and Sent(exchange).parameters.get(name) == text
