"""Requests for a certificate, «Оформить справку» (R015, R086).

СНИЛС ties it to the person, and is asked only where the account has none.
"""

from ground.web.language import gettext as _
from rp.forms.form import Field, Form
from rp.forms.formats import read_snils
from rp.patients.directory import find_patient
from rp.requests.kind import Asking, CannotGrant, Granting, Request, RequestKind


class Certificate(RequestKind):
    """The kind `certificate`."""

    name = "certificate"
    icon = "document"

    def title(self) -> str:
        return _("Оформить справку")

    def lead(self) -> str:
        return _("Справка делается по записям, которые внесли медицинские организации. Проверка занимает до трёх дней.")

    def form(self, asking: Asking) -> Form:
        fields = [Field("about", lambda: _("О чём справка"), widget="choice", options=_subjects)]
        if asking.claims.get("snils") is None:
            fields.append(
                Field(
                    "snils",
                    lambda: _("СНИЛС"),
                    read_snils,
                    widget="digits",
                    hint=lambda: _("Справка привязывается к СНИЛС, а в вашей учётной записи его нет. Например, 112-233-445 95."),
                    missing=lambda: _("Введите СНИЛС: без него справку не оформить."),
                    max_characters=20,
                )
            )
        return Form(tuple(fields))

    def checks(self, asking: Asking, request: Request) -> list[tuple[str, str]]:
        if "snils" not in request.values:
            return []
        return [(_("СНИЛС в регистре"), _("тот же") if _is_own(asking, request) else _("другой"))]

    def grant(self, granting: Granting) -> None:
        asking = Asking(granting.connection, granting.realm, granting.request.patient_id)
        if "snils" in granting.request.values and not _is_own(asking, granting.request):
            raise CannotGrant(_("СНИЛС в заявлении не тот, что в регистре: справка была бы о другом человеке."))


def _is_own(asking: Asking, request: Request) -> bool:
    """Is the СНИЛС that was typed the one that the register has of this person?"""
    patient = find_patient(asking.connection, asking.realm, asking.patient_id)
    return patient is not None and patient.person.snils == read_snils(request.values["snils"])


def _subjects() -> list[tuple[str, str]]:
    return [
        ("vaccination", _("о прививках")),
        ("recovery", _("о перенесённой болезни")),
        ("test", _("о результате теста")),
    ]


CERTIFICATE = Certificate()
