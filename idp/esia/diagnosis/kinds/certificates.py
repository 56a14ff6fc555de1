"""Mistakes with the certificate that signed: not registered, removed, run out, another system's, of a weak algorithm."""

from idp.esia.diagnosis.kind import SIGNATURE, Kind, Words
from idp.protocol.esia.fact import Fact, approximate, exact

PLACE: Fact = exact("EKA#7; GO errors.go; FR#10, ENET#8")
REGISTER = Words(
    "Зарегистрируйте этот сертификат у системы {client} или подписывайте одним из её: {expected}",
    "Register this certificate for {client}, or sign with one of its own: {expected}",
)
RENEW = Words(
    "Выпустите новый сертификат (ГОСТ Р 34.10-2012, 256 бит, или RSA от 2048) и зарегистрируйте его.",
    "Make a new certificate (GOST R 34.10-2012, 256 bits, or RSA of 2048 and more) and register it.",
)


def _certificate(code: str, title: Words, cause: Words, fix: Words = REGISTER, fact: Fact = PLACE) -> Kind:
    return Kind(code, "client_secret", SIGNATURE, title, cause, fix, fact)


NO_CERTIFICATES = _certificate(
    "no_certificates",
    Words("У системы нет сертификатов", "The system has no certificate"),
    Words(
        "У {client} не зарегистрировано ни одного действующего сертификата.", "No active certificate is registered for {client}."
    ),
    Words("Загрузите сертификат, которым подписываете.", "Register the certificate that you sign with."),
    exact("GO errors.go"),
)
CERTIFICATE_UNREGISTERED = _certificate(
    "certificate_unregistered",
    Words("Сертификат не зарегистрирован", "The certificate is not registered"),
    Words(
        "Подписано сертификатом {received}, его нет в списке системы.", "It is signed with {received}, which is not in the list."
    ),
)
CERTIFICATE_REMOVED = _certificate(
    "certificate_removed",
    Words("Сертификат удалён", "The certificate was removed"),
    Words(
        "Подписано сертификатом {received}, который у системы был и удалён.",
        "It is signed with {received}, which the system had and removed.",
    ),
)
CERTIFICATE_FOREIGN = _certificate(
    "certificate_foreign",
    Words("Сертификат другой системы", "Another system's certificate"),
    Words(
        "Подписано сертификатом {received}, он зарегистрирован у {owner}.",
        "It is signed with {received}, registered for {owner}.",
    ),
)
CERTIFICATE_KEY_DIFFERS = _certificate(
    "certificate_key_differs",
    Words("То же имя, другой сертификат", "The same name, another certificate"),
    Words(
        "Имя владельца совпадает с зарегистрированным, а сам сертификат другой: {received}. Так бывает после перевыпуска.",
        "The subject is that of a registered one, and the certificate is another: {received}. So it is after a renewal.",
    ),
)
CERTIFICATE_EXPIRED = _certificate(
    "certificate_expired",
    Words("Срок сертификата истёк", "The certificate has expired"),
    Words("Сертификат {received} действовал до {until}.", "The certificate {received} was valid until {until}."),
    RENEW,
)
CERTIFICATE_NOT_YET = _certificate(
    "certificate_not_yet",
    Words("Сертификат ещё не действует", "The certificate is not valid yet"),
    Words("Сертификат {received} действует с {since}.", "The certificate {received} is valid from {since}."),
    Words("Проверьте часы или дождитесь начала срока.", "Check the clock, or wait for the beginning."),
)
CERTIFICATE_RSA_SHORT = _certificate(
    "certificate_rsa_short",
    Words("Ключ RSA слишком короткий", "The RSA key is too short"),
    Words("Ключ сертификата — RSA, {bits} бит, а нужно от 2048.", "The key is RSA of {bits} bits, and 2048 are the least."),
    RENEW,
    approximate("SOK README, ILIM, AIS"),
)
CERTIFICATE_GOST_2001 = _certificate(
    "certificate_gost_2001",
    Words("Сертификат ГОСТ Р 34.10-2001", "A GOST R 34.10-2001 certificate"),
    Words(
        "Ключ сертификата — ГОСТ 2001 года, ЕСИА его не принимает.", "The key is of the GOST of 2001, which ESIA does not take."
    ),
    RENEW,
)
CERTIFICATE_GOST_512 = _certificate(
    "certificate_gost_512",
    Words("Сертификат ГОСТ Р 34.10-2012, 512 бит", "A GOST R 34.10-2012 certificate of 512 bits"),
    Words("Ключ сертификата — 512 бит, а подпись ЕСИА — 256.", "The key has 512 bits, and a signature for ESIA is of 256."),
    RENEW,
)
CERTIFICATE_KEY_UNKNOWN = _certificate(
    "certificate_key_unknown",
    Words("Ключ сертификата не годится", "The key of the certificate does not do"),
    Words(
        "Ключ — {received}, а нужен ГОСТ Р 34.10-2012 (256) или RSA.",
        "The key is {received}; GOST R 34.10-2012 (256) or RSA is wanted.",
    ),
    RENEW,
)
CERTIFICATE_BROKEN = _certificate(
    "certificate_broken",
    Words("Сертификат в CMS не читается", "The certificate in the CMS cannot be read"),
    Words("Вложенный сертификат не разбирается.", "The certificate inside cannot be parsed."),
)
