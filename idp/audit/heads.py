"""The heads of the provider's journal: one file for each instance and machine. Sandboxes have none, they are thrown away."""

from ground.journal.heads import HeadsFile
from ground.journal.keeping import HeadKeeper
from ground.journal.verification import Report
from idp.realm import Realm


def heads_file(realm: Realm) -> HeadsFile:
    """Where the heads of this realm stand."""
    settings = realm.settings
    return HeadsFile(settings.var_folder / f"{settings.instance}.journal-heads", realm.secrets.derive("journal heads"))


def keeper_of(realm: Realm) -> HeadKeeper:
    """Who writes them."""
    return HeadKeeper(realm.journal, realm.database, heads_file(realm))


def verified(realm: Realm) -> Report:
    """The journal, judged by its chain and its heads."""
    heads = heads_file(realm).read()
    with realm.database.read() as connection:
        return realm.journal.judge(connection, heads)
