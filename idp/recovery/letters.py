"""What a recovery says by SMS and by mail: the code, the link, and to the owner that it was done."""

from sqlalchemy import Connection

from ground.web.language import current_language
from ground.web.language import gettext as _
from idp.citizens.models import Person
from idp.realm import Realm
from idp.recovery.store import LINK_SECONDS

NEWS_SECONDS = 24 * 60 * 60
NOWHERE = "nobody@example.invalid"
LINK_PATH = "/recovery/link"


def code_text(code: str) -> str:
    """The SMS with a code."""
    return _("Пропуск: код для восстановления доступа %(code)s. Действует 5 минут. Никому его не называйте.", code=code)


def post_link(realm: Realm, connection: Connection, address: str | None, token: str) -> None:
    """Post the letter with the link. Its host is the issuer's, whatever a Host header said. Without an address it is posted and
    taken back: time does not tell that nobody gets it."""
    with connection.begin_nested() as posting:
        realm.outbox.post(
            connection,
            channel="email",
            address=address or NOWHERE,
            text=_link_text(realm, token),
            subject=_("Новый пароль для Пропуска"),
            language=current_language(),
            useful_for_seconds=LINK_SECONDS,
        )
        if address is None:
            posting.rollback()


def tell(realm: Realm, connection: Connection, person: Person, text: str, *, subject: str, channels: tuple[str, ...]) -> None:
    """Tell the owner what was done with their account, at every confirmed address of these channels."""
    addresses = {
        "sms": person.data.phone if person.phone_is_verified else None,
        "email": person.data.email if person.email_is_verified else None,
    }
    for channel in channels:
        if address := addresses[channel]:
            realm.outbox.post(
                connection,
                channel=channel,
                address=address,
                text=text,
                subject=subject if channel == "email" else None,
                language=current_language(),
                useful_for_seconds=NEWS_SECONDS,
            )


def _link_text(realm: Realm, token: str) -> str:
    return _(
        "Для вашей записи в Пропуске попросили новый пароль. Чтобы задать его, откройте ссылку в том же браузере, в котором "
        "просили: %(link)s Она действует 10 минут и один раз. Если просили не вы, ничего не делайте: пароль останется прежним.",
        link=realm.url(f"{LINK_PATH}/{token}"),
    )
