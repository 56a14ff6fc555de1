"""Calls of /rs/: what is wrong with the token that they bring."""

import re
from collections.abc import Iterator

from idp.esia.diagnosis.case import Case
from idp.esia.diagnosis.kind import Found, found
from idp.esia.diagnosis.kinds import grants as kinds
from idp.esia.rest.resources import RESOURCES
from idp.protocol.compact_jwt import JwtMalformed, take_apart

TREES = ("/rs/", "/esia-rs/")
PERSON = re.compile(r"/(?:esia-)?rs/(?:api/public/v\d+/)?prns/(\d+)")
UNAUTHORIZED, FORBIDDEN = 401, 403


def check_resource(case: Case) -> Iterator[Found]:
    """The token as its own text says; only refused calls are asked about."""
    exchange = case.exchange
    if not exchange.path.startswith(TREES) or exchange.status not in (UNAUTHORIZED, FORBIDDEN):
        return
    token = exchange.request.bearer_token
    if not token:
        given = exchange.headers.get("authorization", "—")[:20]
        yield found(kinds.RESOURCE_NO_TOKEN, received=given, expected="Authorization: Bearer …", path=exchange.path)
        return
    try:
        parsed = take_apart(token)
    except JwtMalformed:
        return
    kind, claims = str(parsed.header.get("sbt", "")), parsed.claims
    expires_at, about = claims.get("exp"), claims.get("urn:esia:sbj_id")
    if kind and kind != "access":
        yield found(kinds.RESOURCE_OTHER_TOKEN, received=kind, expected="access", sort=kind)
    elif isinstance(expires_at, int) and expires_at <= exchange.at:
        ago = exchange.at - expires_at
        yield found(kinds.RESOURCE_TOKEN_EXPIRED, received=f"exp {expires_at}", expected=f"> {exchange.at}", ago=ago)
    elif (match := PERSON.match(exchange.path)) and about is not None and match[1] != str(about):
        yield found(kinds.RESOURCE_OTHER_PERSON, received=match[1], expected=str(about))
    elif exchange.status == FORBIDDEN:
        given = str(claims.get("scope", ""))[:200]
        yield found(kinds.RESOURCE_SCOPE, received=given, expected=_needed(exchange.path), path=exchange.path)


def _needed(path: str) -> str:
    """The scopes of which one opens an address."""
    parts = [part for part in path.split("/") if part]
    return next((" / ".join(each.scopes) for each in RESOURCES if each.names_in(parts) is not None), "") or "—"
