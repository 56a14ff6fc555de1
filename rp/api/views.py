"""`GET /api/v1/me/records`: the records of the citizen whom the bearer token stands for.

Answer 200:

    {"records": [{"id": "6f0c…", "type": "vaccination", "occurred_on": "2026-03-11",
                  "organisation": "Поликлиника № 0, г. Выдуманск", "title": "Прививка, вторая доза", …}]}

newest first; an empty list when the register knows nothing of the person. Every record has `id`, `type`, `occurred_on`,
`organisation` and `title` (in the language of Accept-Language), and by type:

    vaccination          vaccine {name, codings [{system, code}]}, lot, dose, series
    laboratory_test      test {name, codings}, and either quantity {value, unit, comparator} or result {name, codings}
    disease_case         diagnosis {name, codings}, ended_on, number (УНРЗ)
    preventive_measure   measure {name, codings}, reasons [coding], ended_on, in_force

Errors are `{"error": …, "error_description": …}`: 401 without a token or with one that is not valid here (RFC 6750, 3), 401
`insufficient_user_authentication` when the person proved less than `required_acr`, with the level to sign them in by in
`acr_values` of the header (RFC 9470, 3), 403 `insufficient_scope` without `registry.read`, 403 `access_denied` when the person
has no confirmed account or lacks the role `citizen.medical_service`, or when the token is a system's own and no person's, 503
`temporarily_unavailable` when the provider cannot be asked.
"""

from flask import Blueprint, Response, g

from rp.access.current import current_principal
from rp.access.events import Event, note
from rp.access.policy import READ, Operation, is_allowed
from rp.api.answers import answer
from rp.api.bearer import by_token
from rp.api.description import blueprint as description
from rp.api.patients import blueprint as patients
from rp.api.shown import shown_records
from rp.database import db
from rp.realm import current_realm
from rp.records.record_type import Record
from rp.records.store import records_of
from rp.relations.relation import relations_of

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
blueprint.register_blueprint(description)
blueprint.register_blueprint(patients)


@blueprint.get("/me/records")
@by_token(Operation.LIST_RECORDS, scope=READ, for_citizens=True)
def my_records() -> Response:
    """The records of the token's citizen; see the head of this file."""
    realm, principal = current_realm(), current_principal()
    connection = db.session.connection()
    owner, records = principal.patient_id, list[Record]()
    if owner is not None:
        relations = relations_of(connection, principal, owner)
        if is_allowed(principal, Operation.LIST_RECORDS, relations=relations):
            records = records_of(connection, realm, owner)
    db.session.rollback()
    with realm.database.write() as writing:
        subject = f"patient:{owner}" if owner else f"subject:{g.rp_subject}"
        note(writing, realm, Event.API_READ, actor=principal.actor, object=subject, detail={"records": len(records)})
    return answer({"records": shown_records(realm, records)})
