"""Starting over without stopping: the registry is as after preparing."""

from typing import Any

from sqlalchemy import delete, true

from ground.clock import MovableClock
from ground.wire import Response
from rp.access.events import Event, note
from rp.access.heads import keeper_of
from rp.control.operation import ACTOR, NOTHING, Operation
from rp.database import JOBS, WATERMARKS, Base
from rp.documents.files import Shelf
from rp.realm import Realm
from rp.seed import enter_seed


def reset(realm: Realm, _query: Any, _body: Any) -> Response:
    """Nothing but the seed is left, and the clock is the machine's. Keys stay, and so do jobs that recur."""
    if isinstance(realm.clock, MovableClock):
        realm.clock.follow_machine()
    shelf = Shelf(realm.home.documents)
    with shelf.sweeping() as (new, old), keeper_of(realm).begin_anew(keeps_old=False), realm.database.write() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            if table is WATERMARKS:
                continue  # starting over is no roll-back: what the database knows of the list beside it, it goes on knowing
            connection.execute(delete(table).where(JOBS.c.every_seconds.is_(None) if table is JOBS else true()))
        for _line in enter_seed(connection, realm):
            pass
        note(connection, realm, Event.REGISTRY_RESET, actor=ACTOR, object="registry")
    for name in new | old:
        shelf.remove(name)
    return NOTHING


OPERATIONS = (Operation("POST", "/reset", reset),)
