"""Calls of /rs/: what is wrong with the token that they bring, or with the address."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from idp.esia.diagnosis.case import Case
from idp.esia.diagnosis.kind import Found, found
from idp.esia.diagnosis.kinds import resources as kinds
from idp.esia.rest.resource import Resource
from idp.esia.rest.resources import RESOURCES
from idp.protocol.compact_jwt import JwtMalformed, UnverifiedJwt, take_apart

TREES = ("/rs/", "/esia-rs/")
PERSON = re.compile(r"/(?:esia-)?rs/(?:api/public/v\d+/)?prns/(\d+)")
UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404
SHOWN = 60


def check_resource(case: Case) -> Iterator[Found]:
    """The token as its own text says; only refused calls are asked about."""
    exchange = case.exchange
    if not exchange.path.startswith(TREES) or exchange.status not in (UNAUTHORIZED, FORBIDDEN, NOT_FOUND):
        return
    token = exchange.request.bearer_token
    if not token:
        given = exchange.headers.get("authorization", "—")[:20]
        yield found(kinds.NO_TOKEN, received=given, expected="Authorization: Bearer …", path=exchange.path)
        return
    try:
        parsed = take_apart(token)
    except JwtMalformed:
        yield found(kinds.NO_JWT, received=token[:SHOWN], expected="eyJ….….…", length=len(token))
        return
    yield from _of_claims(case, parsed)


def _of_claims(case: Case, token: UnverifiedJwt) -> Iterator[Found]:
    exchange, claims = case.exchange, token.claims
    kind = str(token.header.get("sbt", ""))
    expires_at, about = claims.get("exp"), claims.get("urn:esia:sbj_id")
    if kind and kind != "access":
        yield found(kinds.OTHER_TOKEN, received=kind, expected="access", sort=kind)
    elif exchange.status == UNAUTHORIZED and case.is_token_ours is False:
        yield found(kinds.NOT_SIGNED, received=_words(claims, "iss", "client_id"), expected="/public/esia.zip")
    elif isinstance(expires_at, int) and expires_at <= exchange.at:
        ago = exchange.at - expires_at
        yield found(kinds.TOKEN_EXPIRED, received=f"exp {expires_at}", expected=f"> {exchange.at}", ago=ago)
    elif exchange.status == UNAUTHORIZED and case.is_token_ours:
        yield found(kinds.TOKEN_REVOKED, received=_words(claims, "urn:esia:sid"), expected="—")
    elif exchange.status == NOT_FOUND:
        yield _nothing_there(exchange.path)
    elif (match := PERSON.match(exchange.path)) and about is not None and match[1] != str(about):
        yield found(kinds.OTHER_PERSON, received=match[1], expected=str(about))
    elif exchange.status == FORBIDDEN:
        resource = _resource_at(exchange.path)
        wanted = " / ".join(resource.scopes) if resource is not None and resource.scopes else "—"
        yield found(kinds.SCOPE, received=str(claims.get("scope", ""))[:200], expected=wanted, path=exchange.path)


def _resource_at(path: str) -> Resource | None:
    parts = [part for part in path.partition("?")[0].split("/") if part]
    return next((each for each in RESOURCES if each.names_in(parts) is not None), None)


def _nothing_there(path: str) -> Found:
    """Is it the address that nobody knows, or a number in it?"""
    if _resource_at(path) is not None:
        return found(kinds.NOBODY_THERE, received=path, expected="urn:esia:sbj_id")
    tree = "/".join(path.split("/")[:3])
    addresses = ["/" + "/".join(each.path) for each in RESOURCES]
    near = [each for each in addresses if each.startswith(f"{tree}/")] or addresses
    return found(kinds.NO_RESOURCE, received=path, expected=", ".join(near))


def _words(claims: Mapping[str, Any], *names: str) -> str:
    """Some of the claims, as a token has them."""
    return " ".join(f"{name}={str(claims[name])[:SHOWN]}" for name in names if name in claims) or "—"
