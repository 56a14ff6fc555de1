"""Mistakes in `client_certificate_hash`: another digest, other bytes, another spelling, another certificate."""

from idp.esia.diagnosis.kind import SIGNATURE, Kind, Words
from idp.protocol.esia.fact import Fact, approximate, exact

PLACE: Fact = exact("GO, ILIM#7")
RIGHT = Words(
    "Стрибог-256 от DER сертификата, 64 заглавные цифры: {expected}",
    "Streebog-256 over the certificate's DER, 64 upper-case hex digits: {expected}",
)


def _hash(code: str, title: Words, cause: Words, fix: Words = RIGHT, fact: Fact = PLACE) -> Kind:
    return Kind(code, "client_certificate_hash", SIGNATURE, title, cause, fix, fact)


HASH_SHA1 = _hash(
    "hash_sha1",
    Words("Отпечаток SHA-1 вместо Стрибог-256", "A SHA-1 thumbprint instead of Streebog-256"),
    Words(
        "Передан отпечаток, который показывает Windows: SHA-1 от DER.",
        "It is the thumbprint that Windows shows: SHA-1 of the DER.",
    ),
    fact=exact("ILIM#7; GO, ILIM#7"),
)
HASH_SHA256_OFF = _hash(
    "hash_sha256",
    Words("SHA-256 вместо Стрибог-256", "SHA-256 instead of Streebog-256"),
    Words("Передан SHA-256 от DER.", "It is the SHA-256 of the DER."),
    fact=approximate("FR README; GO, ILIM#7", switch="esia.sha256_hash"),
)
HASH_OTHER_DIGEST = _hash(
    "hash_other_digest",
    Words("Другой дайджест сертификата", "Another digest of the certificate"),
    Words("Передан {digest} от DER, а нужен Стрибог-256.", "It is {digest} of the DER, and Streebog-256 is wanted."),
)
HASH_OF_PEM = _hash(
    "hash_of_pem",
    Words("Хеш текста PEM вместо DER", "A hash of the PEM text instead of the DER"),
    Words(
        "Хеш ({digest}) взят от файла PEM ({variant}), а нужен от двоичного DER.",
        "The hash ({digest}) is of the PEM file ({variant}), and the binary DER is wanted.",
    ),
    Words(
        "openssl x509 -outform DER, затем Стрибог-256: {expected}",
        "openssl x509 -outform DER, then Streebog-256: {expected}",
    ),
    exact("GO; GO, ILIM#7"),
)
HASH_OF_BASE64 = _hash(
    "hash_of_base64",
    Words("Хеш от base64 вместо DER", "A hash of base64 instead of the DER"),
    Words("Хеш ({digest}) взят от base64 сертификата.", "The hash ({digest}) is of the certificate in base64."),
)
HASH_OF_KEY = _hash(
    "hash_of_key",
    Words("Хеш открытого ключа", "A hash of the public key"),
    Words("Хеш ({digest}) взят от ключа, а не от сертификата.", "The hash ({digest}) is of the key, not of the certificate."),
)
HASH_SEPARATED = _hash(
    "hash_separated",
    Words("В хеше разделители", "The hash has separators"),
    Words("Между цифрами стоят двоеточия, пробелы или дефисы.", "Colons, spaces or hyphens stand between the digits."),
    Words("Уберите разделители: {expected}", "Remove the separators: {expected}"),
)
HASH_REVERSED = _hash(
    "hash_reversed",
    Words("Байты хеша в обратном порядке", "The bytes of the hash are reversed"),
    Words("Стрибог-256 верен, а байты перевёрнуты.", "It is the right Streebog-256 with its bytes reversed."),
)
HASH_BASE64 = _hash(
    "hash_base64",
    Words("Хеш в base64", "The hash is in base64"),
    Words("Хеш верен, но записан в base64.", "The hash is right, and written in base64."),
)
HASH_CUT = _hash(
    "hash_cut",
    Words("Хеш обрезан", "The hash is cut"),
    Words("Передано {length} знаков из 64.", "There are {length} of its 64 digits."),
    Words("Передавайте все 64 цифры: {expected}", "Send all 64 digits: {expected}"),
)
HASH_IS_SERIAL = _hash(
    "hash_is_serial",
    Words("Серийный номер вместо хеша", "The serial number instead of the hash"),
    Words("Передан серийный номер сертификата.", "It is the serial number of the certificate."),
)
HASH_TYPO = _hash(
    "hash_typo",
    Words("В хеше отличаются знаки", "Some digits of the hash differ"),
    Words("От хеша сертификата отличаются знаки: {count}.", "{count} of its digits differ from the certificate's hash."),
    Words("Скопируйте хеш заново: {expected}", "Copy the hash again: {expected}"),
)
HASH_OF_REMOVED = _hash(
    "hash_of_removed",
    Words("Хеш удалённого сертификата", "The hash of a removed certificate"),
    Words("Этот сертификат был у системы и удалён.", "The system had this certificate, and it was removed."),
    Words(
        "Зарегистрируйте его снова или укажите действующий: {expected}", "Register it again, or name an active one: {expected}"
    ),
)
HASH_OF_FOREIGN = _hash(
    "hash_of_foreign",
    Words("Хеш сертификата другой системы", "The hash of another system's certificate"),
    Words("Этот сертификат зарегистрирован у {owner}.", "This certificate is registered for {owner}."),
    Words(
        "Зарегистрируйте его у своей системы или укажите её: {expected}",
        "Register it for your system, or name its own: {expected}",
    ),
)
HASH_UNKNOWN = _hash(
    "hash_unknown",
    Words("Сертификата с таким хешем у системы нет", "The system has no certificate of this hash"),
    Words(
        "Хеш не соответствует ни одному сертификату, который мы знаем, ни одним из известных способов.",
        "The hash fits no certificate that we know, in none of the ways that are known.",
    ),
    Words("Зарегистрируйте сертификат; у системы есть: {expected}", "Register the certificate; the system has: {expected}"),
)
HASH_NAMES_OTHER = _hash(
    "hash_names_other",
    Words("Подписано другим сертификатом, чем назван", "Signed with another certificate than the one named"),
    Words(
        "Подпись верна для {actual}, а хеш называет {named}.",
        "The signature is right for {actual}, and the hash names {named}.",
    ),
    Words("Укажите хеш сертификата, которым подписываете: {expected}", "Name the certificate that you sign with: {expected}"),
)
