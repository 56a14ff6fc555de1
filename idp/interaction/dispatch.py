"""What has to happen next before a paused request can be answered: decided here, from stored state alone.

sign in?  ──▶  another sign-in?  ──▶  a newcomer's passport?  ──▶  is the account enough?
                                       ──▶  for whom?  ──▶  consent?  ──▶  finish
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from idp.authentication import attempt as attempts
from idp.authentication.policy import demanded_level
from idp.citizens import acting, directory
from idp.citizens.acting import Choice, Party
from idp.citizens.claims import claims_of
from idp.citizens.levels import Missing, level_of, missing
from idp.clients import registry
from idp.consent import ledger
from idp.errors import RequestRefused
from idp.interaction.pause import PausedRequest
from idp.protocol.assurance import asked_level, higher, reaches, stated_level
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.claims import GrantedClaims, granted
from idp.protocol.client import Client
from idp.protocol.prompt import Reason, check_silent, reason_to_sign_in
from idp.protocol.scopes import ACTING_FOR, REGISTRY_PREFIX
from idp.protocol.vocabulary import ACCOUNT_NOT_CONFIRMED, Level
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


@dataclass(frozen=True)
class ConfirmAccount:
    """The client lets in confirmed accounts only, and this one lacks something."""

    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class ChooseParty:
    """The client asks on whose behalf the person comes: that of one of these, or their own where they `may_be_themselves`."""

    parties: tuple[Party, ...]
    may_be_themselves: bool = True

    def offers(self, choice: Choice) -> bool:
        """Is it one of the answers?"""
        return acting.chosen(self.parties, choice) is not None or (self.may_be_themselves and choice == acting.THEMSELVES)


@dataclass(frozen=True)
class AskConsent:
    """The person has to agree, to these claims besides those of the scopes, and for this party if they act for one."""

    claims: GrantedClaims
    party: Party | None = None


@dataclass(frozen=True)
class Finish:
    """Nothing is left: the request can be answered for the person of this session, stating this level."""

    session: Session
    level: Level
    claims: GrantedClaims
    acting: Choice | None = None


Step = SignIn | FirstSignIn | ConfirmAccount | ChooseParty | AskConsent | Finish


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
        _check_may_ask(request, "prompt is none, but it is the first sign-in")
        return FirstSignIn()
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
    lacking = _lacking(realm, connection, client, session)
    if lacking:
        _check_may_wait(request, answer)
        return ConfirmAccount(lacking)
    party: Party | None = None
    if _asks_for_party(request):
        parties, choice = acting.parties_of(realm, connection, session.citizen_id), paused.choice_of(session.citizen_id)
        must_be = request.must_act_for
        parties = tuple(each for each in parties if must_be in (None, each.kind))
        party = acting.chosen(parties, choice)
        is_open = must_be is not None or (choice != acting.THEMSELVES and (bool(parties) or choice is not None))
        # A tie that ended since it was chosen is asked about anew, and never taken for «for themselves».
        if party is None and is_open:
            _check_may_ask(request, "prompt is none, but the person has to say on whose behalf they come")
            return ChooseParty(parties, may_be_themselves=must_be is None)
    claims = _claims(realm, connection, request, session)
    is_allowed = ledger.covers(realm, connection, session.citizen_id, request.client_id, request.scope, claims.names)
    # Somebody who allowed it here may have withdrawn it since, at their account.
    if not is_allowed or (answer != "allow" and "consent" in request.prompt):
        if "none" in request.prompt:
            raise RequestRefused(
                "consent_required", "prompt is none, but the person has not agreed yet", clause="OpenID Connect Core 1.0, 3.1.2.6"
            )
        return AskConsent(claims, party)
    return Finish(session, level, claims, party.choice if party else None)


def _asks_for_party(request: AuthorizationRequest) -> bool:
    """By its scope, or by the single claim, or because its dialect has organisations."""
    return request.must_act_for is not None or any(
        ACTING_FOR in asked for asked in (request.scope, request.claims.userinfo, request.claims.id_token)
    )


def _lacking(realm: Realm, connection: Connection, client: Client, session: Session) -> tuple[Missing, ...]:
    """What this person's account lacks for this client; nobody is looked up for one that takes any account."""
    if not client.require_confirmed_account:
        return ()
    person = directory.find(realm, connection, session.citizen_id)
    assert person is not None, "the session is of somebody who may sign in"
    # A child's account is never confirmed, whatever of it is there.
    return (missing(person) or ("document",)) if level_of(person) != "confirmed" else ()


def _check_may_wait(request: AuthorizationRequest, answer: str | None) -> None:
    """May the person be shown what their account lacks? Not after they went back, nor where nobody is to be disturbed."""
    if answer == "leave":
        description = f"{ACCOUNT_NOT_CONFIRMED}: this client takes confirmed accounts only, and the person went back"
        raise RequestRefused("access_denied", description, clause="RFC 6749, 4.1.2.1")
    _check_may_ask(request, f"{ACCOUNT_NOT_CONFIRMED}: prompt is none, but the person has to confirm their account")


def _check_may_ask(request: AuthorizationRequest, description: str) -> None:
    if "none" in request.prompt:
        raise RequestRefused("interaction_required", description, clause="OpenID Connect Core 1.0, 3.1.2.6")


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
    return granted(request.claims, claims_of(person)) if person else GrantedClaims()
