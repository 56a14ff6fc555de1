"""Starting over without stopping: the realm is as after preparing."""

from contextlib import nullcontext

from ground.clock import MovableClock
from idp.audit import Event, record
from idp.audit.heads import keeper_of
from idp.control.operation import ACTOR, Answer, Call, Operation
from idp.realm import Realm
from idp.requests.recorder import settle
from idp.sandboxes import description
from idp.seed import start_over


def reset(realm: Realm, _call: Call) -> Answer:
    """Nothing but the seed is left, and the clock is the machine's, or where a sandbox was made with. Signing keys stay: clients
    keep what they fetched."""
    made_at = description.read(realm.settings.home).now if realm.name else None
    if isinstance(realm.clock, MovableClock):
        realm.clock.follow_machine() if made_at is None else realm.clock.freeze(made_at)
    settle(realm)
    with nullcontext() if realm.name else keeper_of(realm).begin_anew(keeps_old=False), realm.database.write() as connection:
        start_over(realm, connection)
        record(realm, connection, Event.REALM_RESET, actor=ACTOR, object="realm")
    return Answer(204)


OPERATIONS = (
    Operation(
        name="reset",
        method="POST",
        path="/reset",
        summary="Forget everything but the people and systems of the seed",
        handle=reset,
    ),
)
