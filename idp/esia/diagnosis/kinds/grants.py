"""Mistakes with codes, refresh tokens and PKCE, and refusals that only the answer tells."""

from idp.esia.diagnosis.kind import Kind, Words
from idp.protocol.esia.fact import Fact, approximate, assumed

GRANT = ("007011",)
PLACE: Fact = approximate("GO errors.go")
AGAIN = Words("Начните авторизацию заново и используйте новый код один раз.", "Authorize again, and use the new code once.")
SIGN_IN_AGAIN = Words("Отправьте человека на авторизацию заново.", "Send the person to the authorization again.")


def _code(code: str, title: Words, cause: Words, fix: Words = AGAIN, field: str = "code") -> Kind:
    return Kind(code, field, GRANT, title, cause, fix, PLACE)


def _refresh(code: str, title: Words, cause: Words, fix: Words = SIGN_IN_AGAIN) -> Kind:
    return Kind(code, "refresh_token", GRANT, title, cause, fix, PLACE)


def _pkce(code: str, number: str, title: Words, cause: Words, fix: Words) -> Kind:
    return Kind(code, "code_verifier", (number, "007011", "007014"), title, cause, fix, approximate("GO errors.go"))


def _told(code: str, field: str, number: str, title: Words, cause: Words, fix: Words) -> Kind:
    return Kind(code, field, (number,), title, cause, fix, approximate("GO errors.go"))


