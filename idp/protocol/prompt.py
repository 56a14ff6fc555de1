"""Why the person has to be disturbed, or why they must not be (OpenID Connect Core 1.0, 3.1.2.1)."""

from dataclasses import dataclass
from typing import Literal

from idp.errors import RequestRefused
from idp.protocol.assurance import reaches
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.vocabulary import Level

Reason = Literal["no_session", "login_asked", "too_old", "level_too_low", "other_person"]

INTERACTION_ERRORS: dict[Reason, str] = {
    "no_session": "login_required",
    "login_asked": "login_required",
    "too_old": "login_required",
    "level_too_low": "interaction_required",
    "other_person": "login_required",
}


@dataclass(frozen=True)
class SignedIn:
    """What we know of the person in this browser: `authenticated_at` in seconds, `level` reached."""

    subject: str
    authenticated_at: int
    level: Level


def reason_to_sign_in(
    request: AuthorizationRequest,
    person: SignedIn | None,
    *,
    level: Level | None,
    signed_in_here: bool,
    now: int,
    is_expected: bool = True,
) -> Reason | None:
    """The first reason why a sign-in is needed before this request can be answered, or None.

    `signed_in_here` says that the person signed in for this very request, which answers `prompt=login` and `max_age`;
    `level` is the level this client needs; `hinted_subject` of the request is the person the client expects, and
    `is_expected` whether the subject that its `claims` name, if any, is this person's.
    """
    if person is None:
        return "no_session"
    if not is_expected or (request.hinted_subject is not None and request.hinted_subject != person.subject):
        return "other_person"
    if not signed_in_here:
        if "login" in request.prompt or "select_account" in request.prompt:
            return "login_asked"
        # Zero asks for a sign-in now, as prompt=login does, and time is counted in whole seconds here.
        if request.max_age == 0 or (request.max_age is not None and now - person.authenticated_at > request.max_age):
            return "too_old"
        if level is not None and not reaches(person.level, level):
            return "level_too_low"
    return None


def check_silent(request: AuthorizationRequest, reason: Reason) -> None:
    """With `prompt=none` nobody is disturbed: raises the error that says what would have been needed."""
    if "none" in request.prompt:
        raise RequestRefused(
            INTERACTION_ERRORS[reason], f"prompt is none, but {reason}", clause="OpenID Connect Core 1.0, 3.1.2.6"
        )
