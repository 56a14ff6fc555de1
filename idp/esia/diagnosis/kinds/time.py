"""Mistakes in `timestamp`: its form, its encoding on the wire, and clocks that differ."""

from idp.esia.diagnosis.kind import Kind, Words
from idp.protocol.esia.fact import Fact, approximate, assumed, exact

FORM = ("007014",)
LATE = ("007015",)
PLACE: Fact = exact("OAM, ILIM, AIS, GO, MIAC")
RIGHT = Words("Пишите yyyy.MM.dd HH:mm:ss Z, например {expected}.", "Write yyyy.MM.dd HH:mm:ss Z, such as {expected}.")


def _form(code: str, title: Words, cause: Words, fix: Words = RIGHT) -> Kind:
    return Kind(code, "timestamp", FORM, title, cause, fix, PLACE)


TIME_PLUS_LOST = _form(
    "time_plus_lost",
    Words("Плюс в timestamp не закодирован", "The plus of the timestamp is not encoded"),
    Words(
        "Перед часовым поясом пришёл пробел: «+» в адресе и форме означает пробел.",
        "A space came before the zone: an unencoded “+” in an address or a form means a space.",
    ),
    Words(
        "Кодируйте значение целиком: %2B вместо +, %3A вместо двоеточия.",
        "Encode the whole value: %2B for the plus, %3A for the colons.",
    ),
)
TIME_ISO = _form(
    "time_iso",
    Words("timestamp в форме ISO 8601", "The timestamp is in ISO 8601"),
    Words("Дата записана через дефисы или с буквой T.", "The date is written with hyphens or with a T."),
)
TIME_NO_ZONE = _form(
    "time_no_zone",
    Words("В timestamp нет часового пояса", "The timestamp has no zone"),
    Words("После секунд нет смещения ±hhmm.", "No offset ±hhmm follows the seconds."),
)
TIME_ZONE_COLON = _form(
    "time_zone_colon",
    Words("В часовом поясе двоеточие", "The zone has a colon"),
    Words("Смещение записано как ±hh:mm, а нужно ±hhmm.", "The offset is written ±hh:mm, and ±hhmm is wanted."),
)
TIME_ZONE_NAMED = _form(
    "time_zone_named",
    Words("Часовой пояс назван буквами", "The zone is a name"),
    Words("Вместо смещения стоит «{zone}».", "There is “{zone}” instead of an offset."),
)
TIME_UNIX = _form(
    "time_unix",
    Words("timestamp — число секунд", "The timestamp is a number of seconds"),
    Words("Передано время Unix.", "It is Unix time."),
)
TIME_FRACTION = _form(
    "time_fraction",
    Words("В timestamp доли секунды", "The timestamp has fractions of a second"),
    Words("После секунд идут доли.", "A fraction follows the seconds."),
)
TIME_ENCODED_TWICE = _form(
    "time_encoded_twice",
    Words("timestamp закодирован дважды", "The timestamp is percent-encoded twice"),
    Words("После раскодирования остались знаки процента.", "Percent signs remain after decoding."),
    Words("Кодируйте значение один раз.", "Encode the value once."),
)
TIME_DAY_FIRST = _form(
    "time_day_first",
    Words("В timestamp сначала день", "The timestamp begins with the day"),
    Words("Дата записана как dd.MM.yyyy.", "The date is written dd.MM.yyyy."),
)
TIME_MALFORMED = _form(
    "time_malformed",
    Words("timestamp записан не по форме", "The timestamp has another form"),
    Words("Значение не похоже на yyyy.MM.dd HH:mm:ss ±hhmm.", "The value does not look like yyyy.MM.dd HH:mm:ss ±hhmm."),
)
TIME_IMPOSSIBLE = _form(
    "time_impossible",
    Words("Такого момента нет", "There is no such moment"),
    Words("Форма верна, а дата или время невозможны.", "The form is right, and the date or time impossible."),
)
TIME_ZONE_WRONG = Kind(
    "time_zone_wrong",
    "timestamp",
    LATE,
    Words("Местное время с чужим смещением", "Local time with another zone's offset"),
    Words(
        "Время отличается от нашего на {skew} с, это {hours} ч почти ровно: смещение не соответствует часам.",
        "The time is {skew} s from ours, which is {hours} h almost exactly: the offset does not fit the clock.",
    ),
    Words(
        "Форматируйте UTC с +0000 или местное время с его же смещением: {expected}.",
        "Format UTC with +0000, or local time with its own offset: {expected}.",
    ),
    approximate("GO errors.go; OAM, ILIM, AIS, GO, MIAC"),
)
TIME_SKEW = Kind(
    "time_skew",
    "timestamp",
    LATE,
    Words("Часы расходятся", "The clocks differ"),
    Words(
        "timestamp отличается от нашего времени на {skew} с, допускается {allowed} с.",
        "The timestamp is {skew} s from our time, and {allowed} s are allowed.",
    ),
    Words(
        "Синхронизируйте часы (NTP или заголовок Date нашего ответа). На нашей стороне было {expected}.",
        "Synchronize the clock (NTP, or the Date header of our answers). It was {expected} here.",
    ),
    assumed("OAM, ILIM, AIS, GO, MIAC", switch="esia.skew_seconds"),
)
TIME_OLD = Kind(
    "time_old",
    "timestamp",
    LATE,
    Words("Подпись сделана заранее", "The signature was prepared long before"),
    Words(
        "timestamp старше нашего времени на {skew} с: запрос подписан давно и отправлен теперь.",
        "The timestamp is {skew} s from our time: the request was signed long ago and sent now.",
    ),
    Words(
        "Подписывайте каждый запрос перед отправкой, с новыми timestamp и state.",
        "Sign every request just before it is sent, with a new timestamp and state.",
    ),
    assumed("ILIM, AIS; OAM, ILIM, AIS, GO, MIAC", switch="esia.skew_seconds"),
)
