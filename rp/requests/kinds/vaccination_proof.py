"""A dose that the register does not know, or knows wrongly: what the person says of it, with a paper that proves it.

Granted, it becomes a record like any other, of the organisation that the person names and in the name of whoever decided.
"""

from ground.web.language import gettext as _
from rp.access.principal import Role
from rp.forms.form import Field, Form
from rp.forms.formats import FieldRefused, read_text, read_unrz
from rp.records.entering import entry_of
from rp.records.record_type import Entry, ValuesRefused
from rp.records.store import add_record
from rp.records.types.vaccination import VACCINATION
from rp.requests.kind import Asking, CannotGrant, Granting, RequestKind

MOST_CHARACTERS = 200


class VaccinationProof(RequestKind):
    """The kind `vaccination_proof`. Its fields are those of the record, and who gave the dose."""

    name = "vaccination_proof"
    icon = "syringe"
    is_offered = False
    deciders = frozenset({Role.DOCTOR, Role.REGISTRAR})

    def title(self) -> str:
        return _("Подтверждение прививки")

    def lead(self) -> str:
        return _("Сотрудник сверит данные с документом, и прививка появится в регистре.")

    def form(self, asking: Asking) -> Form:
        return Form((*VACCINATION.fields(self._entry(asking, "")), organisation_field(), certificate_field(), comment_field()))

    def grant(self, granting: Granting) -> None:
        request = granting.request
        asking = Asking(granting.connection, granting.realm, request.patient_id)
        read = self.form(asking).read(request.values)
        entry = self._entry(asking, str(read.values.get("organisation", "")))
        try:
            if read.errors:
                raise FieldRefused(next(iter(read.errors.values())))
            draft = VACCINATION.draft_of(read.values, entry)
        except (FieldRefused, ValuesRefused) as refusal:
            raise CannotGrant(_("Данные уже не проходят проверку: %(why)s", why=str(refusal))) from None
        record = add_record(
            granting.connection,
            granting.realm,
            patient_id=request.patient_id,
            type_name=VACCINATION.name,
            draft=draft,
            source=draft.organisation,
            author=granting.decider.actor,
            organisation_id=granting.decider.organisation_id,
            reason=request.number or "",
        )
        if record is None:
            raise CannotGrant(_("Эта прививка уже есть в регистре."))

    def _entry(self, asking: Asking, organisation: str) -> Entry:
        return entry_of(asking.connection, asking.realm, patient_id=asking.patient_id, organisation=organisation)


def organisation_field() -> Field:
    """Who gave the dose."""
    return Field(
        "organisation",
        lambda: _("Где сделали прививку"),
        lambda text: read_text(text, most_characters=MOST_CHARACTERS),
        hint=lambda: _("Название организации, как в документе."),
        missing=lambda: _("Напишите, где сделали прививку."),
    )


def certificate_field() -> Field:
    """The number of the certificate, where there is one."""
    return Field(
        "certificate",
        lambda: _("Номер сертификата"),
        read_unrz,
        widget="digits",
        hint=lambda: _("16 цифр, если сертификат есть."),
        is_required=False,
    )


def comment_field() -> Field:
    """What the person wants to add."""
    return Field("comment", lambda: _("Что не так"), widget="long", is_required=False, max_characters=1000)


VACCINATION_PROOF = VaccinationProof()
