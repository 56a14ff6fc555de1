"""Why a request of a system was refused, for programs."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from idp.control.operation import Answer, Call, Operation, Problem
from idp.esia.diagnosis.document import Why, why_of
from idp.esia.diagnosis.telling import explain
from idp.realm import Realm
from idp.requests import journal
from idp.requests.recorder import settle


class WhyQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which language to say it."""

    lang: Annotated[Literal["ru", "en"], Meta(description="The language of titles, causes and fixes")] = "ru"


def explain_request(realm: Realm, call: Call) -> Answer:
    """What was wrong with a request, worked out now. Raises Problem."""
    settle(realm)
    with realm.database.read() as connection:
        found = journal.find(realm, connection, call.path["request_id"])
    if found is None:
        raise Problem(404, "no_request", "There is no such request, or not any more")
    query: WhyQuery = call.query
    return Answer(200, why_of(explain(realm, found, query.lang)))


OPERATIONS = (
    Operation(
        name="explain_request",
        method="GET",
        path="/requests/{request_id}/why",
        summary="Say why a request was refused: what came, what was expected, byte by byte, and how to mend it",
        handle=explain_request,
        query=WhyQuery,
        answers={200: Why},
        problems=(404,),
    ),
)
