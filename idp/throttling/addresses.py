"""How many failures one address may have in an hour: whoever tries one password on everybody locks nobody, and is stopped."""

from idp.realm import Realm
from idp.throttling import counters

FAILURES, HOUR_SECONDS = "failures of an address", 60 * 60


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
