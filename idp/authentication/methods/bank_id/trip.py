"""The trip of a browser to the bank and back: what it is sent with, and what it has to bring.

    asked ──▶ at the bank ──▶ back: whose state? ──▶ which bank? ──▶ denied, or a code ──▶ ID token ──▶ a customer

State, nonce and verifier are a challenge of the attempt, or of the session that links: they are used once, in the browser
they were made for, and say nothing to whoever reads the table.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import orjson
from sqlalchemy import Connection

from ground.chance import draw_token
from ground.web.language import current_language
from idp.authentication import challenge
from idp.authentication.attempt import Attempt
from idp.authentication.challenge import Asked, ChallengeGone
from idp.authentication.method import Away
from idp.authentication.methods.bank_id.bank import BankUnavailable, conversation
from idp.authentication.methods.bank_id.id_token import MAX_AGE_SECONDS, Customer, NotBelieved
from idp.authentication.methods.bank_id.words import refusal
from idp.protocol.pkce import challenge_of
from idp.realm import Realm
from idp.sessions.store import Session

LIFETIME_SECONDS: Final = 300
PURPOSE: Final = "bank"
TOLD: Final = ("family_name", "given_name", "middle_name", "birthdate", "bank_account", "bank_card")
LINKING_CLAIMS: Final = orjson.dumps({"id_token": dict.fromkeys(TOLD)}).decode()
"""Asked for where a bank is linked: whether it is the same person, and what is shown to its owner. Whoever signs in is asked for
nothing but who they are."""


def ask(realm: Realm, connection: Connection, whose: Attempt | Session) -> tuple[Asked, str]:
    """Draw what one trip is bound by, and the `state` that names it."""
    secret = draw_token(realm.chance, "state for the bank")
    data = {
        "issuer": realm.settings.bank.issuer,
        "state_hash": _hash(secret),
        "nonce": draw_token(realm.chance, "nonce for the bank"),
        "code_verifier": draw_token(realm.chance, "code verifier for the bank"),
    }
    asked = challenge.ask(realm, connection, whose, PURPOSE, data, lifetime_seconds=LIFETIME_SECONDS)
    return asked, f"{asked.id}.{secret}"


def leave(realm: Realm, whose: Attempt | Session, *, back: str) -> Away:
    """Where the browser goes. Refuses with `bank_unavailable`. `back` is the path at which it comes back."""
    try:
        with conversation(realm) as bank:
            metadata = bank.metadata()
    except BankUnavailable as reason:
        raise refusal("bank_unavailable", cause=str(reason)) from None
    with realm.database.write() as connection:
        asked, state = ask(realm, connection, whose)
    parameters = {
        "response_type": "code",
        "client_id": realm.settings.bank.client_id,
        "redirect_uri": realm.url(back),
        "scope": "openid",
        "state": state,
        "nonce": asked.data["nonce"],
        "code_challenge": challenge_of(asked.data["code_verifier"]),
        "code_challenge_method": "S256",
        # Whoever sits at this browser has to be the customer now, not to have been it this morning.
        "prompt": "login consent",
        "max_age": str(MAX_AGE_SECONDS),
        "ui_locales": current_language(),
    }
    if isinstance(whose, Session):
        parameters |= {"claims": LINKING_CLAIMS}
    endpoint = metadata.authorization_endpoint
    return Away(f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}")


def holder_of(connection: Connection, arguments: Mapping[str, str]) -> str | None:
    """To which attempt or session the `state` of an answer belongs: `attempt:<id>`, `session:<sid>`, or None."""
    challenge_id = arguments.get("state", "").partition(".")[0]
    return challenge.holder_of_waiting(connection, challenge_id, PURPOSE) if challenge_id else None


def come_back(realm: Realm, whose: Attempt | Session, arguments: Mapping[str, str], *, back: str) -> Customer:
    """The customer whom the bank has confirmed. Refuses with `unknown`, `used`, `expired`, `denied`, `bank_refused`,
    `not_believed` or `bank_unavailable`."""
    asked = take(realm, whose, arguments.get("state", ""))
    data = asked.data
    if data["issuer"] != realm.settings.bank.issuer:
        raise refusal("not_believed", cause="the bank is another one by now")
    if arguments.get("iss") != data["issuer"]:  # before the code is shown to anybody (RFC 9207, 2.4)
        raise refusal("not_believed", cause="iss of the answer is missing or another issuer")
    if "error" in arguments:
        raise refusal("denied" if arguments["error"] == "access_denied" else "bank_refused", cause="the bank answers an error")
    if not arguments.get("code"):
        raise refusal("not_believed", cause="the answer has no code")
    try:
        with conversation(realm) as bank:
            return bank.redeem(
                arguments["code"],
                redirect_uri=realm.url(back),
                code_verifier=data["code_verifier"],
                nonce=data["nonce"],
            )
    except BankUnavailable as reason:
        raise refusal("bank_unavailable", cause=str(reason)) from None
    except NotBelieved as reason:
        raise refusal("not_believed", cause=str(reason)) from None


def take(realm: Realm, whose: Attempt | Session, state: str) -> Asked:
    """What was remembered for the trip of this `state`, this once. Refuses with `unknown`, `used` or `expired`.

    A wrong state takes nothing: somebody who guesses must not end the trip that is under way.
    """
    challenge_id, _, secret = state.partition(".")
    try:
        with realm.database.write() as connection:
            waiting = challenge.waiting(realm, connection, whose, PURPOSE)
            if waiting is not None and (
                waiting.id != challenge_id or not hmac.compare_digest(waiting.data["state_hash"], _hash(secret))
            ):
                raise ChallengeGone("unknown")
            return challenge.use(realm, connection, whose, PURPOSE)
    except ChallengeGone as gone:
        raise refusal(gone.reason) from None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
