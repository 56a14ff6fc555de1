"""How many failures one address may have in an hour, and how many messages to people who have no account yet: whoever tries one
password on everybody locks nobody, and is stopped, and nobody has us write to all the telephones there are."""

from sqlalchemy import Connection

from idp.realm import Realm
from idp.throttling import counters

FAILURES, MESSAGES, HOUR_SECONDS = "failures of an address", "messages of an address", 60 * 60


def has_failed_too_often(realm: Realm, address: str) -> bool:
    """Has this address had all the failures of its hour? Never where the settings know no limit."""
    most = realm.settings.most_failures_of_address
    if not most or not address:
        return False
    with realm.database.read() as connection:
        return counters.count_of(realm, connection, FAILURES, address, within_seconds=HOUR_SECONDS) >= most


def count_failure(realm: Realm, address: str) -> None:
    """One more failure of this address."""
    if realm.settings.most_failures_of_address and address:
        with realm.database.write() as connection:
            counters.count_up(realm, connection, FAILURES, address, within_seconds=HOUR_SECONDS)


def has_sent_too_often(realm: Realm, address: str) -> bool:
    """Has this address had all the messages of its hour?"""
    most = realm.settings.most_messages_of_address
    if not most or not address:
        return False
    with realm.database.read() as connection:
        return counters.count_of(realm, connection, MESSAGES, address, within_seconds=HOUR_SECONDS) >= most


def may_send(realm: Realm, connection: Connection, address: str) -> bool:
    """Count one more message that somebody at this address has us send to a stranger. May it be sent?"""
    most = realm.settings.most_messages_of_address
    if not most or not address:
        return True
    return counters.count_up(realm, connection, MESSAGES, address, within_seconds=HOUR_SECONDS) <= most
