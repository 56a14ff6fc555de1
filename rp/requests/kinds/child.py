"""Requests of a parent to look after a child's records: by the child's СНИЛС, birth date and birth certificate.

Whether the register knows such a child is not said to whoever asks; whoever decides compares the certificate.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ground.web.language import gettext as _
from rp.forms.form import Field, Form
from rp.forms.formats import FieldRefused, read_birth_date, read_snils
from rp.forms.identity_documents import BIRTH_CERTIFICATE, read_document_number
from rp.patients.directory import find_by_snils, find_patient
from rp.relations.ends import Kind, is_of_age
from rp.relations.representations import GrantRefused, grant, today
from rp.requests.kind import Asking, CannotGrant, Granting, RequestKind


class Child(RequestKind):
    """The kind `child`."""

    name = "child"
    icon = "user"

    def title(self) -> str:
        return _("Заявление о ребёнке")

    def lead(self) -> str:
        return _(
            "Регистратор сверит свидетельство о рождении, и вы сможете смотреть записи ребёнка, пока ему не исполнится 18 лет."
        )

    def form(self, asking: Asking) -> Form:
        day = today(asking.realm)

        def read_child_birth_date(text: str) -> date:
            birth_date = read_birth_date(text, today=day)
            if is_of_age(birth_date, day):
                raise FieldRefused(_("Этому человеку уже есть 18 лет: он может доверить вам свои записи сам."))
            return birth_date

        return Form(
            (
                Field(
                    "snils",
                    lambda: _("СНИЛС ребёнка"),
                    read_snils,
                    widget="digits",
                    hint=lambda: _("Например, 000-000-018 00."),
                    max_characters=20,
                    autocomplete="off",
                ),
                Field(
                    "birth_date",
                    lambda: _("Дата рождения ребёнка"),
                    read_child_birth_date,
                    widget="date",
                    hint=lambda: _("Например, 2015-02-14."),
                    autocomplete="off",
                ),
                Field(
                    "certificate",
                    lambda: _("Свидетельство о рождении"),
                    lambda text: read_document_number(BIRTH_CERTIFICATE, text),
                    hint=lambda: str(BIRTH_CERTIFICATE.hint),
                    max_characters=30,
                    autocomplete="off",
                ),
            )
        )

    def complaints(self, asking: Asking, values: Mapping[str, Any]) -> Mapping[str, str]:
        parent = find_patient(asking.connection, asking.realm, asking.patient_id)
        if parent is not None and parent.person.snils == values["snils"]:
            return {"snils": _("Это ваш собственный СНИЛС.")}
        return {}

    def grant(self, granting: Granting) -> None:
        """Let the parent speak for the child. Raises CannotGrant when the register has no such child."""
        connection, realm, request = granting.connection, granting.realm, granting.request
        read = self.form(Asking(connection, realm, request.patient_id)).read(request.values)
        if not read.is_valid:
            raise CannotGrant(next(iter(read.errors.values())))
        values = read.values
        child = find_by_snils(connection, realm, values["snils"])
        parent = find_patient(connection, realm, request.patient_id)
        if parent is None or child is None or child.person.birth_date != values["birth_date"]:
            raise CannotGrant(_("В регистре нет ребёнка с таким СНИЛС и датой рождения."))
        try:
            grant(
                connection,
                realm,
                kind=Kind.CHILD,
                represented_id=child.id,
                snils=parent.person.snils,
                label=parent.person.full_name,
                actor=granting.decider.actor,
            )
        except GrantRefused as refused:
            if refused.reason == "grown":
                raise CannotGrant(_("Этому человеку уже исполнилось 18 лет.")) from None
            raise CannotGrant(_("За этого ребёнка уже действуют десять человек, или это сам заявитель.")) from None


CHILD = Child()
