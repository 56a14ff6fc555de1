"""Why somebody did not get in, in words for them. The address of the page carries the name of the reason only."""

from collections.abc import Callable, Mapping

from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from rp.realm import current_realm
from rp.trust.errors import AnswerRefused, AssuranceTooLow, ProviderUnavailable, RightsMissing, SignInDeclined, TrustError

OAUTH_CODES = frozenset(
    {
        "access_denied",
        "account_selection_required",
        "consent_required",
        "interaction_required",
        "invalid_request",
        "invalid_scope",
        "login_required",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unmet_authentication_requirements",
        "unsupported_response_type",
    }
)


def reason_of(error: TrustError, *, asked: str | None = None) -> str:
    """The name of the page that tells of the error. `asked` is the level that the provider was asked for."""
    match error:
        case SignInDeclined(code="unmet_authentication_requirements"):
            return "signature" if asked == "high" else "assurance"
        case SignInDeclined(reason="unconfirmed"):
            return "unconfirmed"
        case SignInDeclined(code="access_denied"):
            return "cancelled"
        case SignInDeclined():
            return "declined"
        case AssuranceTooLow(required="high"):
            return "signature"
        case AssuranceTooLow():
            return "assurance"
        case RightsMissing(reason=reason):
            return reason
        case AnswerRefused():
            return "answer"
        case ProviderUnavailable():
            return "unavailable"
    return "answer"


def problem(reason: str, *, code: str | None = None, cause: str | None = None) -> PageProblem:
    """The error page of a reason. `code` is shown when it is one OAuth knows. Raises KeyError for another reason."""
    return PROBLEMS[reason](code if code in OAUTH_CODES else None, cause)


def _again() -> tuple[tuple[str, str], ...]:
    return ((_("Войти ещё раз"), "/sign-in"), (_("Статистика регионов"), "/regions"))


def _cancelled(code: str | None, cause: str | None) -> PageProblem:
    return PageProblem(
        status=403,
        title=_("Вы не дали согласия"),
        lead=_("Вы отменили вход или не разрешили передать данные. Регистр ничего о вас не узнал."),
        advice=(_("Без ФИО, даты рождения и СНИЛС регистр не найдёт ваши записи."),),
        actions=_again(),
        code=code,
        cause=cause,
    )


def _unconfirmed(code: str | None, cause: str | None) -> PageProblem:
    return PageProblem(
        status=403,
        title=_("Учётная запись не активирована"),
        lead=_("Связь с регистром не активирована: ваша учётная запись в Пропуске не подтверждена, либо вы отменили вход."),
        advice=(
            _("Подтвердите в Пропуске телефон и добавьте паспорт или банк."),
            _("Потом войдите ещё раз: вас пустят сразу, ждать никого не нужно."),
        ),
        actions=((_("Подтвердить в Пропуске"), current_realm().settings.account_url), *_again()),
        code=code,
        cause=cause,
    )


def _unverified(code: str | None, cause: str | None) -> PageProblem:
    return PageProblem(
        status=403,
        title=_("Недостаточно прав"),
        lead=_("Сведения о прививках и анализах открываются только подтверждённой учётной записи."),
        advice=(_("Подтвердите в Пропуске телефон и добавьте паспорт или банк, потом войдите ещё раз."),),
        actions=((_("Подтвердить в Пропуске"), current_realm().settings.account_url), *_again()),
        code=code,
        cause=cause,
    )


def _role(code: str | None, cause: str | None) -> PageProblem:
    return PageProblem(
        status=403,
        title=_("Недостаточно прав"),
        lead=_("Ваш профиль не связан с медицинским сервисом: у него нет роли «Гражданин - медицинский сервис»."),
        advice=(_("Добавьте роль в настройках Пропуска, потом войдите ещё раз."),),
        actions=((_("Добавить роль"), f"{current_realm().settings.account_url}/settings"), *_again()),
        code=code,
        cause=cause,
    )


def _declined(code: str | None, cause: str | None) -> PageProblem:
    return PageProblem(
        status=400,
        title=_("Вход не состоялся"),
        lead=_("Пропуск ответил, что не может вас впустить сейчас."),
        advice=(_("Повторите вход через несколько минут."),),
        actions=_again(),
        code=code,
        cause=cause,
    )


def _assurance(code: str | None, cause: str | None) -> PageProblem:
    return PageProblem(
        status=403,
        title=_("Нужна повышенная защита"),
        lead=_("Сведения о здоровье открываются после входа с кодом подтверждения."),
        advice=(_("Войдите ещё раз и подтвердите вход кодом из SMS."),),
        actions=_again(),
        code=code,
        cause=cause,
    )


def _signature(code: str | None, cause: str | None) -> PageProblem:
    return PageProblem(
        status=403,
        title=_("Нужна электронная подпись"),
        lead=_("Это действие подтверждают входом по электронной подписи, а Пропуск сообщил о более простом входе."),
        advice=(_("Войдите в Пропуск с сертификатом и повторите."), _("Всё остальное в кабинете открыто и так.")),
        actions=((_("Личный кабинет"), "/"), (_("Войти ещё раз"), "/sign-in")),
        code=code,
        cause=cause,
    )


def _answer(code: str | None, cause: str | None) -> PageProblem:
    return PageProblem(
        status=400,
        title=_("Ответ не подтвердился"),
        lead=_("Мы не смогли убедиться, что ответ пришёл от Пропуска. Вход не выполнен."),
        advice=(_("Начните вход заново с этой страницы."),),
        actions=_again(),
        code=code,
        cause=cause,
    )


def _state(code: str | None, cause: str | None) -> PageProblem:
    return PageProblem(
        status=400,
        title=_("Вход начат не здесь"),
        lead=_("Этот вход начали в другом браузере, или с тех пор прошло больше 15 минут."),
        advice=(_("Начните вход заново с этой страницы."), _("Если не поможет, разрешите этому сайту файлы cookie.")),
        actions=_again(),
        code=code,
        cause=cause,
    )


def _used(code: str | None, cause: str | None) -> PageProblem:
    return PageProblem(
        status=400,
        title=_("Этот вход уже завершён"),
        lead=_("Ссылка возврата действует один раз."),
        advice=(_("Откройте свои записи: если вы уже вошли, входить снова не придётся."),),
        actions=((_("Мои записи"), "/"), (_("Статистика регионов"), "/regions")),
        code=code,
        cause=cause,
    )


def _unavailable(code: str | None, cause: str | None) -> PageProblem:
    return PageProblem(
        status=503,
        title=_("Технические неполадки"),
        lead=_("Пропуск не отвечает, поэтому войти сейчас нельзя. Ваши записи целы."),
        advice=(
            _("Повторите через несколько минут: регистр сам заметит, что Пропуск снова работает."),
            _("Если неполадки не проходят, назовите поддержке номер ошибки с этой страницы."),
            _("Статистика регионов открыта без входа."),
        ),
        actions=_again(),
        code=code,
        cause=cause,
    )


PROBLEMS: Mapping[str, Callable[[str | None, str | None], PageProblem]] = {
    "cancelled": _cancelled,
    "unconfirmed": _unconfirmed,
    "unverified": _unverified,
    "role": _role,
    "declined": _declined,
    "assurance": _assurance,
    "signature": _signature,
    "answer": _answer,
    "state": _state,
    "used": _used,
    "unavailable": _unavailable,
}
