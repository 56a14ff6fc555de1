"""How long the journal of the registry is kept, and who removes what is older."""

from ground.jobs import Job
from rp.access.counters import forget_old
from rp.realm import Realm

JOURNAL = "purge.journal"
"""The kind of the job that recurs."""
DAY_SECONDS = 24 * 3_600
ACTOR = "system"


def plan(realm: Realm) -> None:
    """Owe the purge from now on."""
    with realm.database.write() as connection:
        realm.jobs.recur(connection, JOURNAL, every_seconds=DAY_SECONDS, after_seconds=3_600)


def purge_journal(realm: Realm, _job: Job) -> None:
    """Remove the events that are older than the setting says; the chain can be verified from the first that stays. Counters of
    attempts that nobody looks at any more go too."""
    with realm.database.write() as connection:
        forget_old(connection, realm)
    before = realm.clock.now() - realm.settings.journal_days * DAY_SECONDS
    while True:
        with realm.database.write() as connection:
            if not realm.journal.purge(connection, before=before, actor=ACTOR):
                return
