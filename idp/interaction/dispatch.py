"""What has to happen next before a paused request can be answered: decided here, from stored state alone.

sign in?  ──▶  another sign-in?  ──▶  a newcomer's passport?  ──▶  consent?  ──▶  finish
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from idp.authentication import attempt as attempts
from idp.authentication.policy import demanded_level
from idp.citizens import directory
from idp.clients import registry
from idp.consent import ledger
from idp.errors import RequestRefused
from idp.interaction.pause import PausedRequest
from idp.protocol.assurance import asked_level, higher, reaches, stated_level
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.claims import GrantedClaims, granted
from idp.protocol.client import Client
from idp.protocol.prompt import Reason, check_silent, reason_to_sign_in
from idp.protocol.scopes import REGISTRY_PREFIX
from idp.protocol.vocabulary import Level
from idp.realm import Realm
from idp.sessions.store import Session
from idp.tokens.subjects import subject_of


@dataclass(frozen=True)
class SignIn:
    """Somebody has to prove who they are, or to prove more: what the client's policy demands, at least."""

    reason: Reason
    demanded_level: Level | None = None


@dataclass(frozen=True)
class FirstSignIn:
    """The person has signed up and is here for the first time: they are asked for their passport, once."""

    session: Session


@dataclass(frozen=True)
class AskConsent:
    """The person has to agree, to these claims besides those of the scopes."""

    claims: GrantedClaims


@dataclass(frozen=True)
class Finish:
    """Nothing is left: the request can be answered for the person of this session, stating this level."""

    session: Session
    level: Level
    claims: GrantedClaims


Step = SignIn | FirstSignIn | AskConsent | Finish


def next_step(realm: Realm, connection: Connection, paused: PausedRequest, session: Session | None) -> Step:
    """The next step. Raises RequestRefused when the answer is an error: `prompt=none`, the person said no, or the client
    is gone."""
    request = paused.request
    client = registry.find(connection, request.client_id)
    if client is None:
        raise RequestRefused("unauthorized_client", "the client is no longer registered", clause="RFC 6749, 4.1.2.1")
    terms = directory.terms_of(connection, session.citizen_id) if session is not None else None
    if terms is None or terms.is_shut_out:
        session = None  # of nobody who may sign in
    sign_in = attempts.outcome_of(connection, paused.attempt_id)
    if sign_in.is_cancelled:
        raise RequestRefused("access_denied", "the person did not want to sign in", clause="RFC 6749, 4.1.2.1")
    signed_in_sid = sign_in.completed_sid
    demanded = demanded_level(
        realm.settings.second_factor,
        client.second_factor,
        asks_for_records=any(name.startswith(REGISTRY_PREFIX) for name in request.scope),
    )
    must = _stricter(demanded, "substantial" if terms is not None and terms.second_factor_required else None)
    reason = reason_to_sign_in(
        request,
        session.signed_in() if session else None,
        level=_stricter(asked_level(request.acr_values), must),
        signed_in_here=session is not None and signed_in_sid == session.sid,
        now=realm.clock.now(),
        is_expected=session is None or _is_expected(realm, client, request, session),
    )
    if reason == "other_person" and signed_in_sid is not None:
        raise RequestRefused(
            "login_required", "another person signed in than the request names", clause="OpenID Connect Core 1.0, 3.1.2.1"
        )
    if reason is None and session is not None and must is not None and not reaches(session.level, must):
        # Signed in for this very request, but more is demanded since, or the person signed in with less in another tab.
        reason = "level_too_low"
    if reason is not None:
        check_silent(request, reason)
        return SignIn(reason, demanded)
    assert session is not None, "without a session there is a reason to sign in"
    if terms is not None and terms.is_newcomer:
        if "none" in request.prompt:
            raise RequestRefused(
                "interaction_required", "prompt is none, but it is the first sign-in", clause="OpenID Connect Core 1.0, 3.1.2.6"
            )
        return FirstSignIn(session)
    level = stated_level(session.level, request.essential_levels)
    if level is None:
        raise RequestRefused(
            "unmet_authentication_requirements",
            "the person cannot prove what the essential acr asks for",
            clause="OpenID Connect Core 1.0, 5.5.1.1",
        )
    answer = paused.answer_of(session.citizen_id)
    if answer == "deny":
        raise RequestRefused("access_denied", "the person did not allow it", clause="RFC 6749, 4.1.2.1")
    claims = _claims(realm, connection, request, session)
    is_allowed = ledger.covers(realm, connection, session.citizen_id, request.client_id, request.scope, claims.names)
    if answer is None and ("consent" in request.prompt or not is_allowed):
        if "none" in request.prompt:
            raise RequestRefused(
                "consent_required", "prompt is none, but the person has not agreed yet", clause="OpenID Connect Core 1.0, 3.1.2.6"
            )
        return AskConsent(claims)
    return Finish(session, level, claims)


def _stricter(asked: Level | None, demanded: Level | None) -> Level | None:
    named = [level for level in (asked, demanded) if level is not None]
    return higher(*named) if named else None


def _is_expected(realm: Realm, client: Client, request: AuthorizationRequest, session: Session) -> bool:
    """Is this the person whose subject the `claims` of the request name, if they name one?"""
    asked = request.claims.subject
    return asked is None or asked == subject_of(realm, client, session.citizen_id)


def _claims(realm: Realm, connection: Connection, request: AuthorizationRequest, session: Session) -> GrantedClaims:
    """The single claims to show and to hand out; nobody is looked up where none is asked for."""
    if not request.claims.userinfo and not request.claims.id_token:
        return GrantedClaims()
    person = directory.find(realm, connection, session.citizen_id)
    return granted(request.claims, person.claims()) if person else GrantedClaims()
