"""What a verified person becomes here: perhaps a patient, surely a session."""

from dataclasses import asdict

from sqlalchemy import Connection

from rp.access.events import Event, note
from rp.access.session import Session, end_session, open_session
from rp.patients.directory import hold_patient
from rp.patients.matching import Match, link_patient, linked_patient, match_person
from rp.realm import Realm
from rp.trust.sign_in_answer import VerifiedPerson


def welcome(realm: Realm, person: VerifiedPerson, *, previous: Session | None) -> str:
    """Match, link and open the session in one transaction; return the new cookie.

    A session this browser had before ends, so that a planted cookie never becomes the person's session. Whoever only proved
    more stays where they were at work.
    """
    is_same = previous is not None and (previous.issuer, previous.subject) == (person.issuer, person.subject)
    with realm.database.write() as connection:
        if previous is not None:
            end_session(connection, realm, previous.id)
        match = _match(connection, realm, person)
        patient_id = match.patient.id if match.patient else None
        actor = f"patient:{patient_id}" if patient_id else f"subject:{person.subject}"
        if patient_id and link_patient(connection, realm, issuer=person.issuer, subject=person.subject, patient_id=patient_id):
            detail = {"issuer": person.issuer, "subject": person.subject}
            note(connection, realm, Event.PATIENT_LINKED, actor=actor, object=f"patient:{patient_id}", detail=detail)
        cookie = open_session(
            connection,
            realm,
            patient_id=patient_id,
            issuer=person.issuer,
            subject=person.subject,
            provider_session=person.provider_session,
            acr=person.acr,
            sealed={"claims": dict(person.claims), "tokens": asdict(person.tokens)},
            workplace_id=previous.workplace_id if previous is not None and is_same else None,
            acting_for=previous.acting_for if previous is not None and is_same else None,
        )
        note(connection, realm, Event.SIGN_IN, actor=actor, object="session", detail=_detail(match, person))
    return cookie


def _match(connection: Connection, realm: Realm, person: VerifiedPerson) -> Match:
    """Who the person is as a patient. Of several who come for the first time at one moment, in tabs of one account or by several
    accounts, the second knows what became of the first."""

    def match() -> Match:
        return match_person(
            connection,
            realm,
            issuer=person.issuer,
            subject=person.subject,
            snils=person.snils,
            birth_date=person.birth_date,
        )

    first = match()
    if first.patient is None or linked_patient(connection, issuer=person.issuer, subject=person.subject) is not None:
        return first
    hold_patient(connection, first.patient.id)
    return match()


def _detail(match: Match, person: VerifiedPerson) -> dict[str, str | int]:
    return {"match": match.reason, "acr": person.acr}
