"""A new epoch of the registry: when an older copy of its database came back, nobody is signed in any more.

Sessions and trips to the provider end, what was erased after the copy was made is erased again, who was dismissed speaks for
nobody, and what insurers and partners may not see they do not. What else a patient's records are stays as the copy has it. A
logout token that was taken after the copy may come once more: it ends what is ended anyway.
"""

from sqlalchemy import Connection, select, text, update

from ground.database import table_of
from rp.access.events import Event, note
from rp.access.heads import heads_file
from rp.access.models import SessionRow
from rp.database import JOURNAL
from rp.realm import Realm
from rp.relations import hiding, partners
from rp.relations.representations import withdraw_again
from rp.requests.erasure import erase_again
from rp.sign_in.models import SignInRow

SESSIONS, SIGN_INS = table_of(SessionRow), table_of(SignInRow)
OLDER = "the database is older than what stands beside it: a copy of it was put in its place"
SHORTER = "the list of tombstones is not the one that the database knows"
ACTOR = "operator:epoch"
LAST_HEAD = "journal head"
"""The name of the watermark that says for which missing head an epoch has begun already."""


def settle(realm: Realm, *, because: str | None = None) -> list[str]:
    """See whether an older database came back, end what must not come alive with it, and say in lines what was done.

    With a reason a new epoch begins in any case. Raises TombstonesBroken.
    """
    lines = []
    with realm.database.write() as connection:
        if connection.dialect.name == "postgresql":  # before the journal, as everywhere
            connection.execute(
                text(
                    "LOCK TABLE sessions, sign_ins, representations, partner_consents, hidden_groups IN SHARE ROW EXCLUSIVE MODE"
                )
            )
        has_history = connection.execute(select(JOURNAL.c.seq).limit(1)).first() is not None
        standing = realm.tombstones.compare(connection, has_history=has_history)
        erased = erase_again(connection, realm.without_tombstones(), standing.buried)
        withdrawn = withdraw_again(connection, realm.without_tombstones(), standing.buried)
        if withdrawn:
            lines.append(f"{withdrawn} representations withdrawn again, which a copy of the database had brought back")
        shut = partners.withdraw_again(connection, realm, standing.buried) + hiding.hide_again(connection, realm, standing.buried)
        if shut:
            lines.append(f"{shut} times people's word against insurers and partners holds again, which a copy had taken back")
        if erased:
            lines.append(f"{erased} things erased again, which a copy of the database had brought back")
        head = heads_file(realm).read().last
        is_missing = head is not None and not realm.journal.has(connection, head)
        is_news = head is not None and is_missing and realm.tombstones.noted(connection, LAST_HEAD) != head.seq
        is_older = standing.is_rolled_back or (has_history and is_news)
        reason = because or (OLDER if is_older else SHORTER if standing.is_list_lost else None)
        if reason is not None:
            epoch = standing.epoch + 1
            count = _end(realm, connection)
            detail: dict[str, str | int] = {"because": reason, "ended": count}
            note(connection, realm, Event.EPOCH_RAISED, actor=ACTOR, object=f"epoch:{epoch}", detail=detail)
            realm.tombstones.remember_epoch(connection, epoch)
            lines.append(f"{reason}; epoch {epoch} begins, and everybody signs in anew ({count} things ended)")
        if head is not None and is_missing:
            realm.tombstones.note(connection, LAST_HEAD, head.seq)
        realm.tombstones.remember_start(connection)
    return lines


def _end(realm: Realm, connection: Connection) -> int:
    now = realm.clock.now()
    sessions = update(SESSIONS).where(SESSIONS.c.ended_at.is_(None))
    count = connection.execute(sessions, {"ended_at": now, "sealed": b""}).rowcount
    return count + connection.execute(update(SIGN_INS).where(SIGN_INS.c.used_at.is_(None)), {"used_at": now}).rowcount
