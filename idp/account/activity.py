"""«Активность»: what happened to the account, in plain words, to whoever it belongs to and to nobody else.

The journal says it in identifiers; here each event of its closed list has a sentence, or is listed as nothing of a citizen's.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from ground.web.language import LazyText, format_moment, gettext, lazy_gettext
from idp.account.pages import PATH, make_blueprint, page
from idp.audit import Event
from idp.audit.reading import Entry, extract_of_citizen
from idp.authentication.entry import enter
from idp.authentication.methods import METHODS
from idp.clients import registry
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.pages.forms import number_asked

ADDRESS = f"{PATH}/activity"
ON_A_PAGE = 30
OTHERWISE = "otherwise"
"""The key of the sentence for every outcome that has none of its own."""
CHANNELS = {"sms": lazy_gettext("SMS"), "email": lazy_gettext("почта")}

SENTENCES: Mapping[Event, Mapping[str, LazyText]] = {
    Event.PASSWORD_CHECKED: {
        "done": lazy_gettext("Введён верный пароль"),
        "locked": lazy_gettext("Пароль не проверялся: вход закрыт"),
        OTHERWISE: lazy_gettext("Введён неверный пароль"),
    },
    Event.PROOF_CHECKED: {
        "done": lazy_gettext("Вход подтверждён. Способ: %(way)s"),
        OTHERWISE: lazy_gettext("Вход не подтвердился. Способ: %(way)s"),
    },
    Event.RISK_FOUND: {OTHERWISE: lazy_gettext("Вход показался необычным")},
    Event.SIGN_IN_CANCELLED: {OTHERWISE: lazy_gettext("Вход отменён")},
    Event.METHOD_ENROLLED: {
        "done": lazy_gettext("Добавлен способ входа: %(way)s"),
        OTHERWISE: lazy_gettext("Способ входа не добавлен: %(way)s"),
    },
    Event.METHOD_CHANGED: {OTHERWISE: lazy_gettext("Способ входа назван иначе: %(way)s")},
    Event.METHOD_REMOVED: {OTHERWISE: lazy_gettext("Убран способ входа: %(way)s")},
    Event.CODE_SENT: {OTHERWISE: lazy_gettext("Отправлен код: %(channel)s")},
    Event.CODE_CHECKED: {"done": lazy_gettext("Введён верный код"), OTHERWISE: lazy_gettext("Код не подошёл")},
    Event.DEVICE_ANSWERED: {
        "done": lazy_gettext("Запрос подтверждён на телефоне"),
        OTHERWISE: lazy_gettext("Запрос не подтверждён на телефоне"),
    },
    Event.ACCOUNT_LOCKED: {OTHERWISE: lazy_gettext("Вход закрыт: слишком много неверных паролей")},
    Event.ACCOUNT_UNLOCKED: {OTHERWISE: lazy_gettext("Доступ восстановлен")},
    Event.INCIDENT_OPENED: {OTHERWISE: lazy_gettext("Служба безопасности остановила вход")},
    Event.INCIDENT_CLOSED: {OTHERWISE: lazy_gettext("Служба безопасности снова разрешила вход")},
    Event.ACCESS_REFUSED: {OTHERWISE: lazy_gettext("Страница не открыта: нет прав")},
    Event.ROLE_GIVEN: {
        "done": lazy_gettext("Добавлена роль"),
        OTHERWISE: lazy_gettext("Роль не дали"),
    },
    Event.ROLE_TAKEN: {
        "done": lazy_gettext("Убрана роль"),
        OTHERWISE: lazy_gettext("Роль не забрали"),
    },
    Event.MEMBERSHIP_ENDED: {OTHERWISE: lazy_gettext("Вы больше не действуете от имени организации")},
    Event.SESSION_OPENED: {
        "raised": lazy_gettext("Вход подтверждён ещё одним способом"),
        OTHERWISE: lazy_gettext("Вход выполнен"),
    },
    Event.SESSION_ENDED: {OTHERWISE: lazy_gettext("Сеанс завершён")},
    Event.CONSENT_GIVEN: {OTHERWISE: lazy_gettext("Доступ к данным разрешён. Сервис: %(client)s")},
    Event.CONSENT_REFUSED: {OTHERWISE: lazy_gettext("В доступе к данным отказано. Сервис: %(client)s")},
    Event.CONSENT_WITHDRAWN: {OTHERWISE: lazy_gettext("Согласие отозвано. Сервис: %(client)s")},
    Event.PLACE_FORGOTTEN: {OTHERWISE: lazy_gettext("Устройство забыто")},
    Event.CONSENT_SIGNED: {
        "done": lazy_gettext("Согласие подписано. Сервис: %(client)s"),
        OTHERWISE: lazy_gettext("Согласие не подписано: подпись не подошла. Сервис: %(client)s"),
    },
    Event.AUTHORIZATION_ISSUED: {OTHERWISE: lazy_gettext("Вход в сервис: %(client)s")},
    Event.TOKENS_REVOKED: {OTHERWISE: lazy_gettext("Доступ сервисов к данным прекращён")},
    Event.CITIZEN_CREATED: {OTHERWISE: lazy_gettext("Учётная запись создана")},
    Event.CITIZEN_CHANGED: {OTHERWISE: lazy_gettext("Данные изменены")},
    Event.PERSON_VIEWED: {OTHERWISE: lazy_gettext("Сотрудник смотрел вашу запись")},
    Event.IDENTITY_PROVED: {
        "done": lazy_gettext("Личность подтверждена"),
        OTHERWISE: lazy_gettext("Оператор не подтвердил личность"),
    },
    Event.ACCOUNT_CONFIRMED: {OTHERWISE: lazy_gettext("Учётная запись подтверждена")},
    Event.DOCUMENT_CHECKED: {"done": lazy_gettext("Паспорт проверен"), OTHERWISE: lazy_gettext("Паспорт не прошёл проверку")},
    Event.CHILD_ADDED: {
        "done": lazy_gettext("Добавлен ребёнок"),
        OTHERWISE: lazy_gettext("Ребёнок не добавлен"),
    },
    Event.CHILD_REMOVED: {OTHERWISE: lazy_gettext("Ребёнок убран из списка")},
    Event.PASSWORD_CHANGED: {OTHERWISE: lazy_gettext("Пароль изменён")},
    Event.RECOVERY_ASKED: {
        "done": lazy_gettext("Кто-то просил восстановить доступ"),
        OTHERWISE: lazy_gettext("Кто-то просил восстановить доступ, сообщение не отправлено"),
    },
    Event.RECOVERY_PROVED: {
        "done": lazy_gettext("Для восстановления доступа открыта ссылка или отправлена запись"),
        OTHERWISE: lazy_gettext("Для восстановления доступа отправлено не видео и не снимок"),
    },
    Event.RECOVERY_ENDED: {
        "rejected": lazy_gettext("Оператор не подтвердил запись для восстановления доступа"),
        "shut": lazy_gettext("Доступ не восстановлен: вход остановлен службой безопасности"),
        OTHERWISE: lazy_gettext("Восстановление доступа завершено"),
    },
    Event.PASSWORD_RESET: {OTHERWISE: lazy_gettext("Пароль задан заново по ссылке из письма")},
    Event.RECORDING_VIEWED: {OTHERWISE: lazy_gettext("Оператор смотрел видео или снимок для восстановления доступа")},
    Event.CERTIFICATE_ISSUED: {OTHERWISE: lazy_gettext("Выпущен сертификат подписи")},
    Event.CERTIFICATE_REVOKED: {OTHERWISE: lazy_gettext("Сертификат подписи отозван")},
}
NOT_THEIRS = frozenset(
    {
        Event.LOGOUT_REFUSED,
        Event.AUTHORIZATION_PUSHED,
        Event.AUTHORIZATION_REFUSED,
        Event.AUTHORIZATION_REDEEMED,
        Event.AUTHORIZATION_REPLAYED,
        Event.TOKEN_MINTED,
        Event.TOKEN_REFUSED,
        Event.TOKENS_REFRESHED,
        Event.SYSTEM_TOKEN_ISSUED,
        Event.REFRESH_REUSED,
        Event.CLIENT_REGISTERED,
        Event.CLIENT_DISABLED,
        Event.CLIENT_REFUSED,
        Event.CITIZEN_REMOVED,
        Event.RECORDING_REMOVED,
        Event.KEY_MADE,
        Event.CONTROL_OPENED,
        Event.CLOCK_MOVED,
        Event.DELIVERY_SCRIPTED,
        Event.REALM_RESET,
        Event.EPOCH_RAISED,
        Event.BURIED_AGAIN,
        Event.RECORDING_REMOVED,
        Event.JOURNAL_READ,
        Event.JOURNAL_PURGED,
        Event.JOURNAL_ANCHORED,
    }
)
"""What is between systems, or of the stand, or has nobody any more whom it could be told."""

blueprint = make_blueprint("activity")


@blueprint.get("/activity")
@open_to(Access.CITIZEN)
def activity() -> str:
    """What happened to the account, the newest first."""
    realm = current_realm()
    owner, before = enter(realm, ADDRESS), number_asked("before")
    with realm.database.read() as connection:
        found = extract_of_citizen(connection, owner.person.id, SENTENCES, before=before, limit=ON_A_PAGE)
        lines = [_line(connection, entry, owner.person.id) for entry in found.entries]
    older = f"{ADDRESS}?before={found.before}" if found.before is not None else None
    return page("account/activity.html", owner, "activity", lines=lines, older=older, is_first=before is None)


def sentence_of(event: Event, outcome: str) -> LazyText:
    """The sentence of an event of a citizen's."""
    sentences = SENTENCES[event]
    return sentences.get(outcome, sentences[OTHERWISE])


def _line(connection: Connection, entry: Entry, citizen_id: str) -> tuple[str, str, str]:
    """An event as its owner reads it: the sentence, from where, when."""
    # Where staff or a client sits is nothing of theirs; where somebody tried their password is.
    address = entry.address if entry.actor == f"citizen:{citizen_id}" else ""
    text = sentence_of(Event(entry.action), entry.outcome).message
    sentence = gettext(text, way=_way(entry), channel=_channel(entry), client=_client(connection, entry))
    return sentence, address or "—", format_moment(entry.at)


def _way(entry: Entry) -> str:
    name = str(entry.detail.get("method", ""))
    return next((str(method.title) for method in METHODS if method.name == name), name)


def _channel(entry: Entry) -> str:
    return str(CHANNELS.get(str(entry.detail.get("channel")), "—"))


def _client(connection: Connection, entry: Entry) -> str:
    kind, _, client_id = entry.object.partition(":")
    client = registry.find(connection, client_id) if kind == "client" else None
    return client.name if client is not None else client_id
