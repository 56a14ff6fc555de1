"""Everything the section shows of somebody, read in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from ground.web.language import format_day
from ground.web.language import gettext as _
from rp import documents
from rp.access.policy import Operation, is_allowed
from rp.access.session import Session
from rp.cabinet.confirmation.form import texts_of
from rp.cabinet.confirmation.vaccination import Course, course_of
from rp.documents import Document
from rp.forms.identity_documents import DOCUMENT_KINDS, PASSPORT
from rp.patients.confirmation import Confirmation, find_confirmation
from rp.patients.directory import Patient, Person, find_patient
from rp.realm import Realm
from rp.records.codes import CodeLabels
from rp.records.record_type import Record
from rp.records.store import records_of
from rp.records.types.disease_case import DISEASE_CASE
from rp.relations.relation import relations_of
from rp.requests.kind import Request
from rp.requests.kinds.identity import IDENTITY, genders
from rp.requests.kinds.vaccination_proof import VACCINATION_PROOF
from rp.requests.store import requests_of

IDENTITY_PURPOSE, VACCINATION_PURPOSE = "identity", "vaccination"
"""What files are handed in for."""


@dataclass(frozen=True)
class Own:
    """A patient: what they confirmed, what they asked to change (`pending`, `proof`) and handed in, and their vaccinations."""

    patient: Patient
    confirmation: Confirmation | None
    pending: Request | None
    proof: Request | None
    texts: Mapping[str, str] = field(repr=False)
    documents: Sequence[Document]
    proofs: Sequence[Document]
    course: Course

    @property
    def facts(self) -> list[tuple[str, str, str | None]]:
        """Who the person is for the register; below it what they say instead, while nobody has decided."""
        person, asked = self.patient.person, dict(self.pending.values) if self.pending is not None else {}
        names = [asked.get(name, getattr(person, name) or "") for name in ("family_name", "given_name", "middle_name")]
        is_renamed = bool({"family_name", "given_name", "middle_name"} & asked.keys())
        born, gender = asked.get("birth_date"), asked.get("gender")
        return [
            (_("ФИО"), person.full_name, _told(" ".join(filter(None, names)) if is_renamed else None)),
            (_("Дата рождения"), format_day(person.birth_date), _told(format_day(born) if born else None)),
            (_("Пол"), _gender(person), _told(dict(genders()).get(gender, gender) if gender else None)),
            (_("ИНН"), person.inn or self._vouched("inn") or _("не указан"), _told(asked.get("inn"))),
        ]

    @property
    def document_facts(self) -> list[tuple[str, str, str | None]]:
        """The identity document, as the person named it or the register knows it; below it another that nobody has compared."""
        kind, number = self.texts["document_kind"], self.texts["document_number"]
        if not number:
            return [(_("Документ"), _("не указан"), None)]
        label, passport = str(DOCUMENT_KINDS[kind].label), self.patient.person.passport
        if self.pending is not None and "document_number" in self.pending.values and passport:
            told = _told(f"{label} {number}" if kind != PASSPORT.name else number)
            return [(_("Документ"), str(PASSPORT.label), None), (_("Серия и номер"), passport, told)]
        return [(_("Документ"), label, None), (_("Серия и номер"), number, None)]

    @property
    def contact_facts(self) -> list[tuple[str, str]]:
        """How to reach the person."""
        texts = self.texts
        return [(_("Телефон"), texts["phone"] or _("не указан")), (_("Электронная почта"), texts["email"] or _("не указана"))]

    def _vouched(self, name: str) -> str | None:
        return self.texts[name] if not (self.pending and name in self.pending.values) else None


def own_data(connection: Connection, realm: Realm, session: Session) -> Own | None:
    """What the section shows in this session; None of somebody whom the register does not know."""
    patient = find_patient(connection, realm, session.patient_id) if session.patient_id else None
    if patient is None:
        return None
    requests = requests_of(connection, realm, patient.id)
    confirmation = find_confirmation(connection, realm, patient.id)
    pending = _open_of(requests, IDENTITY.name)
    texts = texts_of(patient.person, confirmation, _claims_of(session, patient.person))
    records = _readable(connection, realm, session, patient.id)
    return Own(
        patient=patient,
        confirmation=confirmation,
        pending=pending,
        proof=_open_of(requests, VACCINATION_PROOF.name),
        texts=texts | (dict(pending.values) if pending is not None else {}),
        documents=documents.of(connection, realm, patient.id, purpose=IDENTITY_PURPOSE),
        proofs=documents.of(connection, realm, patient.id, purpose=VACCINATION_PURPOSE),
        course=course_of(records, realm.room(CodeLabels), certificate=_register_number(records)),
    )


def _readable(connection: Connection, realm: Realm, session: Session, patient_id: str) -> list[Record]:
    """The records that this session may read."""
    relations = relations_of(connection, session.principal, patient_id)
    return [
        record
        for record in records_of(connection, realm, patient_id)
        if is_allowed(session.principal, Operation.READ_RECORD, record_type=record.type_name, relations=relations)
    ]


def _open_of(requests: Sequence[Request], kind: str) -> Request | None:
    return next((request for request in requests if request.kind == kind and request.is_open), None)


def _claims_of(session: Session, person: Person) -> Mapping[str, Any]:
    """What the provider says, where it says it of this patient: a representative looks at somebody else's page."""
    claims = session.claims if session.acting_for is None else {}
    is_same = claims.get("snils") in (None, person.snils)
    return claims if is_same and claims.get("birthdate") in (None, person.birth_date.isoformat()) else {}


def _register_number(records: Sequence[Record]) -> str | None:
    """The number of the person's record in the register (УНРЗ), which a certificate bears."""
    numbers = (record.content.get("number") for record in records if record.type_name == DISEASE_CASE.name)
    return next((str(number) for number in numbers if number), None)


def _told(text: str | None) -> str | None:
    return _("%(text)s: указано вами, проверяет сотрудник", text=text) if text else None


def _gender(person: Person) -> str:
    return dict(genders()).get(person.gender, person.gender)
