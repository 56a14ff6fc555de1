"""The journal of events for the security officers, and for nobody else. Reading it is an event itself, written before anything
is shown.
"""

import re
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson
from flask import Response, request
from sqlalchemy import Connection

from ground.clock import as_datetime
from ground.web.language import day_in_seconds
from ground.web.language import gettext as _
from idp.audit import Event, record
from idp.audit.reading import Entry, Extract, Wanted, extract
from idp.authentication.entry import enter_to_work
from idp.authentication.method import Owner
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.pages.forms import number_asked
from idp.realm import Realm
from idp.staff.pages import PATH, make_blueprint, page

ADDRESS = f"{PATH}/journal"
ON_A_PAGE = 50
IN_A_FILE = 10_000
IDENTIFIER = re.compile(r"[a-z][a-z_ ]{0,39}(:[!-~]{1,160})?")
"""What actors and objects look like. A name or a number that somebody types instead must not end up in the journal."""

blueprint = make_blueprint("journal")


@dataclass(frozen=True)
class Asked:
    """What an officer wants to read, as they typed it, and which fields of it cannot be."""

    actor: str
    object: str
    action: str
    day: str
    before: int | None
    wrong: dict[str, str] = field(default_factory=dict)

    @property
    def wanted(self) -> Wanted:
        since, until = (day_in_seconds(self.day) if self.day else None) or (None, None)
        return Wanted(actor=self.actor, object=self.object, action=self.action, since=since, until=until)

    def filters(self) -> dict[str, str]:
        """Those that were set, as they stand in addresses."""
        return {name: getattr(self, name) for name in ("actor", "object", "action", "day") if getattr(self, name)}


@blueprint.get("/journal")
@open_to(Access.OFFICER)
def journal() -> str | tuple[str, int]:
    """A page of events, the newest first, of one actor, object, action or day."""
    realm, asked = current_realm(), _asked()
    owner = enter_to_work(realm, ADDRESS, "officer")
    if asked.wrong:
        return _page(owner, asked, Extract((), None)), 400
    with realm.database.write() as connection:
        found = _read(realm, connection, owner, asked, limit=ON_A_PAGE, form="page")
    return _page(owner, asked, found)


@blueprint.get("/journal.json")
@open_to(Access.OFFICER)
def journal_file() -> Response | tuple[str, int]:
    """The same events as a file: at most ten thousand, and where the older ones begin."""
    realm, asked = current_realm(), _asked()
    owner = enter_to_work(realm, ADDRESS, "officer")
    if asked.wrong:
        return _page(owner, asked, Extract((), None)), 400
    with realm.database.write() as connection:
        found = _read(realm, connection, owner, asked, limit=IN_A_FILE, form="file")
    document = {"events": [_as_json(entry) for entry in found.entries], "before": found.before}
    headers = {"Content-Disposition": 'attachment; filename="journal.json"', "Cache-Control": "no-store"}
    return Response(orjson.dumps(document, option=orjson.OPT_INDENT_2), mimetype="application/json", headers=headers)


def _read(realm: Realm, connection: Connection, owner: Owner, asked: Asked, *, limit: int, form: str) -> Extract:
    """The events, in the transaction that says who read them: there is no reading without its row."""
    detail: dict[str, Any] = {"as": form, **asked.filters()}
    if asked.before is not None:
        detail["before"] = asked.before
    record(realm, connection, Event.JOURNAL_READ, actor=f"citizen:{owner.person.id}", object="journal", of=detail)
    return extract(connection, asked.wanted, before=asked.before, limit=limit)


def _asked() -> Asked:
    given = {name: request.args.get(name, "").strip() for name in ("actor", "object", "action", "day")}
    wrong = {
        name: _("Нужен идентификатор, как в журнале: citizen:…")
        for name in ("actor", "object")
        if given[name] and not IDENTIFIER.fullmatch(given[name])
    }
    if given["action"] and given["action"] not in set(Event):
        wrong["action"] = _("Такого события нет.")
    if given["day"] and day_in_seconds(given["day"]) is None:
        wrong["day"] = _("Неверный формат даты. Нужно так: 1984-02-14.")
    return Asked(**given, before=number_asked("before"), wrong=wrong)


def _page(owner: Owner, asked: Asked, found: Extract) -> str:
    return page(
        "staff/journal.html",
        owner,
        "journal",
        asked=asked,
        entries=found.entries,
        details=[_told(entry) for entry in found.entries],
        older={**asked.filters(), "before": found.before} if found.before is not None else None,
        actions=[("", _("любое"))] + [(event.value, event.value) for event in Event],
    )


def _told(entry: Entry) -> str:
    """The detail in `name: value`; the address has a column of its own."""
    named = ((name, value if isinstance(value, str) else orjson.dumps(value).decode()) for name, value in entry.detail.items())
    return ", ".join(f"{name}: {value}" for name, value in named if name != "from")


def _as_json(entry: Entry) -> dict[str, Any]:
    return {**asdict(entry), "at": as_datetime(entry.at).isoformat()}
