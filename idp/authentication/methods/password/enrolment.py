"""The password at the account: when it was changed, and changing it."""

from collections.abc import Mapping, Sequence
from typing import NoReturn

from sqlalchemy import Connection

from ground.web.language import gettext as _
from ground.web.language import lazy_gettext
from idp.audit import Event, record
from idp.authentication import lockout
from idp.authentication.method import Enrolled, Enrolment, Owner, Refusal
from idp.authentication.methods.password.rules import check_new_password
from idp.authentication.methods.password.store import FIND, change_password, checker
from idp.citizens import directory
from idp.citizens.models import Person
from idp.logout.session_end import end_others
from idp.realm import Realm
from idp.sessions import store


class PasswordEnrolment(Enrolment):
    """Everybody has one password at most, and the old one is asked for before there is a new one."""

    template = "account/password.html"
    add = lazy_gettext("Сменить пароль")
    can_remove = False

    def enrolled(self, realm: Realm, connection: Connection, person: Person) -> Sequence[Enrolled]:
        row = connection.execute(FIND, {"citizen_id": person.id}).first()
        return [Enrolled(person.id, _("Пароль"), added_at=row.changed_at)] if row else []

    def finish(self, realm: Realm, owner: Owner, form: Mapping[str, str]) -> None:
        """The other sessions end with the old password, unless the person unticks it.

        Refuses with `wrong_password`, `too_short`, `too_long`, `too_common` or `differs`.
        """
        given, wanted = form.get("old-password", ""), form.get("new-password", "")
        with realm.database.read() as connection:
            row = connection.execute(FIND, {"citizen_id": owner.person.id}).first()
        if row is not None:
            lockout.admit(realm, owner.person, "")
            if not checker(realm).is_right(row.hash, given):
                self._refuse(realm, owner)
            with realm.database.write() as connection:
                lockout.forgive(realm, connection, owner.person.id)
        try:
            check_new_password(wanted)
        except Refusal as refusal:
            raise Refusal(refusal.reason, refusal.text, field="new-password") from None
        if form.get("new-password-again", "") != wanted:
            raise Refusal("differs", _("Пароли не совпадают."), field="new-password-again")
        with realm.database.write() as connection:
            directory.hold(connection, owner.person.id)
            store.hold(connection, owner.person.id)
            now_stored = connection.execute(FIND.with_for_update(), {"citizen_id": owner.person.id}).first()
            is_still = (now_stored.hash if now_stored else None) == (row.hash if row else None)
            if is_still:
                change_password(realm, connection, owner.person.id, wanted, actor=f"citizen:{owner.person.id}")
                if "end-others" in form:
                    end_others(realm, connection, owner.session, because="password_changed")
        if not is_still:
            self._refuse(realm, owner)

    def _refuse(self, realm: Realm, owner: Owner) -> NoReturn:
        """A wrong password is a failure here as at a sign-in: whoever sits at an open session must not guess in peace."""
        with realm.database.write() as connection:
            actor, thing = f"citizen:{owner.person.id}", f"session:{owner.session.sid}"
            lockout.held(realm, connection, owner.person.id)  # before the journal, as everywhere
            record(realm, connection, Event.PASSWORD_CHECKED, actor=actor, object=thing, outcome="refused")
            locked = lockout.count_wrong(realm, connection, owner.person, "")
        if locked is not None:
            raise locked
        raise Refusal("wrong_password", _("Старый пароль не подошёл."), field="old-password")
