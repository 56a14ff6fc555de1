"""Mistakes in scope and scope_org."""

from idp.esia.diagnosis.kind import Kind, Words
from idp.protocol.esia.fact import Fact, approximate, assumed, exact

SCOPE = ("007006", "007019", "007013")


def _scope(code: str, title: Words, cause: Words, fix: Words, fact: Fact) -> Kind:
    return Kind(code, "scope", SCOPE, title, cause, fix, fact)


SCOPE_TYPO = _scope(
    "scope_typo",
    Words("Опечатка в scope", "A typo in the scope"),
    Words("Области {unknown} нет, похожа на {nearest}.", "There is no scope {unknown}; {nearest} is similar."),
    Words("Замените {unknown} на {nearest}.", "Replace {unknown} by {nearest}."),
    approximate("GO errors.go"),
)
SCOPE_UNKNOWN = _scope(
    "scope_unknown",
    Words("Такой области нет", "There is no such scope"),
    Words("Области {unknown} мы не знаем.", "The scope {unknown} is not known."),
    Words("Запрашивайте известные области: {expected}.", "Ask for known scopes: {expected}."),
    approximate("GO errors.go"),
)
SCOPE_CASE = _scope(
    "scope_case",
    Words("Область в другом регистре", "The scope is in another case"),
    Words("Пришло {unknown}, область называется {nearest}.", "{unknown} came, and the scope is {nearest}."),
    Words("Пишите {nearest}.", "Write {nearest}."),
    approximate("GO errors.go"),
)
SCOPE_COMMA = _scope(
    "scope_comma",
    Words("Области разделены не пробелом", "The scopes are not separated by blanks"),
    Words("В scope стоит «{separator}».", "The scope has “{separator}”."),
    Words("Разделяйте одним пробелом: {expected}", "Separate them by one blank: {expected}"),
    exact("TP 3.1.1, ILIM, AIS"),
)
SCOPE_ENCODED_TWICE = _scope(
    "scope_encoded_twice",
    Words("scope закодирован дважды", "The scope is encoded twice"),
    Words("После раскодирования остались «+» или %20.", "“+” or %20 remain after decoding."),
    Words("Кодируйте один раз: {expected}", "Encode once: {expected}"),
    exact("TP 3.1.1, ILIM, AIS"),
)
SCOPE_NOT_GRANTED = _scope(
    "scope_not_granted",
    Words("Область системе не разрешена", "The scope is not granted to the system"),
    Words("Система {client} не зарегистрирована на {unknown}.", "{client} is not registered for {unknown}."),
    Words(
        "Добавьте области системе или запрашивайте только её: {expected}",
        "Add the scopes to the system, or ask for its own: {expected}",
    ),
    exact("GO errors.go; FR#10, ENET#8"),
)
SCOPE_WITHDRAWN = _scope(
    "scope_withdrawn",
    Words("Область usr_inf отозвана", "The scope usr_inf is withdrawn"),
    Words("usr_inf когда-то открывала всё сразу и больше не выдаётся.", "usr_inf once opened everything, and is given no more."),
    Words("Запрашивайте отдельные области: {expected}", "Ask for single scopes: {expected}"),
    approximate("VOSK, SOK, OAM"),
)
SCOPE_ORGANISATION_BARE = _scope(
    "scope_organisation_bare",
    Words("Область организации без org_oid", "An organisation's scope without org_oid"),
    Words("{unknown} запрошена без номера организации.", "{unknown} is asked for without an organisation's number."),
    Words("Пишите {expected}.", "Write {expected}."),
    exact("FR PR 29; MIAC, EKA#23; GO errors.go"),
)
PERMISSIONS_SCOPE = Kind(
    "permissions_scope",
    "scope",
    ("007006", "007003", "036703"),
    Words("С permissions нужен scope=openid", "With permissions the scope is openid"),
    Words("Вместе с permissions пришёл scope {received}.", "The scope {received} came with permissions."),
    Words("Передавайте scope=openid, а области — в permissions.", "Send scope=openid, and the scopes in permissions."),
    approximate("GO; VF; LEO"),
)
SCOPE_OF_PERSON = _scope(
    "scope_of_person",
    Words("Область человека в client_credentials", "A person's scope with client_credentials"),
    Words(
        "Маркер системы дают только на области организаций и prm_chg, а запрошено {unknown}.",
        "A system's own token is for scopes of organisations and prm_chg, and {unknown} is asked for.",
    ),
    Words("Запрашивайте {expected}.", "Ask for {expected}."),
    exact("FR PR 29; GO TokenUpdate"),
)
SCOPE_ORGANISATION_UNKNOWN = _scope(
    "scope_organisation_unknown",
    Words("Такой организации нет", "There is no such organisation"),
    Words(
        "Номер {unknown} в scope не принадлежит ни одной организации стенда.",
        "The number {unknown} in the scope is of no organisation here.",
    ),
    Words(
        "Возьмите oid организации из /rs/prns/{{oid}}/roles. Есть: {expected}.",
        "Take an organisation's oid of /rs/prns/{{oid}}/roles. There are: {expected}.",
    ),
    assumed("MIAC, EKA#23"),
)
