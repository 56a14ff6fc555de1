"""Signatures at the account: nothing is enrolled, and what was used is listed."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from ground.web.language import format_day, lazy_gettext
from ground.web.language import gettext as _
from idp.authentication.method import Enrolled, Enrolment, Owner, Refusal
from idp.authority import used
from idp.citizens.models import Person
from idp.realm import Realm


class SignatureEnrolment(Enrolment):
    """A certificate with the СНИЛС of the account signs in from the first day on: there is nothing to add or to take away, and no
    page for it."""

    template = ""
    add = lazy_gettext("Электронная подпись")
    can_remove = False

    def enrolled(self, realm: Realm, connection: Connection, person: Person) -> Sequence[Enrolled]:
        return [
            Enrolled(
                row.id,
                _("Сертификат № %(serial)s", serial=row.serial.upper()),
                _("%(issuer)s, до %(day)s", issuer=row.issuer, day=format_day(row.not_after)),
                added_at=row.first_used_at,
                used_at=row.used_at,
            )
            for row in used.of_person(connection, person.id)
        ]

    def can_add(self, realm: Realm, connection: Connection, person: Person) -> bool:
        return False

    def finish(self, realm: Realm, owner: Owner, form: Mapping[str, str]) -> None:
        """Refuses with `nothing_to_add`."""
        raise Refusal("nothing_to_add", _("Добавлять ничего не нужно: войдёт любой сертификат с вашим СНИЛС."))
