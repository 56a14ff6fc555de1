"""The password at the account: when it was changed, and changing it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from ground.web.language import gettext as _
from ground.web.language import lazy_gettext
from idp.authentication.method import Enrolled, Enrolment, Owner, Refusal
from idp.authentication.methods.password.rules import check_new_password
from idp.authentication.methods.password.store import FIND, change_password, checker
from idp.citizens.models import Person
from idp.realm import Realm


class PasswordEnrolment(Enrolment):
    """Everybody has one password at most, and the old one is asked for before there is a new one."""

    template = "account/password.html"
    add = lazy_gettext("Сменить пароль")
    can_remove = False

    def enrolled(self, realm: Realm, connection: Connection, person: Person) -> Sequence[Enrolled]:
        row = connection.execute(FIND, {"citizen_id": person.id}).first()
        return [Enrolled(person.id, _("Пароль"), added_at=row.changed_at)] if row else []

    def finish(self, realm: Realm, owner: Owner, form: Mapping[str, str]) -> None:
        """Refuses with `wrong_password`, `too_short`, `too_long`, `too_common` or `differs`."""
        given, wanted = form.get("old-password", ""), form.get("new-password", "")
        with realm.database.read() as connection:
            row = connection.execute(FIND, {"citizen_id": owner.person.id}).first()
        if row is not None and not checker(realm).is_right(row.hash, given):
            raise Refusal("wrong_password", _("Старый пароль не подошёл."), field="old-password")
        try:
            check_new_password(wanted)
        except Refusal as refusal:
            raise Refusal(refusal.reason, refusal.text, field="new-password") from None
        if form.get("new-password-again", "") != wanted:
            raise Refusal("differs", _("Пароли не совпадают."), field="new-password-again")
        with realm.database.write() as connection:
            change_password(realm, connection, owner.person.id, wanted, actor=f"citizen:{owner.person.id}")
