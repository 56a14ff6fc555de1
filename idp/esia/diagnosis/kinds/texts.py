"""Mistakes in the text that was signed: its order, its values, what stands between them, how it became bytes."""

from idp.esia.diagnosis.kind import SIGNATURE, Kind, Words
from idp.protocol.esia.fact import Fact, approximate, exact

PLACE: Fact = exact("EC, SOK, EKA (v1), ILIM, AIS, GO (v2, v3)")
RIGHT = Words("Подписывайте {order}, без разделителей, в UTF-8.", "Sign {order}, with nothing between, in UTF-8.")


def _text(code: str, title: Words, cause: Words, fix: Words = RIGHT, field: str = "client_secret", fact: Fact = PLACE) -> Kind:
    return Kind(code, field, SIGNATURE, title, cause, fix, fact)


TEXT_OF_V1 = _text(
    "text_of_v1",
    Words("Подписана строка v1, а нужна v2/v3", "The text of v1 is signed, and that of v2/v3 is wanted"),
    Words("Порядок полей — v1: {used}.", "The fields are in the order of v1: {used}."),
    fact=exact("EC, SOK, EKA (v1), ILIM, AIS, GO (v2, v3); FR#10, ENET#8"),
)
TEXT_OF_V2 = _text(
    "text_of_v2",
    Words("Подписана строка v2/v3, а нужна v1", "The text of v2/v3 is signed, and that of v1 is wanted"),
    Words("Порядок полей — v2/v3: {used}.", "The fields are in the order of v2/v3: {used}."),
)
TEXT_OF_OTHER_CALL = _text(
    "text_of_other_call",
    Words("Подписана строка другого вызова", "The text of another call is signed"),
    Words("Подписано {used}: это строка вызова {call}.", "Signed is {used}: that is the text of {call}."),
)
TEXT_ORDER = _text(
    "text_order",
    Words("Поля подписаны в другом порядке", "The fields are signed in another order"),
    Words("Порядок полей: {used}.", "The order is {used}."),
)
TEXT_LACKS_CODE = _text(
    "text_lacks_code",
    Words("В подписанной строке нет code", "The signed text lacks the code"),
    Words(
        "Вызов за маркером подписан как авторизация: без code в конце.",
        "The token call is signed like an authorization: without the code.",
    ),
)
TEXT_LACKS = _text(
    "text_lacks",
    Words("В подписанной строке нет поля {missing}", "The signed text lacks {missing}"),
    Words("Подписано всё, кроме {missing}.", "All is signed but {missing}."),
)
TEXT_HAS_MORE = _text(
    "text_has_more",
    Words("В подписанной строке лишнее поле {extra}", "The signed text has {extra} besides"),
    Words("К нужной строке добавлено {extra}.", "{extra} is added to the text."),
)
TEXT_OF_AUTHORIZATION = _text(
    "text_of_authorization",
    Words("Подписана строка запроса авторизации", "The text of the authorization request is signed"),
    Words(
        "Подпись вызова за маркером сделана для state и timestamp запроса {request}.",
        "The token call is signed for the state and timestamp of the request {request}.",
    ),
    Words(
        "Для каждого вызова создавайте новые state и timestamp и подписывайте заново.",
        "Make a new state and timestamp for every call, and sign again.",
    ),
    fact=exact("ILIM, AIS; EC, SOK, EKA (v1), ILIM, AIS, GO (v2, v3)"),
)
TEXT_OTHER_VALUE = _text(
    "text_other_value",
    Words("Подписано другое значение {field}", "Another value of {field} is signed"),
    Words("Отправлено: {expected}. Подписано: {signed}.", "Sent: {expected}. Signed: {signed}."),
    Words("Подписывайте то же значение {field}, которое отправляете.", "Sign the same {field} that you send."),
    field="",
)
TEXT_VALUE_CASE = _text(
    "text_value_case",
    Words("{field} подписан в другом регистре", "{field} is signed in another case"),
    Words("Отправлено: {expected}. Подписано: {signed}.", "Sent: {expected}. Signed: {signed}."),
    Words("Подписывайте {field} буква в букву.", "Sign {field} letter by letter."),
    field="",
)
TEXT_VALUE_BLANKS = _text(
    "text_value_blanks",
    Words("Вокруг {field} при подписи были пробелы или конец строки", "{field} is signed with blanks or a line end"),
    Words(
        "Подписано значение с пробелами или концом строки: {signed}.", "The value is signed with blanks or a line end: {signed}."
    ),
    Words("Обрежьте значение до подписи.", "Strip the value before signing."),
    field="",
)
TEXT_ENCODED = _text(
    "text_encoded",
    Words("Подписан текст после URL-кодирования", "The text is signed after URL-encoding"),
    Words("В подписанной строке {what} уже закодировано процентами.", "In the signed text {what} is percent-encoded already."),
    Words("Подписывайте раскодированные значения, кодируйте потом.", "Sign the decoded values, encode afterwards."),
)
TEXT_SEPARATED = _text(
    "text_separated",
    Words("Между полями стоят разделители", "There are separators between the fields"),
    Words("Поля разделены: {separator}.", "The fields are separated by {separator}."),
)
TEXT_PAIRS = _text(
    "text_pairs",
    Words("Подписаны пары имя=значение", "Pairs name=value are signed"),
    Words("Подписано {used}.", "Signed is {used}."),
)
TEXT_LINE_END = _text(
    "text_line_end",
    Words("В конце строки перевод строки", "The text ends with a line end"),
    Words("К строке добавлено: {tail}.", "{tail} is added to the text."),
    Words("Подписывайте без конца строки: printf '%s' вместо echo.", "Sign without a line end: printf '%s' instead of echo."),
)
TEXT_BLANKS = _text(
    "text_blanks",
    Words("Вокруг строки лишние байты", "There are other bytes around the text"),
    Words("Добавлено: {tail}.", "Added is {tail}."),
)
TEXT_UTF16 = _text(
    "text_utf16",
    Words("Строка подписана в UTF-16", "The text is signed in UTF-16"),
    Words("Байты строки — {encoding}, а нужен UTF-8.", "The bytes are {encoding}, and UTF-8 is wanted."),
    Words(
        "Encoding.UTF8 вместо Encoding.Unicode; getBytes(UTF_8).", "Encoding.UTF8 instead of Encoding.Unicode; getBytes(UTF_8)."
    ),
)
TEXT_CP1251 = _text(
    "text_cp1251",
    Words("Строка подписана в Windows-1251", "The text is signed in Windows-1251"),
    Words("Байты строки — {encoding}, а нужен UTF-8.", "The bytes are {encoding}, and UTF-8 is wanted."),
    Words("Переводите строку в байты UTF-8.", "Make bytes of the text in UTF-8."),
)
TEXT_BOM = _text(
    "text_bom",
    Words("Перед строкой метка BOM", "A byte order mark is before the text"),
    Words("Подписаны байты EF BB BF и строка.", "The bytes EF BB BF and the text are signed."),
    Words("Уберите BOM: UTF8Encoding(false), запись файла без BOM.", "Leave the BOM out: UTF8Encoding(false)."),
)
TEXT_HASHED = _text(
    "text_hashed",
    Words("Подписан хеш вместо строки", "A digest is signed instead of the text"),
    Words("Подписан {digest} строки: хеш взят дважды.", "The {digest} of the text is signed: it is hashed twice."),
    Words("Передавайте подписывающей функции саму строку.", "Hand the text itself to the signing function."),
)
TEXT_BASE64 = _text(
    "text_base64",
    Words("Подписан base64 строки", "The text is signed in base64"),
    Words("Строка перед подписью закодирована в base64.", "The text was put in base64 before it was signed."),
)
TEXT_JSON = _text(
    "text_json",
    Words("Подписан JSON", "JSON is signed"),
    Words("Подписано {used}.", "Signed is {used}."),
)
TEXT_PLUS = _text(
    "text_plus",
    Words("В подписанной строке плюсы вместо пробелов", "The signed text has pluses for blanks"),
    Words("Пробелы в строке заменены на «+».", "The blanks of the text are “+”."),
    Words("Подписывайте раскодированные значения.", "Sign the decoded values."),
)
TEXT_EMPTY = _text(
    "text_empty",
    Words("Подписана пустая строка", "An empty text is signed"),
    Words("Подпись верна для пустой строки.", "The signature is right for an empty text."),
)
TEXT_ATTACHED = _text(
    "text_attached",
    Words("В CMS вложена другая строка", "Another text stands in the CMS"),
    Words("Вложенный текст не равен ожидаемому: {signed}.", "The text inside is not the expected one: {signed}."),
)
REFRESH_TEXT_OFF = _text(
    "refresh_text_off",
    Words("Этот вариант строки обновления выключен", "This variant of the refresh text is switched off"),
    Words("Подписано {used}; принимается {order}.", "Signed is {used}; taken is {order}."),
    fact=approximate("ILIM, AIS; EC, SOK, EKA (v1), ILIM, AIS, GO (v2, v3)", switch="esia.refresh_texts"),
)
UNKNOWN_SIGNATURE = _text(
    "unknown",
    Words("Причина не найдена", "The cause is not found"),
    Words(
        "Подпись не подошла: ни одна из {tried} проверенных строк и способов не совпала.",
        "The signature does not fit: none of the {tried} texts and ways that were tried does.",
    ),
    Words(
        "Сравните свои байты с ожидаемой строкой и проверьте, что ключ — от зарегистрированного сертификата.",
        "Compare your bytes with the expected text, and check that the key is the registered certificate's.",
    ),
)
UNKNOWN = Kind(
    "unknown_refusal",
    "request",
    (),
    Words("Причина не найдена", "The cause is not found"),
    Words(
        "Ответ — {answer}, и ни одна из известных ошибок к запросу не подходит. {meaning}",
        "The answer is {answer}, and no mistake that we know fits the request. {meaning}",
    ),
    Words("Сравните запрос с ожидаемым ниже.", "Compare the request with what is expected, below."),
    exact("GO errors.go"),
)
