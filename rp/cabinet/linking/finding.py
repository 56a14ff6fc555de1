"""Does what was typed lead to a patient? If it does, the account of the provider is that patient from now on.

Whatever does not fit (no such number, another birth date, another name than the provider vouches for, a patient who is another
account's) is one refusal for the person; only the journal knows which. ИНН and birth date are no secrets, so they alone do not
do: what the provider says of the person must not contradict the patient.
"""

from dataclasses import dataclass, field
from datetime import date

from flask import request
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from rp.access.counters import count_up, start_anew
from rp.access.events import Event, note
from rp.access.session import Session, become_patient
from rp.cabinet.linking.codes import CodeRefused, judge_code, use_code
from rp.patients.directory import Patient, change_person, find_by_inn, name_index
from rp.patients.matching import LinkTaken, link_patient
from rp.realm import Realm

TRIES_PER_HOUR = 5
TRIES_PER_HOUR_OF_ADDRESS = 20
"""Behind one address there may be an office."""


@dataclass(frozen=True)
class Typed:
    """The form, read."""

    inn: str = field(repr=False)
    birth_date: date = field(repr=False)
    phone: str = field(repr=False)
    email: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True)
class Outcome:
    """What came of the form: `linked`, `refused`, `too_often`, or `code` and the sentence that stands at its field."""

    kind: str
    code_error: str = ""


def find_own_records(realm: Realm, session: Session, typed: Typed) -> Outcome:
    """Judge the form. Wrong codes and data that fit nobody are counted, whatever comes of it."""
    with realm.database.write() as connection:
        return _judge(connection, realm, session, typed)


def _judge(connection: Connection, realm: Realm, session: Session, typed: Typed) -> Outcome:
    try:
        judge_code(connection, realm, session, typed.phone, typed.code)
    except CodeRefused as refusal:
        note(
            connection,
            realm,
            Event.LINKING,
            actor=session.actor,
            object="linking",
            outcome="refused",
            detail={"code": refusal.reason},
        )
        return Outcome("code", refusal.message)
    tries = count_up(connection, realm, "linking", _account(session))
    tries_of_address = count_up(connection, realm, "linking from", str(request.remote_addr))
    if tries > TRIES_PER_HOUR or tries_of_address > TRIES_PER_HOUR_OF_ADDRESS:
        _refuse(connection, realm, session, "too_often")
        return Outcome("too_often")
    patient = find_by_inn(connection, realm, typed.inn)
    reason = "unknown" if patient is None else _contradiction(realm, session, patient, typed)
    if patient is None or reason is not None:
        return _refuse(connection, realm, session, reason or "unknown")
    try:
        with connection.begin_nested():  # what was counted stays counted
            link_patient(connection, realm, issuer=session.issuer, subject=session.subject, patient_id=patient.id)
    except (LinkTaken, IntegrityError):  # the patient is another account's, perhaps since this very moment
        return _refuse(connection, realm, session, "taken")
    become_patient(connection, session.id, patient.id)
    use_code(connection, realm, session)
    start_anew(connection, realm, "linking", _account(session))
    actor = f"patient:{patient.id}"
    # Contacts count at once (mission.md, I20).
    change_person(connection, realm, patient.id, {"phone": typed.phone, "email": typed.email}, author=actor)
    detail = {"issuer": session.issuer, "subject": session.subject, "by": "form"}
    note(connection, realm, Event.PATIENT_LINKED, actor=actor, object=f"patient:{patient.id}", detail=detail)
    return Outcome("linked")


def _contradiction(realm: Realm, session: Session, patient: Patient, typed: Typed) -> str | None:
    """What does not fit, as a word for the journal."""
    person, claims = patient.person, session.claims
    if person.birth_date != typed.birth_date:
        return "birth_date"
    vouched = (("birthdate", person.birth_date.isoformat()), ("snils", person.snils), ("inn", person.inn))
    for name, known in vouched:
        if claims.get(name) not in (None, known):
            return f"claim_{name}"
    if session.family_name and session.given_name:
        known_name = name_index(realm, person.family_name, person.given_name, person.birth_date)
        if name_index(realm, session.family_name, session.given_name, person.birth_date) != known_name:
            return "claim_name"
    return None


def _refuse(connection: Connection, realm: Realm, session: Session, reason: str) -> Outcome:
    note(connection, realm, Event.LINKING, actor=session.actor, object="linking", outcome="refused", detail={"reason": reason})
    return Outcome("refused")


def _account(session: Session) -> str:
    return f"{session.issuer}\0{session.subject}"
