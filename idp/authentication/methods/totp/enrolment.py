"""The code of an application at the account: connected by a QR code, shown to work by one code, replaced, taken away."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from ground.web.language import gettext as _
from ground.web.language import lazy_gettext
from ground.web.qr import qr_picture
from idp.authentication import challenge
from idp.authentication.challenge import ChallengeGone
from idp.authentication.method import Enrolled, Enrolment, Owner, Refusal, write_down
from idp.authentication.methods.totp.codes import address_of, draw_secret, is_well_formed, step_of
from idp.authentication.methods.totp.store import FIND, remove_secret, set_secret
from idp.authentication.methods.totp.words import wrong_text
from idp.citizens.models import Person
from idp.realm import Realm

PURPOSE = "totp enrolment"


class TotpEnrolment(Enrolment):
    """Everybody has one secret at most; until a code of the new one was right, the old one stays."""

    template = "account/totp.html"
    add = lazy_gettext("Подключить код из приложения")

    def enrolled(self, realm: Realm, connection: Connection, person: Person) -> Sequence[Enrolled]:
        row = connection.execute(FIND, {"of_citizen": person.id}).first()
        name = _("Код из приложения")
        return [Enrolled(person.id, name, added_at=row.added_at, used_at=row.used_at)] if row else []

    def begin(self, realm: Realm, owner: Owner) -> None:
        """Draw a secret that is offered until it is confirmed."""
        with realm.database.read() as connection:
            if challenge.waiting(realm, connection, owner.session, PURPOSE):
                return
        with realm.database.write() as connection:
            if challenge.waiting(realm, connection, owner.session, PURPOSE) is None:
                minutes, data = realm.settings.lifetimes.interaction, {"secret": draw_secret(realm.chance)}
                challenge.ask(realm, connection, owner.session, PURPOSE, data, lifetime_seconds=minutes)

    def describe(self, realm: Realm, connection: Connection, owner: Owner) -> dict[str, Any]:
        asked = challenge.waiting(realm, connection, owner.session, PURPOSE)
        assert asked is not None, "begun before it is shown"
        otpauth = address_of(asked.data["secret"], account=account_of(owner.person))
        return {"secret": asked.data["secret"], "otpauth": otpauth, "picture": qr_picture(otpauth)}

    def finish(self, realm: Realm, owner: Owner, form: Mapping[str, str]) -> None:
        """Refuses with `malformed`, `wrong` or `expired`. A wrong code leaves the secret: it is already in the application."""
        code = form.get("code", "").strip()
        if not is_well_formed(code):
            raise Refusal("malformed", wrong_text("malformed"), field="code")
        with realm.database.write() as connection:
            asked = challenge.waiting(realm, connection, owner.session, PURPOSE)
            step = step_of(asked.data["secret"], code, now=realm.clock.now()) if asked else None
            if asked is not None and step is not None:
                try:
                    challenge.use(realm, connection, owner.session, PURPOSE)
                except ChallengeGone:
                    asked = None
                else:
                    set_secret(realm, connection, owner.person.id, asked.data["secret"], last_step=step)
                    write_down(realm, connection, owner, "totp")
                    return
        if asked is None:
            self.begin(realm, owner)
            raise Refusal("expired", _("Код на экране сменился. Прочитайте приложением новый."), field="code")
        text = _("Код не подошёл. Проверьте, что на телефоне верное время, и введите следующий.")
        raise Refusal("wrong", text, field="code")

    def remove(self, realm: Realm, connection: Connection, owner: Owner, enrolled_id: str) -> bool:
        return enrolled_id == owner.person.id and remove_secret(connection, owner.person.id)


def account_of(person: Person) -> str:
    """What an application calls the account: what its owner signs in with."""
    return person.data.email or person.data.phone or person.data.short_name