CODE_USED = _code(
    "code_used",
    Words("Код использован второй раз", "The code is used a second time"),
    Words("За этот код маркеры уже выданы.", "Tokens were issued for this code already."),
)
CODE_EXPIRED = _code(
    "code_expired",
    Words("Код устарел", "The code has run out"),
    Words(
        "Код действовал {lifetime} с и истёк за {ago} с до запроса.",
        "The code lived {lifetime} s and ran out {ago} s before the request.",
    ),
)
CODE_OF_OTHER = _code(
    "code_of_other_client",
    Words("Код выдан другой системе", "The code is another system's"),
    Words("Код выдан {owner}.", "The code was issued to {owner}."),
)
CODE_REDIRECT = _code(
    "code_redirect_differs",
    Words("redirect_uri не тот, что при авторизации", "redirect_uri is not that of the authorization"),
    Words("Пришло {received}, при авторизации было {expected}.", "{received} came, and the authorization had {expected}."),
    Words("Передавайте один и тот же redirect_uri: {expected}.", "Send the same redirect_uri: {expected}."),
    "redirect_uri",
)
CODE_REVOKED = _code(
    "code_revoked",
    Words("Код отозван", "The code is revoked"),
    Words(
        "Человек вышел или отозвал доступ до обмена кода.",
        "The person signed out or withdrew access before the code was redeemed.",
    ),
)
CODE_CUT = _code(
    "code_cut",
    Words("Код обрезан", "The code is cut"),
    Words(
        "В коде {length} знаков, и это начало JWT без конца: код ЕСИА длиннее 1000 знаков.",
        "The code has {length} characters and is the beginning of a JWT: a code of ESIA has over a thousand.",
    ),
    Words("Не храните код в коротком поле (часто 255 знаков).", "Do not keep the code in a short column (often 255)."),
)
CODE_SPOILT = _code(
    "code_spoilt",
    Words("Код изменён", "The code is changed"),
    Words(
        "Код похож на выданный JWT, но таким мы его не выдавали.", "It looks like a JWT that we issue, and was never issued so."
    ),
    Words(
        "Передавайте код без изменений: проверьте пробелы, регистр и кодирование.",
        "Pass the code unchanged: check blanks, case and encoding.",
    ),
)
CODE_UNKNOWN = _code(
    "code_unknown",
    Words("Такого кода нет", "There is no such code"),
    Words("Код {received} мы не выдавали.", "The code {received} was not issued here."),
)
CODE_IS_TOKEN = _code(
    "code_is_token",
    Words("Вместо кода передан маркер", "A token instead of a code"),
    Words("Это маркер вида {sort}, а не код.", "It is a token of the kind {sort}, and no code."),
    Words("Передавайте code из адреса возврата.", "Pass the code of the return address."),
)
REFRESH_USED = _refresh(
    "refresh_used",
    Words("Маркер обновления использован второй раз", "The refresh token is used a second time"),
    Words("Он уже обменян; в ответе был новый.", "It was exchanged already; a new one was in the answer."),
    Words("Сохраняйте новый refresh_token из каждого ответа.", "Keep the new refresh_token of every answer."),
)
REFRESH_EXPIRED = _refresh(
    "refresh_expired",
    Words("Маркер обновления устарел", "The refresh token has run out"),
    Words("Он истёк за {ago} с до запроса.", "It ran out {ago} s before the request."),
)
REFRESH_OF_OTHER = _refresh(
    "refresh_of_other_client",
    Words("Маркер обновления другой системы", "The refresh token is another system's"),
    Words("Он выдан {owner}.", "It was issued to {owner}."),
)
REFRESH_REVOKED = _refresh(
    "refresh_revoked",
    Words("Маркер обновления отозван", "The refresh token is revoked"),
    Words("Человек вышел или отозвал доступ.", "The person signed out or withdrew access."),
)
REFRESH_IS_JWT = _refresh(
    "refresh_is_jwt",
    Words("Вместо маркера обновления передан JWT", "A JWT instead of the refresh token"),
    Words("Это маркер вида {sort}.", "It is a token of the kind {sort}."),
    Words("Передавайте refresh_token из ответа.", "Pass the refresh_token of the answer."),
)
REFRESH_UNKNOWN = _refresh(
    "refresh_unknown",
    Words("Такого маркера обновления нет", "There is no such refresh token"),
    Words("Маркер {received} мы не выдавали.", "The token {received} was not issued here."),
)
VERIFIER_WITHOUT_CHALLENGE = _pkce(
    "verifier_without_challenge",
    "007039",
    Words("code_verifier без code_challenge", "A code_verifier without a code_challenge"),
    Words("В запросе авторизации не было code_challenge.", "The authorization request had no code_challenge."),
    Words(
        "Передавайте code_challenge на /v2/ac или уберите code_verifier.",
        "Send code_challenge to /v2/ac, or leave code_verifier out.",
    ),
)
VERIFIER_MISSING = _pkce(
    "verifier_missing",
    "007040",
    Words("Нет code_verifier", "There is no code_verifier"),
    Words(
        "В запросе авторизации был code_challenge, а code_verifier не пришёл.",
        "The authorization had a code_challenge, and no code_verifier came.",
    ),
    Words("Передавайте code_verifier той же авторизации.", "Send the code_verifier of the same authorization."),
)
VERIFIER_PLAIN = _pkce(
    "verifier_plain",
    "007040",
    Words("PKCE методом plain", "PKCE by the method plain"),
    Words(
        "code_challenge равен code_verifier, а нужен его SHA-256.",
        "code_challenge is the code_verifier itself, and its SHA-256 is wanted.",
    ),
    Words("code_challenge = base64url(SHA-256(code_verifier)).", "code_challenge = base64url(SHA-256(code_verifier))."),
)
VERIFIER_HEX = _pkce(
    "verifier_other_digest",
    "007040",
    Words("code_challenge посчитан иначе", "code_challenge is computed otherwise"),
    Words("code_challenge — {variant} от code_verifier.", "code_challenge is {variant} of the code_verifier."),
    Words("code_challenge = base64url(SHA-256(code_verifier)).", "code_challenge = base64url(SHA-256(code_verifier))."),
)
VERIFIER_OTHER = _pkce(
    "verifier_wrong",
    "007040",
    Words("code_verifier не подходит", "The code_verifier does not match"),
    Words(
        "Из него получается {received}, а при авторизации было {expected}.",
        "It gives {received}, and the authorization had {expected}.",
    ),
    Words(
        "Храните code_verifier вместе со state этой авторизации.", "Keep the code_verifier with the state of its authorization."
    ),
)
PERSON_REFUSED = _told(
    "person_refused",
    "consent",
    "007004",
    Words("Человек отказался", "The person said no"),
    Words("Человек нажал «Отказать» или прервал вход.", "The person refused, or left the sign-in."),
    Words("Это не ошибка системы: предложите войти ещё раз.", "It is no mistake of the system: offer to sign in again."),
)
PERSON_NOT_CONFIRMED = _told(
    "person_not_confirmed",
    "person_filter",
    "007055",
    Words("Учётная запись не подтверждена", "The account is not confirmed"),
    Words(
        "Система просит подтверждённых (person_filter), а запись человека — нет.",
        "The system wants confirmed accounts, and this one is not.",
    ),
    Words(
        "Войдите человеком с подтверждённой записью или уберите person_filter.",
        "Sign in as a confirmed person, or leave person_filter out.",
    ),
)
PERSON_OTHER_ROLE = _told(
    "person_other_role",
    "roles",
    "007062",
    Words("Роль человека не подходит", "The person has another role"),
    Words("Запрошенной роли или вида записи у человека нет.", "The person has not the role or type that was asked for."),
    Words("Войдите другим человеком или уберите ограничение.", "Sign in as another person, or drop the restriction."),
)
PERSON_NOT_EMPLOYEE = _told(
    "person_not_employee",
    "scope_org",
    "007194",
    Words("Человек не сотрудник организации", "The person is no employee"),
    Words(
        "Запрошена область организации, а человек в ней не состоит.",
        "An organisation's scope is asked for, and the person is not of it.",
    ),
    Words("Войдите сотрудником организации.", "Sign in as an employee of the organisation."),
)
PERSON_NO_FACTOR = _told(
    "person_no_second_factor",
    "scope",
    "007046",
    Words("Второй фактор невозможен", "No second factor is possible"),
    Words("Область требует второго фактора, а у человека его нет.", "A scope demands a second factor, and the person has none."),
    Words("Добавьте человеку второй фактор.", "Give the person a second factor."),
)
OUR_FAULT = _told(
    "our_fault",
    "answer",
    "007007",
    Words("Сбой на нашей стороне", "A fault of ours"),
    Words("Запрос ни при чём: стенд ответил сбоем.", "It is not the request: the stand failed."),
    Words("Посмотрите журнал сервера; повторите запрос.", "Look into the server's log, and repeat the request."),
)
NO_GOST = Kind(
    "no_gost_here",
    "answer",
    ("007007", "007008"),
    Words("Стенд не может подписать по ГОСТ", "The stand cannot sign by GOST"),
    Words(
        "Запрос ни при чём: маркеры этой системы подписываются {expected}, а на машине стенда нет модуля или ключа ГОСТ.",
        "It is not the request: its tokens are signed by {expected}, and the stand's machine has no GOST engine or key.",
    ),
    Words(
        "Поставьте libengine-gost-openssl и выполните scripts/keys или заведите систему с RS256.",
        "Install libengine-gost-openssl and run scripts/keys, or register a system with RS256.",
    ),
    assumed(),
)
OVERLOADED = _told(
    "overloaded",
    "answer",
    "007008",
    Words("Стенд занят", "The stand is busy"),
    Words(
        "Запрос ни при чём: стенд перегружен или на обслуживании.",
        "It is not the request: the stand is overloaded or in maintenance.",
    ),
    Words("Повторите запрос позже.", "Repeat the request later."),
)
