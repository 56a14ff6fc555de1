"""What has to happen next before a paused request can be answered: decided here, from stored state alone.

sign in?  ──▶  another sign-in?  ──▶  consent?  ──▶  finish
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from idp.authentication import attempt as attempts
from idp.clients import registry
from idp.consent import ledger
from idp.errors import RequestRefused
from idp.interaction.pause import PausedRequest
from idp.protocol.assurance import asked_level
from idp.protocol.prompt import Reason, check_silent, reason_to_sign_in
from idp.realm import Realm
from idp.sessions.store import Session


@dataclass(frozen=True)
class SignIn:
    """Somebody has to prove who they are, or to prove more."""

    reason: Reason


@dataclass(frozen=True)
class AskConsent:
    """The person has to agree."""


@dataclass(frozen=True)
class Finish:
    """Nothing is left: the request can be answered for the person of this session."""

    session: Session


Step = SignIn | AskConsent | Finish


def next_step(realm: Realm, connection: Connection, paused: PausedRequest, session: Session | None) -> Step:
    """The next step. Raises RequestRefused when the answer is an error: `prompt=none`, the person said no, or the client
    is gone."""
    request = paused.request
    if registry.find(connection, request.client_id) is None:
        raise RequestRefused("unauthorized_client", "the client is no longer registered", clause="RFC 6749, 4.1.2.1")
    signed_in_sid = attempts.sid_of_completed(connection, paused.attempt_id) if paused.attempt_id else None
    reason = reason_to_sign_in(
        request,
        session.signed_in() if session else None,
        level=asked_level(request.acr_values),
        signed_in_here=session is not None and signed_in_sid == session.sid,
        now=realm.clock.now(),
    )
    if reason == "other_person" and signed_in_sid is not None:
        raise RequestRefused(
            "login_required", "another person signed in than id_token_hint names", clause="OpenID Connect Core 1.0, 3.1.2.1"
        )
    if reason is not None:
        check_silent(request, reason)
        return SignIn(reason)
    assert session is not None, "without a session there is a reason to sign in"
    if paused.answer == "deny":
        raise RequestRefused("access_denied", "the person did not allow it", clause="RFC 6749, 4.1.2.1")
    is_allowed = ledger.covers(connection, session.citizen_id, request.client_id, request.scope)
    if paused.answer is None and ("consent" in request.prompt or not is_allowed):
        if "none" in request.prompt:
            raise RequestRefused(
                "consent_required", "prompt is none, but the person has not agreed yet", clause="OpenID Connect Core 1.0, 3.1.2.6"
            )
        return AskConsent()
    return Finish(session)
