"""Telephones at the account: added by a code that their application reads, called otherwise, taken away."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from ground.web.language import gettext as _
from ground.web.language import lazy_gettext
from ground.web.qr import qr_picture
from idp.authentication.challenge import holder_of
from idp.authentication.devices import requests, store
from idp.authentication.devices.requests import Told
from idp.authentication.devices.whence import whence
from idp.authentication.method import Enrolled, Enrolment, Owner, Refusal, write_down
from idp.citizens.models import Person
from idp.protocol.redirect_uri import host_of
from idp.realm import Realm


class PushEnrolment(Enrolment):
    """The telephone makes its key itself, and the page waits for it to bring the public half."""

    template = "account/push.html"
    add = lazy_gettext("Добавить телефон")
    can_rename = True

    def enrolled(self, realm: Realm, connection: Connection, person: Person) -> Sequence[Enrolled]:
        devices = store.of_citizen(realm, connection, person.id)
        return [Enrolled(device.id, device.name, added_at=device.added_at, used_at=device.used_at) for device in devices]

    def begin(self, realm: Realm, owner: Owner) -> None:
        """Draw the code that the telephone is to bring, unless one waits."""
        with realm.database.write() as connection:
            newest = requests.newest(realm, connection, holder_of(owner.session), "enrolment")
            if newest is None or newest.state in ("expired", "replaced", "used"):
                requests.ask(
                    realm,
                    connection,
                    purpose="enrolment",
                    holder=holder_of(owner.session),
                    told=Told(_("Профиль в Пропуске"), host_of(realm.issuer), whence()),
                    lifetime_seconds=realm.settings.lifetimes.interaction,
                    citizen_id=owner.person.id,
                )

    def describe(self, realm: Realm, connection: Connection, owner: Owner) -> dict[str, Any]:
        newest = requests.newest(realm, connection, holder_of(owner.session), "enrolment")
        assert newest is not None, "begun before it is shown"
        link = realm.url(f"/device/enrol/{newest.id}")
        return {"device_link": link, "picture": qr_picture(link), "is_there": newest.state == "approved"}

    def finish(self, realm: Realm, owner: Owner, form: Mapping[str, str]) -> None:
        """The telephone has brought its key already, or the Refusal is `pending` or `expired`."""
        with realm.database.write() as connection:
            newest = requests.newest(realm, connection, holder_of(owner.session), "enrolment")
            if newest is not None and requests.use(realm, connection, newest):
                write_down(realm, connection, owner, "push")
                return
        if newest is None or newest.state != "waiting":
            self.begin(realm, owner)
            raise Refusal("expired", _("Код на экране сменился. Прочитайте телефоном новый."))
        raise Refusal("pending", _("Телефон ещё не прочитал код. Откройте в нём «Пропуск» и наведите камеру на экран."))

    def rename(self, realm: Realm, connection: Connection, owner: Owner, enrolled_id: str, name: str) -> bool:
        return store.rename(realm, connection, owner.person.id, enrolled_id, name)

    def remove(self, realm: Realm, connection: Connection, owner: Owner, enrolled_id: str) -> bool:
        return store.remove(connection, owner.person.id, enrolled_id)
