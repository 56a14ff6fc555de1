"""Judging an access token of the ESIA dialect that comes back to us, at the resources of people and organisations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from idp.citizens import oids
from idp.citizens.oids import OIDS
from idp.clients import registry
from idp.keyring.published import is_signed_by_us
from idp.protocol.client import Client
from idp.protocol.compact_jwt import JwtMalformed, take_apart
from idp.protocol.esia.particulars import has_run_out
from idp.protocol.esia.tokens import organisation_scope
from idp.protocol.vocabulary import TEST_MARK, EsiaAlgorithm
from idp.realm import Realm
from idp.tokens.families import FAMILIES, as_grant
from idp.tokens.holder import Holder, holder_of

ALGORITHMS: Mapping[str, EsiaAlgorithm] = {"RS256": "RS256", "GOST3410_2012_256": "GOST3410_2012_256"}
FIND = (
    select(FAMILIES, OIDS.c.number.label("oid_number"))
    .join(OIDS, OIDS.c.citizen_id == FAMILIES.c.citizen_id)
    .where(FAMILIES.c.id == bindparam("family_id"), FAMILIES.c.revoked_at.is_(None))
)


@dataclass(frozen=True)
class Bearer:
    """What an access token opens, and to whom. Scopes stand as in the token, numbers of people and organisations included.

    A system's own token has neither person nor family.
    """

    client: Client
    scopes: tuple[str, ...]
    citizen_id: str | None = None
    oid: int | None = None
    family_id: str | None = None
    holder: Holder | None = None

    def has_scope(self, name: str, *, oid: int | None = None, org_oid: int | None = None) -> bool:
        """Does it open this scope: of an organisation, or of a person, who is its own where none is named?"""
        if org_oid is not None:
            return organisation_scope(name, org_oid) in self.scopes
        if name == "openid":
            return name in self.scopes
        return f"{name}?oid={self.oid if oid is None else oid}" in self.scopes


def judge(realm: Realm, connection: Connection, token: str) -> Bearer | None:
    """What the token opens now, or None: one answer for every reason. Codes, ID tokens and tokens of OpenID open nothing."""
    claims = _verified(realm, token)
    if claims is None or claims["exp"] <= realm.clock.now():
        return None
    client = registry.find(connection, claims["client_id"])
    if client is None or client.dialect != "esia":
        return None
    scopes = tuple(claims["scope"].split())
    if "urn:esia:sbj_id" not in claims:
        return Bearer(client, scopes)
    family_id = claims["urn:esia:sid"]
    row = connection.execute(FIND, {"family_id": family_id}).first()
    if row is None or row.client_id != client.client_id or claims["urn:esia:sbj_id"] != oids.FIRST + row.oid_number:
        return None
    grant = as_grant(row)
    if has_run_out(grant.particulars, begun_at=row.created_at, now=realm.clock.now()):
        return None
    holder = holder_of(realm, connection, grant, client) if grant.counts_in(realm) else None
    if holder is None:
        return None
    return Bearer(client, scopes, holder.person.id, claims["urn:esia:sbj_id"], family_id, holder)


def was_issued(realm: Realm, token: str | None) -> bool | None:
    """Is it an access token that we signed, good or not any more? None: there is none."""
    return _verified(realm, token) is not None if token else None


def _verified(realm: Realm, token: str) -> Mapping[str, Any] | None:
    """The claims of an access token that we signed, as we write them."""
    try:
        jwt = take_apart(token)
    except JwtMalformed:
        return None
    algorithm = ALGORITHMS.get(jwt.algorithm)
    if jwt.header.get("sbt") != "access" or algorithm is None:
        return None
    if not is_signed_by_us(realm, jwt.message, jwt.signature, algorithm=algorithm):
        return None
    claims = jwt.claims
    if claims.get("iss") != realm.settings.esia.issuer or (TEST_MARK in claims and not realm.settings.is_test):
        return None
    return claims if _is_well_formed(claims) else None


def _is_well_formed(claims: Mapping[str, Any]) -> bool:
    """Are the claims that we use what we write? The test API signs whatever it is told, and PostgreSQL takes no NUL."""
    texts = [claims.get(name) for name in ("client_id", "scope", "urn:esia:sid")]
    return all(isinstance(text, str) and "\0" not in text for text in texts) and type(claims.get("exp")) is int
