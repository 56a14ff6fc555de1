"""What is accepted and not as it should be, and what is only worth knowing."""

from idp.esia.diagnosis.kind import Kind, Words
from idp.protocol.esia.fact import approximate, assumed, exact

HASH_LOWER = Kind(
    "hash_lower",
    "client_certificate_hash",
    (),
    Words("Хеш строчными буквами", "The hash is in lower case"),
    Words("Здесь регистр не важен, cpverify печатает заглавные.", "The case does not matter here; cpverify prints upper case."),
    Words("Пишите {expected}", "Write {expected}"),
    assumed("GO, ILIM#7"),
    "warning",
)
HASH_SHA256 = Kind(
    "hash_sha256_accepted",
    "client_certificate_hash",
    (),
    Words("Принят SHA-256 вместо Стрибог-256", "SHA-256 is taken for Streebog-256"),
    Words("Настоящая ЕСИА ждёт Стрибог-256 от DER.", "The real ESIA wants Streebog-256 of the DER."),
    Words("Передавайте {expected}", "Send {expected}"),
    approximate("FR README; GO, ILIM#7", switch="esia.sha256_hash"),
    "warning",
)
RSA_ACCEPTED = Kind(
    "rsa_accepted",
    "client_secret",
    (),
    Words("Принята подпись RSA", "An RSA signature is taken"),
    Words("Промышленная ЕСИА принимает только ГОСТ Р 34.10-2012.", "Production ESIA takes only GOST R 34.10-2012."),
    Words("К промышленной среде перейдите на ГОСТ.", "Move to GOST before production."),
    exact("SOK README; FR#27; EKA README", switch="esia.rsa_on_v2"),
    "warning",
)
STATE_REUSED = Kind(
    "state_reused",
    "state",
    (),
    Words("state уже использован", "The state was used before"),
    Words("Тот же state был в запросе {request}.", "The same state was in the request {request}."),
    Words("Создавайте новый UUID для каждого запроса.", "Make a new UUID for every request."),
    exact("ILIM, AIS"),
    "warning",
)
STATE_NOT_UUID = Kind(
    "state_not_uuid",
    "state",
    (),
    Words("state не UUID", "The state is no UUID"),
    Words("ЕСИА описывает state как UUID, пришло {received}.", "ESIA describes the state as a UUID, and {received} came."),
    Words("Передавайте случайный UUID.", "Send a random UUID."),
    exact("TP 3.1.1, ILIM, AIS"),
    "warning",
)
TOKEN_TYPE = Kind(
    "token_type_other",
    "token_type",
    (),
    Words("token_type не Bearer", "The token_type is not Bearer"),
    Words("Пришло {received}.", "{received} came."),
    Words("Передавайте token_type=Bearer.", "Send token_type=Bearer."),
    exact("MIAC, EKA#23"),
    "warning",
)
LOGOUT_STAYS = Kind(
    "logout_redirect_not_registered",
    "redirect_url",
    (),
    Words("После выхода человек остался здесь", "The person stayed here after signing out"),
    Words(
        "Адрес {received} не из зарегистрированных: {expected}.",
        "The address {received} is not of those that are registered: {expected}.",
    ),
    Words(
        "Зарегистрируйте этот адрес или передайте адрес той же схемы, домена и порта.",
        "Register the address, or send one of the same scheme, host and port.",
    ),
    assumed("FR; ILIM; SOK"),
    "warning",
)
LOGOUT_OF_NOBODY = Kind(
    "logout_client_unknown",
    "client_id",
    (),
    Words("После выхода человек остался здесь", "The person stayed here after signing out"),
    Words("Системы {received} нет, и идти некуда.", "There is no system {received}, so there is nowhere to go on to."),
    Words("Передайте client_id своей системы: {expected}.", "Send the client_id of your system: {expected}."),
    assumed("FR; ILIM; SOK"),
    "warning",
)
NONCE_IGNORED = Kind(
    "nonce_ignored",
    "nonce",
    (),
    Words("nonce не возвращается", "The nonce is not echoed"),
    Words(
        "ЕСИА не кладёт nonce в id_token; общие библиотеки OpenID от этого отказывают.",
        "ESIA puts no nonce in its id_token, and generic OpenID libraries refuse that.",
    ),
    Words("Отключите проверку nonce в клиенте.", "Switch the check of nonce off in the client."),
    approximate("AIS", switch="esia.echoes_nonce"),
    "note",
)
SECRET_STANDARD = Kind(
    "secret_spelling",
    "client_secret",
    (),
    Words("base64 с дополнением, переводами строк или + и /", "base64 with padding, line breaks or + and /"),
    Words("Мы читаем и так: {variant}.", "It is read all the same: {variant}."),
    Words("Надёжнее base64url без дополнения.", "base64url without padding is safer."),
    exact("SOK README, ILIM, AIS"),
    "note",
)
QUERY_OF_POST = Kind(
    "query_of_post",
    "query",
    (),
    Words("Параметры POST в строке запроса", "Parameters of a POST in the query"),
    Words("Так делают LEO, SIO и IWDT, и это принимается.", "LEO, SIO and IWDT do so, and it is taken."),
    Words("Форма надёжнее: строки запроса пишут в журналы.", "A form is safer: queries are written into logs."),
    exact("LEO, SIO, IWDT"),
    "note",
)
REDIRECT_PATH = Kind(
    "redirect_path_differs",
    "redirect_uri",
    (),
    Words("Путь redirect_uri не сравнивается", "The path of redirect_uri is not compared"),
    Words(
        "Зарегистрировано {expected}, пришло {received}: у ЕСИА важны схема, домен и порт.",
        "{expected} is registered, {received} came: ESIA compares scheme, host and port.",
    ),
    Words("Ничего делать не нужно.", "There is nothing to do."),
    exact("TP 3.1.1, ILIM, AIS"),
    "note",
)
CMS_WITH_CONTENT = Kind(
    "cms_with_content",
    "client_secret",
    (),
    Words("Строка вложена в CMS", "The text stands in the CMS"),
    Words(
        "Подпись не отсоединённая; строка внутри совпадает.",
        "The signature is not detached, and the text inside is the right one.",
    ),
    Words("Ничего делать не нужно; короче — отсоединённая.", "There is nothing to do; a detached one is shorter."),
    exact("PASS; EKA, PASS, SOK, OAM"),
    "note",
)
ALL_WELL = Kind(
    "all_well",
    "request",
    (),
    Words("С запросом всё в порядке", "Nothing is wrong with the request"),
    Words("Ошибок не нашли: {checked}.", "No mistake was found: {checked}."),
    Words("Ничего делать не нужно.", "There is nothing to do."),
    exact("ILIM, AIS, GO, EC, SOK"),
    "note",
)
