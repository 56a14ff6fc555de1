"""Mistakes in client_id, redirect_uri, scope and the words of a request."""

from idp.esia.diagnosis.kind import SIGNATURE, Kind, Words
from idp.protocol.esia.fact import Fact, approximate, assumed, exact

NOBODY = ("008010", "007005", "007053", "007002", "007003")
SCOPE = ("007006", "007019", "007013")
ADDRESS = ("007023",)
COPY = Words("Передавайте мнемонику точно: {expected}.", "Send the mnemonic exactly: {expected}.")
ADDRESSES: Fact = exact("TP 3.1.1, ILIM, AIS; GO errors.go")


def _client(code: str, title: Words, cause: Words, fix: Words = COPY) -> Kind:
    return Kind(code, "client_id", NOBODY, title, cause, fix, exact("TP 3.1.1, ILIM, AIS"))


def _redirect(code: str, title: Words, cause: Words, fix: Words) -> Kind:
    return Kind(code, "redirect_uri", ADDRESS, title, cause, fix, ADDRESSES)


def _scope(code: str, title: Words, cause: Words, fix: Words, fact: Fact) -> Kind:
    return Kind(code, "scope", SCOPE, title, cause, fix, fact)


CLIENT_UNKNOWN = _client(
    "client_unknown",
    Words("Такой системы нет", "There is no such system"),
    Words("client_id {received} не зарегистрирован.", "The client_id {received} is not registered."),
    Words(
        "Зарегистрируйте систему или проверьте среду. Есть: {expected}.",
        "Register the system, or check the environment. There are: {expected}.",
    ),
)
CLIENT_NEAR = _client(
    "client_near",
    Words("Опечатка в мнемонике", "A typo in the mnemonic"),
    Words(
        "client_id {received} не зарегистрирован, а похожий {expected} есть.",
        "{received} is not registered, and the similar {expected} is.",
    ),
)
CLIENT_CASE = _client(
    "client_case",
    Words("Мнемоника в другом регистре", "The mnemonic is in another case"),
    Words("Пришло {received}, зарегистрировано {expected}.", "{received} came, and {expected} is registered."),
)
CLIENT_BLANKS = _client(
    "client_blanks",
    Words("В мнемонике пробелы", "The mnemonic has blanks"),
    Words("В client_id лишние пробелы или концы строк.", "The client_id has blanks or line ends."),
)
CLIENT_OF_OPENID = _client(
    "client_other_dialect",
    Words("Система говорит на стандартном OpenID Connect", "The system speaks standard OpenID Connect"),
    Words(
        "{received} зарегистрирован для /oauth2/…, а вызван адрес ЕСИА.",
        "{received} is registered for /oauth2/…, and called an address of ESIA.",
    ),
    Words(
        "Зарегистрируйте для ЕСИА отдельную систему: у системы один диалект.",
        "Register another system for ESIA: a system has one dialect.",
    ),
)
CLIENT_DISABLED = _client(
    "client_disabled",
    Words("Система отключена", "The system is disabled"),
    Words("{received} была и отключена.", "{received} was registered, and is disabled."),
    Words("Зарегистрируйте систему заново под другим именем.", "Register the system again under another name."),
)
REDIRECT_SCHEME = _redirect(
    "redirect_scheme",
    Words("Другая схема redirect_uri", "Another scheme of redirect_uri"),
    Words(
        "Пришло {received}, зарегистрировано {expected}: отличается http или https.",
        "{received} came, {expected} is registered: http and https differ.",
    ),
    Words(
        "Зарегистрируйте адрес с этой схемой или отправляйте {expected}.",
        "Register the address with this scheme, or send {expected}.",
    ),
)
REDIRECT_PORT = _redirect(
    "redirect_port",
    Words("Другой порт redirect_uri", "Another port of redirect_uri"),
    Words(
        "Пришло {received}, зарегистрировано {expected}: отличается порт.",
        "{received} came, {expected} is registered: the port differs.",
    ),
    Words(
        "Зарегистрируйте адрес с этим портом или отправляйте {expected}.",
        "Register the address with this port, or send {expected}.",
    ),
)
REDIRECT_HOST = _redirect(
    "redirect_host",
    Words("Домен redirect_uri не зарегистрирован", "The host of redirect_uri is not registered"),
    Words("Пришло {received}, зарегистрировано {expected}.", "{received} came, and {expected} is registered."),
    Words("Зарегистрируйте домен у системы.", "Register the host for the system."),
)
REDIRECT_ENCODED_TWICE = _redirect(
    "redirect_encoded_twice",
    Words("redirect_uri закодирован дважды", "redirect_uri is percent-encoded twice"),
    Words("После раскодирования осталось {received}.", "After decoding it is {received}."),
    Words("Кодируйте адрес один раз.", "Encode the address once."),
)
REDIRECT_MALFORMED = _redirect(
    "redirect_malformed",
    Words("redirect_uri не адрес", "redirect_uri is no address"),
    Words("{received} — не полный адрес http или https.", "{received} is no full http or https address."),
    Words("Передавайте полный адрес, например {expected}.", "Send a full address, such as {expected}."),
)
REDIRECT_TORN = Kind(
    "redirect_torn",
    "redirect_uri",
    (*ADDRESS, *SIGNATURE),
    Words("redirect_uri не закодирован и разорван", "redirect_uri is not encoded and torn apart"),
    Words(
        "В адресе был «&», и его хвост стал отдельными параметрами: {extra}.",
        "The address had a “&”, and its tail became parameters of its own: {extra}.",
    ),
    Words("Кодируйте адрес целиком (& как %26).", "Encode the whole address (& as %26)."),
    ADDRESSES,
)
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
        "Add the scopes to the system, or ask for hers: {expected}",
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
RESPONSE_TYPE = Kind(
    "response_type_wrong",
    "response_type",
    ("007009",),
    Words("Другой response_type", "Another response_type"),
    Words("Пришло {received}.", "{received} came."),
    Words("Передавайте response_type={expected}.", "Send response_type={expected}."),
    assumed("TP 3.1.1, ILIM, AIS"),
)
GRANT_TYPE = Kind(
    "grant_type_wrong",
    "grant_type",
    ("007012",),
    Words("Другой grant_type", "Another grant_type"),
    Words("Пришло {received}.", "{received} came."),
    Words("Передавайте один из: {expected}.", "Send one of: {expected}."),
    approximate("GO errors.go"),
)
GRANT_NOT_ALLOWED = Kind(
    "grant_not_allowed",
    "grant_type",
    ("007005", "007012", "007019"),
    Words("Этот grant_type системе не разрешён", "This grant_type is not granted to the system"),
    Words("Система не зарегистрирована на {received}.", "The system is not registered for {received}."),
    Words("Разрешите его системе; есть: {expected}.", "Allow it to the system; there are: {expected}."),
    assumed(),
)
PERSON_FILTER = Kind(
    "person_filter_wrong",
    "person_filter",
    ("007003", "007062", "007038"),
    Words("person_filter не читается", "person_filter cannot be read"),
    Words("Пришло {received}.", "{received} came."),
    Words(
        "Передавайте base64 от conf_acc, acc_kid или acc_not_kid: {expected}",
        "Send the base64 of conf_acc, acc_kid or acc_not_kid: {expected}",
    ),
    approximate("ILIM tests; VF PersonFilter"),
)
PERMISSIONS_UNREADABLE = Kind(
    "permissions_unreadable",
    "permissions",
    ("007038", "007003", "036700"),
    Words("permissions не читается", "permissions cannot be read"),
    Words("Значение — не base64url от массива JSON.", "The value is no base64url of a JSON array."),
    Words("Закодируйте массив JSON в base64url.", "Put a JSON array in base64url."),
    approximate("GO; GO permissions.go"),
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
CHALLENGE_METHOD = Kind(
    "challenge_method",
    "code_challenge_method",
    ("007003", "007040", "007039"),
    Words("Другой code_challenge_method", "Another code_challenge_method"),
    Words("Пришло {received}.", "{received} came."),
    Words("Используйте {expected}.", "Use {expected}."),
    assumed("TP 3.1.1, ILIM, AIS", switch="esia.st256_challenge"),
)
CHALLENGE_FORM = Kind(
    "challenge_form",
    "code_challenge",
    ("007003", "007040", "007039"),
    Words("code_challenge другого вида", "code_challenge has another form"),
    Words(
        "В значении {length} знаков, а у S256 без дополнения — 43.",
        "The value has {length} characters; one of S256 without padding has 43.",
    ),
    Words("base64url(SHA-256(code_verifier)) без знаков =.", "base64url(SHA-256(code_verifier)) without =."),
    assumed("RFC 7636, 4.2"),
)
ACCESS_TYPE = Kind(
    "access_type_wrong",
    "access_type",
    ("007003",),
    Words("access_type неизвестен", "The access_type is unknown"),
    Words("Пришло {received}.", "{received} came."),
    Words(
        "Передавайте online или offline (offline даёт refresh_token).", "Send online or offline (offline gives a refresh_token)."
    ),
    exact("VF AccessType; MIAC"),
)
ROLES = Kind(
    "roles_wrong",
    "roles",
    ("007060",),
    Words("roles неизвестны", "The roles are unknown"),
    Words("Пришло {received}.", "{received} came."),
    Words("Передавайте из списка: {expected}.", "Send some of: {expected}."),
    assumed("GO errors.go"),
)
OBJ_TYPE = Kind(
    "obj_type_wrong",
    "obj_type",
    ("007061",),
    Words("obj_type неизвестен", "The obj_type is unknown"),
    Words("Пришло {received}.", "{received} came."),
    Words("Передавайте {expected}.", "Send {expected}."),
    assumed("GO errors.go"),
)
CHALLENGE_MISSING = Kind(
    "challenge_missing",
    "code_challenge",
    ("007014",),
    Words("code_challenge_method без code_challenge", "A code_challenge_method without a code_challenge"),
    Words("Метод назван, а самого code_challenge нет.", "The method is named, and there is no code_challenge."),
    Words("Передавайте оба или ни одного.", "Send both or none."),
    assumed("RFC 7636, 4.3"),
)
TOO_LONG = Kind(
    "parameter_too_long",
    "",
    ("007003",),
    Words("Параметр слишком длинный", "A parameter is too long"),
    Words("В {field} знаков: {length}, а можно {most}.", "{field} has {length} characters, and {most} are the most."),
    Words("Укоротите значение.", "Make the value shorter."),
    assumed(),
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
RULE_BROKEN = Kind(
    "rule_broken",
    "request",
    (),
    Words("Нарушено правило запроса", "A rule of the request is broken"),
    Words("ESIA-{number}: {detail}.", "ESIA-{number}: {detail}."),
    Words("Исправьте названный параметр.", "Mend the parameter that is named."),
    approximate("GO errors.go"),
)
