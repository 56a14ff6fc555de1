"""Codes, refresh tokens and PKCE: what the stand knows of what was presented."""

import base64
import hashlib
from collections.abc import Iterator

from idp.cms.gost_2012 import streebog256
from idp.esia.diagnosis.case import Case
from idp.esia.diagnosis.kind import Found, found
from idp.esia.diagnosis.kinds import grants as kinds
from idp.protocol.compact_jwt import JwtMalformed, take_apart

COLUMN = 255


def check_grant(case: Case) -> Iterator[Found]:
    """What is presented, by its grant."""
    endpoint, client = case.endpoint, case.client
    if endpoint is None or endpoint.call != "token" or client is None or not case.knows_grants:
        return
    grant = case.parameters.get("grant_type", "")
    if grant == "authorization_code" and case.parameters.get("code"):
        yield from _check_code(case)
    elif grant == "refresh_token" and case.parameters.get("refresh_token"):
        yield from _check_refresh(case)


def _check_code(case: Case) -> Iterator[Found]:
    text, stored, at = case.parameters["code"], case.code, case.exchange.at
    assert case.client is not None
    if stored is None:
        yield _no_code(case, text)
        return
    uri = case.parameters.get("redirect_uri", "")
    if stored.client_id != case.client.client_id:
        yield found(kinds.CODE_OF_OTHER, received=_short(text), expected=case.client.client_id, owner=stored.client_id)
    elif stored.is_redeemed:
        yield found(kinds.CODE_USED, received=_short(text), expected="1 ×")
    elif stored.is_revoked:
        yield found(kinds.CODE_REVOKED, received=_short(text))
    elif stored.expires_at <= at:
        ago, lifetime = at - stored.expires_at, case.settings.code_seconds
        yield found(kinds.CODE_EXPIRED, received=f"+{lifetime + ago} s", expected=f"≤ {lifetime} s", ago=ago, lifetime=lifetime)
    elif uri != stored.redirect_uri:
        yield found(kinds.CODE_REDIRECT, received=uri, expected=stored.redirect_uri)
    else:
        yield from _check_verifier(case, stored.code_challenge)


def _no_code(case: Case, text: str) -> Found:
    if text.count(".") == 2:
        kind = _kind_of(text)
        if kind in ("access", "id"):
            return found(kinds.CODE_IS_TOKEN, received=_short(text), expected="authorization_code", sort=kind)
        return found(kinds.CODE_SPOILT if text.startswith("ey") else kinds.CODE_UNKNOWN, received=_short(text), expected="—")
    if text.startswith("ey") and (len(text) == COLUMN or text.count(".") < 2):
        return found(kinds.CODE_CUT, received=f"{len(text)}", expected="> 1000", length=len(text))
    return found(kinds.CODE_UNKNOWN, received=_short(text), expected="—")


def _check_verifier(case: Case, challenge: str | None) -> Iterator[Found]:
    verifier = case.parameters.get("code_verifier", "")
    if challenge is None:
        if verifier:
            yield found(kinds.VERIFIER_WITHOUT_CHALLENGE, received=verifier, expected="—")
        return
    if not verifier:
        yield found(kinds.VERIFIER_MISSING, received="—", expected="43–128")
        return
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    of_streebog = base64.urlsafe_b64encode(streebog256(verifier.encode())).rstrip(b"=").decode()
    if challenge == made or (case.settings.st256_challenge and challenge == of_streebog):
        return
    others = {
        "base64": base64.b64encode(digest).decode(),
        "base64url =": base64.urlsafe_b64encode(digest).decode(),
        "St256": of_streebog,
        "hex": digest.hex(),
        "base64url(hex)": base64.urlsafe_b64encode(digest.hex().encode()).rstrip(b"=").decode(),
    }
    variant = next((name for name, value in others.items() if value == challenge), None)
    if challenge == verifier:
        yield found(kinds.VERIFIER_PLAIN, received=verifier, expected=made)
    elif variant is not None:
        yield found(kinds.VERIFIER_HEX, received=challenge, expected=made, variant=variant)
    else:
        yield found(kinds.VERIFIER_OTHER, received=made, expected=challenge)


def _check_refresh(case: Case) -> Iterator[Found]:
    text, stored, at = case.parameters["refresh_token"], case.refresh, case.exchange.at
    assert case.client is not None
    if stored is None:
        if text.count(".") == 2 and text.startswith("ey"):
            yield found(kinds.REFRESH_IS_JWT, received=_short(text), expected="UUID", sort=_kind_of(text) or "?")
        else:
            yield found(kinds.REFRESH_UNKNOWN, received=_short(text), expected="—")
    elif stored.client_id != case.client.client_id:
        yield found(kinds.REFRESH_OF_OTHER, received=_short(text), expected=case.client.client_id, owner=stored.client_id)
    elif stored.is_rotated and case.settings.rotates_refresh:
        yield found(kinds.REFRESH_USED, received=_short(text), expected="1 ×")
    elif stored.is_revoked:
        yield found(kinds.REFRESH_REVOKED, received=_short(text))
    elif stored.expires_at <= at:
        yield found(kinds.REFRESH_EXPIRED, received=_short(text), ago=at - stored.expires_at)


def _kind_of(token: str) -> str:
    try:
        return str(take_apart(token).header.get("sbt", ""))
    except JwtMalformed:
        return ""


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:40]}…{text[-12:]} ({len(text)})"
