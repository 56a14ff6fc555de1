"""Mistakes in client_id, redirect_uri, scope and the words of a request."""

from idp.esia.diagnosis.kind import SIGNATURE, Kind, Words
from idp.protocol.esia.fact import Fact, approximate, assumed, exact

NOBODY = ("008010", "007005", "007053", "007002", "007003")
ADDRESS = ("007023",)
COPY = Words("Передавайте мнемонику точно: {expected}.", "Send the mnemonic exactly: {expected}.")
ADDRESSES: Fact = exact("TP 3.1.1, ILIM, AIS; GO errors.go")


def _client(code: str, title: Words, cause: Words, fix: Words = COPY) -> Kind:
    return Kind(code, "client_id", NOBODY, title, cause, fix, exact("TP 3.1.1, ILIM, AIS"))


def _redirect(code: str, title: Words, cause: Words, fix: Words) -> Kind:
    return Kind(code, "redirect_uri", ADDRESS, title, cause, fix, ADDRESSES)


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
RULE_BROKEN = Kind(
    "rule_broken",
    "request",
    (),
    Words("Нарушено правило запроса", "A rule of the request is broken"),
    Words("ESIA-{number}: {detail}.", "ESIA-{number}: {detail}."),
    Words("Исправьте названный параметр.", "Mend the parameter that is named."),
    approximate("GO errors.go"),
)
