"""The heads of the registry's journal: one file for each machine."""

from ground.journal.heads import HeadsFile
from ground.journal.keeping import HeadKeeper
from ground.journal.verification import Report
from rp.realm import Realm


def heads_file(realm: Realm) -> HeadsFile:
    """Where the heads stand."""
    return HeadsFile(realm.home.variable / "rp.journal-heads", realm.heads_key)


def keeper_of(realm: Realm) -> HeadKeeper:
    """Who writes them."""
    return HeadKeeper(realm.journal, realm.database, heads_file(realm))


def verified(realm: Realm) -> Report:
    """The journal, judged by its chain and its heads."""
    heads = heads_file(realm).read()
    with realm.database.read() as connection:
        return realm.journal.judge(connection, heads)
