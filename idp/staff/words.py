"""What pages of the staff call the states of an account."""

from collections.abc import Mapping

from sqlalchemy import Connection

from ground.web.language import LazyText, lazy_gettext
from idp.citizens import directory
from idp.citizens.levels import AccountLevel
from idp.citizens.models import Lock, StaffRole
from idp.realm import Realm

ROLE_NAMES: Mapping[StaffRole, LazyText] = {
    "operator": lazy_gettext("Оператор"),
    "support": lazy_gettext("Поддержка"),
    "officer": lazy_gettext("Служба безопасности"),
    "administrator": lazy_gettext("Администратор"),
}
ROLE_PURPOSES: Mapping[StaffRole, LazyText] = {
    "operator": lazy_gettext("Подтверждает личность у окна"),
    "support": lazy_gettext("Видит, в каком состоянии запись, и не видит, чья она"),
    "officer": lazy_gettext("Открывает и закрывает инциденты, читает журнал"),
    "administrator": lazy_gettext("Даёт и забирает роли"),
}
LEVEL_NAMES: Mapping[AccountLevel, LazyText] = {
    "child": lazy_gettext("Детская"),
    "simplified": lazy_gettext("Упрощённая"),
    "standard": lazy_gettext("Стандартная"),
    "confirmed": lazy_gettext("Подтверждённая"),
}
LOCK_NAMES: Mapping[Lock | None, tuple[LazyText, str, LazyText]] = {
    None: (lazy_gettext("Открыта"), "good", lazy_gettext("Войти можно.")),
    "failures": (
        lazy_gettext("Заблокирована после неверных паролей"),
        "warn",
        lazy_gettext("Владелец открывает её сам: «Восстановление доступа» на странице входа."),
    ),
    "incident": (
        lazy_gettext("Остановлена службой безопасности"),
        "bad",
        lazy_gettext("Открывает её только служба безопасности, код из SMS не поможет."),
    ),
}
"""Word, tone, and who lifts it."""
DISABLED = (lazy_gettext("Отключена"), "bad", lazy_gettext("Войти нельзя."))
RULE_NAMES: Mapping[str, LazyText] = {
    "officer": lazy_gettext("Сотрудник"),
    "refresh_reuse": lazy_gettext("Токен обновления предъявлен второй раз"),
    "code_replay": lazy_gettext("Код авторизации предъявлен второй раз"),
}


def words_of_rule(rule: str) -> str:
    """What found a danger, for whoever reads of it."""
    return str(RULE_NAMES.get(rule, rule))


def words_of_actor(realm: Realm, connection: Connection, actor: str) -> str:
    """Who did it: «Нина Ш.» for one of us, the rule for a rule, and otherwise as the journal says it."""
    kind, _, name = actor.partition(":")
    if kind == "citizen" and (person := directory.find(realm, connection, name)) is not None:
        return person.data.short_name
    return words_of_rule(name) if kind == "rule" else actor
