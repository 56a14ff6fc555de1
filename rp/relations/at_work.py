"""Who somebody at work is as a patient, asked anew at every request: what they do at work, they do not do for themselves."""

from flask import g

from rp.access.current import current_session
from rp.patients.directory import id_by_snils
from rp.realm import current_realm


def recognise() -> None:
    """Before every request. The session knows only what held at sign-in: they may have come into the register since, or be there
    as somebody whose other data contradict the provider's, and these records are still their own."""
    session, realm = current_session(), current_realm()
    if session is None or session.own_patient_id is not None or session.snils is None or not session.ogrns:
        return
    with realm.database.read() as connection:
        g.rp_patient_at_work = id_by_snils(connection, realm, session.snils)
