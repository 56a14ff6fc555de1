"""What a person reads when their signature is refused. The exact words are requirements."""

from collections.abc import Mapping

from ground.web.language import LazyText, format_day, format_day_of_year, lazy_gettext, local_moment
from ground.web.language import gettext as _
from idp.authentication.methods.e_signature.judging import Certificate

REASONS: Mapping[str, LazyText] = {
    "no_signature": lazy_gettext("Подписи нет. Выберите файл подписи или вставьте её текст."),
    "challenge_expired": lazy_gettext("Текст можно было подписать за пять минут. Ниже стоит новый: подпишите его."),
    "replayed": lazy_gettext("Каждый текст подписывают один раз, и этот больше не годится. Ниже стоит новый: подпишите его."),
    "malformed": lazy_gettext("Это не отсоединённая подпись CMS. Нужен файл .p7s или .sig: DER, PEM или base64."),
    "too_large": lazy_gettext("Файл слишком велик для подписи. Нужна отсоединённая подпись, без самого текста."),
    "attached": lazy_gettext("Текст лежит внутри подписи, а нужна отсоединённая. Подпишите ещё раз с этой настройкой."),
    "no_signer": lazy_gettext("В подписи нет сертификата. Подпишите ещё раз и вложите его."),
    "several_signers": lazy_gettext("Подписей несколько, а человек один. Подпишите текст одним сертификатом."),
    "wrong_content": lazy_gettext("Подписан другой текст. Скачайте его с этой страницы заново и ничего в нём не меняйте."),
    "bad_signature": lazy_gettext("Подпись не сходится с сертификатом. Подпишите текст ещё раз."),
    "unavailable": lazy_gettext("Проверить подпись сейчас не получилось, и дело не в ней. Войдите другим способом."),
    "no_gost": lazy_gettext("Подпись по ГОСТ на этой машине проверить нечем: нет модуля ГОСТ для OpenSSL."),
}
"""What needs no date, and no other certificate."""
INSTEAD: Mapping[str, LazyText] = {
    "untrusted": lazy_gettext("Этому удостоверяющему центру здесь не верят."),
    "revocation_unknown": lazy_gettext("Не удалось узнать, не отозван ли сертификат."),
    "wrong_usage": lazy_gettext("Этот сертификат выдан не для входа."),
    "weak_algorithm": lazy_gettext("Подпись сделана способом, который больше не защищает."),
    "unsupported": lazy_gettext("Такие подписи здесь проверить нельзя."),
    "no_snils": lazy_gettext("В сертификате нет СНИЛС, а по нему мы узнаём человека."),
    "no_account": lazy_gettext("Учётной записи с СНИЛС из этого сертификата здесь нет."),
    "other_person": lazy_gettext("Это сертификат другого человека."),
}


def refusal_text(reason: str, certificate: Certificate | None, *, now: int, instead: str) -> str:
    """Why a signature is refused, in the language of the page. `instead` says what else the person can do."""
    if reason in REASONS:
        return str(REASONS[reason])
    if reason in INSTEAD:
        return f"{INSTEAD[reason]} {instead}"
    assert certificate is not None, "only a certificate that was read has dates"
    match reason:
        case "expired":
            return _("Сертификат закончился %(day)s.", day=_day(certificate.not_after, now)) + f" {instead}"
        case "not_yet_valid":
            return _("Сертификат начнёт действовать %(day)s.", day=_day(certificate.not_before, now)) + f" {instead}"
        case "revoked" if certificate.revoked_at is not None:
            return _("Сертификат отозван %(day)s.", day=_day(certificate.revoked_at, now)) + f" {instead}"
        case "revoked":
            return _("Сертификат отозван.") + f" {instead}"
    raise AssertionError(f"no text for {reason}")


def certificate_rows(certificate: Certificate) -> list[tuple[str, str]]:
    """What tells one certificate of a person from another."""
    return [
        (_("Владелец"), certificate.name),
        (_("Номер"), certificate.serial.upper()),
        (_("Кем выдан"), certificate.issuer),
        (_("Действует"), f"{format_day(certificate.not_before)} — {format_day(certificate.not_after)}"),
    ]


def _day(moment: int, now: int) -> str:
    """The day, with its year where that is another one."""
    is_this_year = local_moment(moment).year == local_moment(now).year
    return format_day_of_year(moment) if is_this_year else format_day(moment)
