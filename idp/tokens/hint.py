"""An ID token that we issued earlier and that comes back as a hint: who was it about, for whom, in which session?"""

from dataclasses import dataclass

from joserfc import jwt

from idp.errors import RequestRefused
from idp.keyring.published import NOT_A_TOKEN, verifying_keys
from idp.protocol.vocabulary import ID_TOKEN_ALGORITHMS
from idp.realm import Realm

MAX_HINT_LENGTH = 8192


@dataclass(frozen=True)
class Hint:
    """What a hint says: subject, the client it was issued to, and the session."""

    subject: str
    client_id: str
    sid: str


def read(realm: Realm, unverified_token: str) -> Hint:
    """Judge an `id_token_hint`. It may have run out, but it must be ours.

    Raises RequestRefused. OpenID Connect Core 1.0, 3.1.2.1; RP-Initiated Logout 1.0, 2.
    """
    refusal = RequestRefused(
        "invalid_request", "id_token_hint is not an ID token of this issuer", clause="OpenID Connect Core 1.0, 3.1.2.1"
    )
    if len(unverified_token) > MAX_HINT_LENGTH:
        raise refusal
    try:
        token = jwt.decode(unverified_token, verifying_keys(realm), algorithms=list(ID_TOKEN_ALGORITHMS))
    except NOT_A_TOKEN:
        raise refusal from None
    claims = token.claims
    if claims.get("iss") != realm.issuer or token.header.get("typ") == "at+jwt":
        raise refusal
    return Hint(subject=str(claims.get("sub")), client_id=str(claims.get("aud")), sid=str(claims.get("sid")))
