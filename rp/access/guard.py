"""The guard of a view: who may open it at all. Which record they may open, the view asks the policy itself.

Every view has one; a test walks through the routes and finds who has none.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import current_app, g

from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from rp.access.current import SignInNeeded, StepUpNeeded, current_session, own_principals
from rp.access.policy import Operation, may_ever
from rp.access.principal import ANYBODY, STAFF, Principal, Role
from rp.access.session import Session
from rp.access.where import open_page
from rp.realm import current_realm
from rp.settings import ASSURANCE_LEVELS
from rp.trust.assurance import reaches

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
GATE = "citizen_gate"
"""The extension of the application that every citizen passes before any page of theirs: it takes the session and may raise."""
STAFF_LEVEL = "substantial"
"""Two factors, whatever the setting lets citizens do (mission.md, R135)."""


def guarded(operation: Operation) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """State what a view does. It runs for those who may ever do it: `current_principal()` is then the one who may."""

    def guard(view: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        @wraps(view)
        def run(*arguments: Parameters.args, **options: Parameters.kwargs) -> Result:
            if not may_ever(ANYBODY, operation):
                g.rp_principal = _enter(operation)
                _pass_gate(g.rp_principal)
            return view(*arguments, **options)

        cast(Any, run).operation = operation
        return run

    return guard


def guard_of(view: Callable[..., Any]) -> Operation | None:
    """What the view says that it does."""
    operation: Operation | None = getattr(view, "operation", None)
    return operation


def require_level(acr: str) -> Session:
    """The session, when its person proved as much. Raises SignInNeeded and StepUpNeeded, which leads back to the open page."""
    session = current_session()
    if session is None:
        raise SignInNeeded(open_page())
    if not reaches(session.acr, acr):
        raise StepUpNeeded(open_page(), acr)
    return session


def _pass_gate(principal: Principal) -> None:
    gate: Callable[[Session], None] | None = current_app.extensions.get(GATE)
    session = current_session()
    if gate is not None and session is not None and principal.role is Role.CITIZEN:
        gate(session)


def _enter(operation: Operation) -> Principal:
    """Who of those that this browser stands for may do it. Raises SignInNeeded, StepUpNeeded, PageProblem."""
    if current_session() is None:
        raise SignInNeeded(open_page())
    for principal in own_principals():
        if may_ever(principal, operation):
            if principal.role in STAFF:
                require_level(max(STAFF_LEVEL, current_realm().settings.required_acr, key=ASSURANCE_LEVELS.index))
            return principal
    if any(may_ever(replace(own, represents=frozenset()), operation) for own in own_principals()):
        raise PageProblem(
            status=403,
            title=_("Это делают только за себя"),
            lead=_("Вы сейчас действуете за другого человека, а эта страница только ваша."),
            advice=(_("Вернитесь к своим записям в разделе «Близкие» и откройте её снова."),),
            actions=((_("Близкие"), "/family"),),
            code="access_denied",
            cause=f"a representative may not {operation}",
        )
    raise PageProblem(
        status=403,
        title=_("Недостаточно прав"),
        lead=_("Эта страница для тех, кто работает с регистром: у вас здесь нет такой роли."),
        advice=(_("Роль даёт администратор регистра, а место работы подтверждает Пропуск."),),
        actions=((_("Мои записи"), "/"),),
        code="access_denied",
        cause=f"nobody of this session may {operation}",
    )
