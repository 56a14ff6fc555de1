"""An ID token that we issued earlier and that comes back as a hint: who was it about, for whom, in which session?"""

from dataclasses import dataclass

from joserfc import jwt
from sqlalchemy import Connection

from idp.errors import RequestRefused
from idp.keyring.published import NOT_A_TOKEN, verifying_keys
from idp.protocol.vocabulary import SIGNING_ALGORITHMS, TEST_MARK
from idp.realm import Realm
from idp.tokens import families

MAX_HINT_LENGTH = 8192


@dataclass(frozen=True)
class Hint:
    """What a hint says: the citizen, the client it was issued to, and the session. The citizen is empty when unknown."""

    citizen_id: str
    client_id: str
    sid: str


def read(realm: Realm, connection: Connection, unverified_token: str) -> Hint:
    """Judge an `id_token_hint`. It may have run out, but it must be ours.

    Raises RequestRefused. OpenID Connect Core 1.0, 3.1.2.1; RP-Initiated Logout 1.0, 2.
    """
    refusal = RequestRefused(
        "invalid_request", "id_token_hint is not an ID token of this issuer", clause="OpenID Connect Core 1.0, 3.1.2.1"
    )
    if len(unverified_token) > MAX_HINT_LENGTH:
        raise refusal
    try:
        token = jwt.decode(unverified_token, verifying_keys(realm), algorithms=list(SIGNING_ALGORITHMS))
    except NOT_A_TOKEN:
        raise refusal from None
    claims = token.claims
    # A logout token has events, signed userinfo no sid: neither is an ID token, though we signed both.
    if claims.get("iss") != realm.issuer or token.header.get("typ") != "JWT" or "events" in claims or "sid" not in claims:
        raise refusal
    if TEST_MARK in claims and not realm.settings.is_test:
        raise refusal
    client_id, sid = str(claims.get("aud")), str(claims.get("sid"))
    # A pairwise subject cannot be turned back; the session and the client it was made for can.
    citizen_id = families.citizen_of(connection, sid=sid, client_id=client_id)
    return Hint(citizen_id=citizen_id or "", client_id=client_id, sid=sid)
