"""Mistakes in the form of a request: address, method, body, parameters that are there twice or cannot be read."""

from idp.esia.diagnosis.kind import Kind, Words
from idp.protocol.esia.fact import approximate, assumed, exact

BODY_NOT_STORED = Kind(
    "body_not_stored",
    "body",
    (),
    Words("Тело запроса не сохранилось", "The body of the request was not kept"),
    Words(
        "Тело длиннее 64 КиБ или его длина не названа, поэтому оно не прочитано: причину по нему не установить.",
        "The body is longer than 64 KiB or its length is not said, so it was not read and the cause cannot be found in it.",
    ),
    Words("Отправьте форму с Content-Length не длиннее 64 КиБ.", "Send a form with a Content-Length of at most 64 KiB."),
    assumed(),
)
PATH_UNKNOWN = Kind(
    "path_unknown",
    "path",
    (),
    Words("Такого адреса в ЕСИА нет", "ESIA has no such address"),
    Words("Адреса {received} нет ни в v1, ни в v2 и v3.", "The address {received} is neither of v1 nor of v2 and v3."),
    Words("Вызывайте {expected}.", "Call {expected}."),
    exact("ILIM, AIS, GO, FR"),
)
TOKEN_CALL_AT_AUTHORIZATION = Kind(
    "token_call_at_authorization",
    "path",
    ("007003", "007009", "007014"),
    Words("Запрос маркера пришёл на адрес авторизации", "A token call came to the authorization address"),
    Words(
        "В запросе есть grant_type, а адрес {received} выдаёт коды.",
        "The request has a grant_type, and {received} is where codes are issued.",
    ),
    Words("Отправляйте его на {expected}.", "Send it to {expected}."),
    exact("ILIM, AIS, GO, FR"),
)
AUTHORIZATION_AT_TOKEN = Kind(
    "authorization_at_token",
    "path",
    ("007003", "007012", "007014"),
    Words("Запрос авторизации пришёл на адрес маркеров", "An authorization request came to the token address"),
    Words(
        "В запросе response_type и нет grant_type, а адрес {received} выдаёт маркеры.",
        "The request has a response_type and no grant_type, and {received} is where tokens are issued.",
    ),
    Words("Отправляйте человека на {expected}.", "Send the person to {expected}."),
    exact("ILIM, AIS, GO, FR"),
)
V1_CLIENT_ON_V2 = Kind(
    "v1_client_on_v2",
    "path",
    ("007014", "007053"),
    Words("Клиент v1 на адресе v2/v3", "A client of v1 at an address of v2/v3"),
    Words(
        "Подпись — сообщение CMS, а client_certificate_hash нет: так подписывает v1, а {received} ждёт v2/v3.",
        "The signature is a CMS message and there is no client_certificate_hash: that is v1, and {received} wants v2/v3.",
    ),
    Words(
        "Либо вызывайте {expected}, либо подписывайте по v2: сырая подпись ГОСТ и client_certificate_hash.",
        "Either call {expected}, or sign as v2 does: a raw GOST signature and client_certificate_hash.",
    ),
    exact("FR#59; GO errors.go"),
)
V2_CLIENT_ON_V1 = Kind(
    "v2_client_on_v1",
    "path",
    ("007005",),
    Words("Клиент v2/v3 на адресе v1", "A client of v2/v3 at an address of v1"),
    Words(
        "Есть client_certificate_hash и сырая подпись: так подписывают v2/v3, а {received} ждёт CMS по правилам v1.",
        "There is a client_certificate_hash and a raw signature: that is v2/v3, and {received} wants a CMS of v1.",
    ),
    Words("Вызывайте {expected}.", "Call {expected}."),
    exact("SOK README, ILIM, AIS"),
)
METHOD_WRONG = Kind(
    "method_wrong",
    "method",
    (),
    Words("Не тот метод HTTP", "The wrong HTTP method"),
    Words("Запрос пришёл методом {received}.", "The request came by {received}."),
    Words("Используйте {expected}.", "Use {expected}."),
    exact("ILIM, AIS, GO, FR"),
)
BODY_JSON = Kind(
    "body_json",
    "body",
    ("007014", "007038"),
    Words("Тело в JSON вместо формы", "A JSON body instead of a form"),
    Words(
        "Параметры переданы в JSON; ЕСИА его не читает и считает, что обязательных параметров нет.",
        "The parameters came as JSON, which ESIA does not read: to it all mandatory parameters are missing.",
    ),
    Words("Отправляйте форму: {expected}.", "Send a form: {expected}."),
    exact("EKA#23; MIAC"),
)
BODY_MULTIPART = Kind(
    "body_multipart",
    "body",
    ("007014", "007038"),
    Words("Тело multipart/form-data вместо формы", "A multipart body instead of a form"),
    Words(
        "Параметры переданы частями multipart/form-data; ЕСИА читает только {expected}.",
        "The parameters came as multipart/form-data, and ESIA reads only {expected}.",
    ),
    Words("Отправляйте форму с Content-Type: {expected}.", "Send a form with Content-Type: {expected}."),
    exact("MIAC, EKA#23"),
)
BODY_OTHER = Kind(
    "body_other",
    "body",
    ("007014", "007038"),
    Words("Тело неизвестного вида", "A body of another type"),
    Words("Content-Type запроса: {received}.", "The Content-Type of the request is {received}."),
    Words("Отправляйте форму с Content-Type: {expected}.", "Send a form with Content-Type: {expected}."),
    exact("MIAC, EKA#23"),
)
PARAMETER_DOUBLED = Kind(
    "parameter_doubled",
    "",
    ("007003",),
    Words("Параметр передан дважды", "A parameter is there twice"),
    Words("{field} встречается в запросе {count} раза.", "{field} stands {count} times in the request."),
    Words(
        "Передавайте каждый параметр один раз: в строке запроса или в форме.",
        "Send every parameter once, in the query or in the form.",
    ),
    approximate("GO errors.go; TP 3.1.1, ILIM, AIS"),
)
AMPERSAND_ESCAPED = Kind(
    "ampersand_escaped",
    "query",
    ("007014", "007038", "007003"),
    Words("Разделители записаны как &amp;", "Separators are written as &amp;"),
    Words(
        "Имена параметров начинаются с «amp;»: адрес экранирован для HTML и так отправлен.",
        "Names of parameters begin with “amp;”: the address was escaped for HTML and sent like that.",
    ),
    Words("Экранируйте адрес только при вставке в HTML.", "Escape the address only where it is put into HTML."),
    assumed(),
)
NOT_UTF8 = Kind(
    "not_utf8",
    "",
    ("007038", "007003"),
    Words("Параметр не в UTF-8", "A parameter is not UTF-8"),
    Words(
        "Байты {field} — не UTF-8: {received}. Похоже на {encoding}.",
        "The bytes of {field} are not UTF-8: {received}. They look like {encoding}.",
    ),
    Words("Кодируйте значения в UTF-8, затем процентами.", "Encode values in UTF-8, then percent-encode them."),
    exact("EC, SOK, EKA (v1), ILIM, AIS, GO (v2, v3)"),
)
NUL_INSIDE = Kind(
    "nul_inside",
    "",
    ("007038", "007003"),
    Words("В параметре нулевой байт", "A zero byte in a parameter"),
    Words("{field} содержит байт 00.", "{field} contains the byte 00."),
    Words("Уберите нулевые байты: часто это конец строки C.", "Remove zero bytes: often it is the end of a C string."),
    assumed(),
)
PARAMETER_MISSING = Kind(
    "parameter_missing",
    "",
    ("007014", "007013"),
    Words("Нет обязательного параметра", "A mandatory parameter is missing"),
    Words("В запросе нет {field}.", "The request has no {field}."),
    Words("Передавайте {field}: {expected}.", "Send {field}: {expected}."),
    exact("FR#59; TP 3.1.1, ILIM, AIS; MIAC; EKA#23"),
)
PARAMETER_EMPTY = Kind(
    "parameter_empty",
    "",
    ("007014", "007013"),
    Words("Обязательный параметр пуст", "A mandatory parameter is empty"),
    Words("{field} передан без значения.", "{field} came without a value."),
    Words("Передавайте {field}: {expected}.", "Send {field}: {expected}."),
    exact("TP 3.1.1, ILIM, AIS; MIAC; EKA#23"),
)
PARAMETER_MISSPELT = Kind(
    "parameter_misspelt",
    "",
    ("007014", "007013"),
    Words("Имя параметра написано иначе", "A parameter is misspelt"),
    Words("Вместо {field} пришёл {received}.", "Instead of {field} there is {received}."),
    Words("Переименуйте {received} в {field}.", "Rename {received} to {field}."),
    exact("TP 3.1.1, ILIM, AIS; MIAC; EKA#23"),
)
