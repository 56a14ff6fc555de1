"""Who asks by a bearer token: an application that a citizen uses, or the system of an organisation. No cookie is looked at."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, cast

from flask import Response, g, request

from ground.web.csrf import csrf_exempt
from rp.access.events import Event, note_stranger
from rp.access.policy import Operation, may_ever
from rp.access.principal import Principal, Role
from rp.api.answers import Refused, access_denied, token_refused
from rp.organisations.directory import Organisation, organisation_of_client
from rp.patients.matching import match_person
from rp.realm import Realm, current_realm
from rp.trust.access_token import VerifiedAccess, judge_access_token
from rp.trust.errors import AccessTokenRefused, PersonRefused, ProviderUnavailable, ScopeMissing

Parameters = ParamSpec("Parameters")
ROLE_OF_KIND: Mapping[str, Role] = {
    "medical": Role.DOCTOR,
    "laboratory": Role.LABORATORY,
    "insurer": Role.INSURER,
    "partner": Role.PARTNER,
}
"""As whom the system of an organisation asks."""


def by_token(
    operation: Operation, *, scope: str, for_citizens: bool = False
) -> Callable[[Callable[Parameters, Response]], Callable[Parameters, Response]]:
    """State what a view of the API does, as `guarded` does for pages. It runs for a token of that scope whose holder may ever
    do it: of a citizen's application where the view is for citizens, else of an organisation's system."""

    def guard(view: Callable[Parameters, Response]) -> Callable[Parameters, Response]:
        @csrf_exempt
        @wraps(view)
        def run(*arguments: Parameters.args, **options: Parameters.kwargs) -> Response:
            try:
                g.rp_principal = _enter(current_realm(), operation, scope, for_citizens=for_citizens)
                return view(*arguments, **options)
            except Refused as refused:
                return refused.response

        cast(Any, run).operation = operation
        return run

    return guard


def current_organisation() -> Organisation:
    """Whose system asks. Only within a view for organisations."""
    organisation: Organisation = g.rp_organisation
    return organisation


def _enter(realm: Realm, operation: Operation, scope: str, *, for_citizens: bool) -> Principal:
    access = _judge(realm, scope)
    with realm.database.read() as connection:
        if access.is_of_system:
            organisation = organisation_of_client(connection, access.client_id)
            role = ROLE_OF_KIND.get(organisation.kind) if organisation else None
            if organisation is None or role is None or for_citizens:
                raise access_denied("the token is that of a system, and this system may not do it")
            g.rp_organisation = organisation
            principal = Principal(role, f"client:{access.client_id}", None, access.scopes, organisation.id)
        elif not for_citizens:
            raise access_denied("the token is that of a citizen; an organisation asks by a token of its own")
        else:
            match = match_person(
                connection, realm, issuer=access.issuer, subject=access.subject, snils=access.snils, birth_date=access.birth_date
            )
            g.rp_subject = access.subject
            patient_id = match.patient.id if match.patient else None
            principal = Principal(Role.APPLICATION, f"client:{access.client_id}", patient_id, access.scopes)
    if not may_ever(principal, operation):
        raise access_denied("the role of this system does not allow it")
    return principal


def _judge(realm: Realm, scope: str) -> VerifiedAccess:
    token = _bearer_token()
    if token is None:
        raise token_refused(401)
    try:
        return judge_access_token(realm, token, scope=scope)
    except AccessTokenRefused as error:
        note_stranger(realm, Event.API_READ, object="records", error=error.code)
        raise token_refused(401, error.code, str(error), acr_values=error.acr_values) from error
    except ScopeMissing as error:
        note_stranger(realm, Event.API_READ, object="records", error="insufficient_scope")
        raise token_refused(403, "insufficient_scope", str(error), scope=error.scope) from error
    except PersonRefused as error:
        raise access_denied(str(error)) from error
    except ProviderUnavailable as error:
        raise token_refused(503, "temporarily_unavailable", "the token cannot be checked now") from error


def _bearer_token() -> str | None:
    """The token of the Authorization header. One in the query or the body is not looked at (RFC 6750, 2.3)."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
