"""Mistakes in how `client_secret` is written and packed: base64, container, order of bytes, algorithms."""

from idp.esia.diagnosis.kind import SIGNATURE, Kind, Words
from idp.protocol.esia.fact import Fact, approximate, exact

PLACE: Fact = exact("SOK README, ILIM, AIS")
ONE = Words("Кодируйте 64 байта подписи в base64url один раз.", "Encode the 64 bytes of the signature in base64url, once.")
NEW_CMS = Words(
    "Подписывайте CMS с SHA-256 (RSA) или Стрибог-256 (ГОСТ): openssl … -md sha256.",
    "Sign a CMS with SHA-256 (RSA) or Streebog-256 (GOST): openssl … -md sha256.",
)


def _secret(code: str, title: Words, cause: Words, fix: Words = ONE, fact: Fact = PLACE) -> Kind:
    return Kind(code, "client_secret", SIGNATURE, title, cause, fix, fact)


SECRET_SPACE = _secret(
    "secret_space",
    Words("Плюс в client_secret не закодирован", "The plus of client_secret is not encoded"),
    Words(
        "В base64 пришли пробелы на месте «+»: незакодированный плюс означает пробел.",
        "Spaces came where base64 has “+”: an unencoded plus means a space.",
    ),
    Words("Используйте base64url (- и _) или кодируйте + как %2B.", "Use base64url (- and _), or encode + as %2B."),
)
SECRET_PERCENT = _secret(
    "secret_percent",
    Words("client_secret закодирован процентами дважды", "client_secret is percent-encoded twice"),
    Words("После раскодирования остались %XX.", "%XX remain after decoding."),
    Words("Кодируйте значение один раз.", "Percent-encode the value once."),
)
SECRET_HEX = _secret(
    "secret_hex",
    Words("Подпись в шестнадцатеричном виде", "The signature is in hexadecimal"),
    Words("client_secret — шестнадцатеричные цифры, а нужен base64.", "client_secret is hex digits, and base64 is wanted."),
)
SECRET_TWICE = _secret(
    "secret_base64_twice",
    Words("Подпись закодирована в base64 дважды", "The signature is in base64 twice"),
    Words("Под base64 снова base64.", "Under the base64 there is base64 again."),
)
SECRET_OF_HEX = _secret(
    "secret_base64_of_hex",
    Words("В base64 закодирован шестнадцатеричный текст", "The base64 holds hexadecimal text"),
    Words("Под base64 не байты подписи, а их шестнадцатеричная запись.", "Under the base64 are hex digits, not the bytes."),
)
SECRET_PEM = _secret(
    "secret_pem",
    Words("client_secret содержит PEM", "client_secret is PEM"),
    Words("Вместе с base64 переданы строки -----BEGIN …-----.", "Lines -----BEGIN …----- came with the base64."),
    Words("Передавайте только base64 между этими строками.", "Send only the base64 between these lines."),
)
SECRET_NOT_BASE64 = _secret(
    "secret_not_base64",
    Words("client_secret не base64", "client_secret is not base64"),
    Words("В значении лишние знаки: {characters}.", "The value has other characters: {characters}."),
    Words("Передавайте подпись в base64url.", "Send the signature in base64url."),
)
SECRET_CUT = _secret(
    "secret_cut",
    Words("Подпись обрезана", "The signature is cut"),
    Words(
        "Получено {received}, а должно быть {expected}: значение обрезано по дороге или при хранении.",
        "There are {received}, and {expected} are wanted: the value was cut on its way or where it was kept.",
    ),
    Words("Передавайте значение целиком; проверьте длину колонки или буфера.", "Send all of it; check columns and buffers."),
)
SECRET_SIZE = _secret(
    "secret_size",
    Words("Размер подписи не подходит", "The size of the signature is wrong"),
    Words("Получено {received}, а нужно {expected}.", "There are {received}, and {expected} are wanted."),
    Words(
        "Передавайте подпись ГОСТ Р 34.10-2012, 256 бит: 64 байта.", "Send a GOST R 34.10-2012 signature of 256 bits: 64 bytes."
    ),
)
CMS_ON_V2 = _secret(
    "cms_on_v2",
    Words("CMS вместо сырой подписи", "A CMS message instead of a raw signature"),
    Words(
        "client_secret — сообщение CMS ({size} байт), а v2 и v3 ждут 64 байта подписи ГОСТ.",
        "client_secret is a CMS message ({size} bytes), and v2 and v3 want the 64 bytes of a GOST signature.",
    ),
    Words(
        "Подписывайте без контейнера: openssl dgst -md_gost12_256 -sign, результат в base64url.",
        "Sign without a container: openssl dgst -md_gost12_256 -sign, the result in base64url.",
    ),
    exact("ILIM#7; SOK README, ILIM, AIS; GO errors.go"),
)
RAW_ON_V1 = _secret(
    "raw_on_v1",
    Words("Сырая подпись вместо CMS", "A raw signature instead of a CMS message"),
    Words(
        "client_secret — {size} байт сырой подписи, а v1 ждёт сообщение CMS с сертификатом.",
        "client_secret is {size} bytes of a raw signature, and v1 wants a CMS message with its certificate.",
    ),
    Words(
        "Подписывайте CMS: openssl smime -sign -md sha256 -outform DER.",
        "Sign a CMS: openssl smime -sign -md sha256 -outform DER.",
    ),
)
NOT_CMS = _secret(
    "not_cms",
    Words("client_secret не CMS", "client_secret is no CMS message"),
    Words("Байты не разбираются как CMS SignedData: {received}.", "The bytes are no CMS SignedData: {received}."),
    Words("Передавайте CMS в DER: openssl smime -sign … -outform DER.", "Send a CMS in DER: openssl smime -sign … -outform DER."),
)
DER_PAIR = _secret(
    "der_pair",
    Words("Подпись упакована в DER, как ECDSA", "The signature is packed in DER, like ECDSA"),
    Words(
        "client_secret — SEQUENCE из двух чисел, а ГОСТ в ЕСИА — 64 байта s и r подряд.",
        "client_secret is a SEQUENCE of two numbers, and GOST at ESIA is 64 bytes, s and r in a row.",
    ),
    Words("Склейте s и r, по 32 байта, старшие байты впереди.", "Join s and r, 32 bytes each, big-endian."),
)
BYTES_REVERSED = _secret(
    "bytes_reversed",
    Words("Байты подписи идут в обратном порядке", "The bytes of the signature are reversed"),
    Words(
        "Подпись верна, если перевернуть 64 байта: так её выдаёт КриптоПро CSP.",
        "The signature is right when its 64 bytes are reversed: that is how CryptoPro CSP gives it.",
    ),
    Words(
        "Переверните массив байтов перед base64 (strrev, Array.Reverse).",
        "Reverse the bytes before base64 (strrev, Array.Reverse).",
    ),
    exact("FR CHANGELOG 3.1.0; ILIM; SOK README, ILIM, AIS"),
)
HALVES_SWAPPED = _secret(
    "halves_swapped",
    Words("Половины подписи переставлены", "The halves of the signature are swapped"),
    Words("Пришло r и s, а нужно s и r.", "r and s came, and s and r are wanted."),
    Words("Поменяйте местами половины по 32 байта.", "Swap the two halves of 32 bytes."),
)
HALVES_REVERSED = _secret(
    "halves_reversed",
    Words("Байты в половинах подписи обратные", "The bytes within each half are reversed"),
    Words("Каждое из чисел s и r записано младшими байтами вперёд.", "Each of s and r is written little-endian."),
    Words("Запишите s и r старшими байтами вперёд.", "Write s and r big-endian."),
)
CMS_SHA1 = _secret(
    "cms_sha1",
    Words("CMS с SHA-1", "A CMS message with SHA-1"),
    Words(
        "Дайджест подписи — SHA-1: раньше так подписывал PHP по умолчанию.", "The digest is SHA-1: PHP once signed so by default."
    ),
    NEW_CMS,
    exact("FR#9, FR#1; EKA, PASS, SOK, OAM"),
)
CMS_MD5 = _secret(
    "cms_md5",
    Words("CMS с MD5", "A CMS message with MD5"),
    Words("Дайджест подписи — MD5.", "The digest is MD5."),
    NEW_CMS,
)
CMS_GOST94 = _secret(
    "cms_gost94",
    Words("CMS с ГОСТ Р 34.11-94", "A CMS message with GOST R 34.11-94"),
    Words("Дайджест подписи — старый ГОСТ 1994 года.", "The digest is the old GOST of 1994."),
    NEW_CMS,
)
CMS_DIGEST = _secret(
    "cms_digest",
    Words("Дайджест CMS нам не знаком", "The digest of the CMS is not known"),
    Words("Алгоритм дайджеста: {received}.", "The digest algorithm is {received}."),
    NEW_CMS,
)
RAW_DIGEST = _secret(
    "raw_digest",
    Words("Сырая подпись с другим дайджестом", "A raw signature with another digest"),
    Words(
        "Подпись RSA сделана с {received}, а нужен SHA-256.", "The RSA signature is made with {received}, and SHA-256 is wanted."
    ),
    Words("Подписывайте с SHA-256; для ГОСТ — со Стрибог-256.", "Sign with SHA-256; with GOST, with Streebog-256."),
)
RSA_ON_V2 = _secret(
    "rsa_on_v2",
    Words("RSA на v2/v3", "RSA on v2/v3"),
    Words("Подпись RSA, а v2 и v3 здесь принимают только ГОСТ.", "The signature is RSA, and v2 and v3 here take only GOST."),
    Words("Подписывайте ключом ГОСТ Р 34.10-2012, 256 бит.", "Sign with a GOST R 34.10-2012 key of 256 bits."),
    approximate("SOK README, ILIM, AIS", switch="esia.rsa_on_v2"),
)
SIGNATURE_BROKEN = _secret(
    "signature_broken",
    Words("Подпись испорчена", "The signature is damaged"),
    Words(
        "Подписана нужная строка нужным сертификатом, а сама подпись ему не соответствует.",
        "The right text and the right certificate, and the signature itself does not fit them.",
    ),
    Words(
        "Проверьте, что ключ — от этого сертификата и байты не изменены.",
        "Check that the key is this certificate's and no byte was changed.",
    ),
)
SIGNATURE_REPLAYED = Kind(
    "signature_replayed",
    "client_secret",
    SIGNATURE,
    Words("Подпись использована второй раз", "The signature is used a second time"),
    Words("Запрос {request} уже принёс ту же подпись.", "The request {request} brought the same signature before."),
    Words(
        "Для каждого запроса — новые state и timestamp и новая подпись; проверьте повторы при ошибках сети.",
        "A new state, timestamp and signature for every request; look at retries after network errors.",
    ),
    approximate("ILIM, AIS"),
)
