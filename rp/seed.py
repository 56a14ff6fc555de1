"""What every registry begins with: the organisations, people and records of the seed, and the statistics of the regions."""

from collections.abc import Iterator

from sqlalchemy import Connection

from rp.realm import Realm
from rp.records.importer import ImportReport
from rp.records.seed import load_seed
from rp.reports.statistics_import import StatisticsReport, import_statistics, is_loaded

STATISTICS_FILE = "ru_regions_covid_2020.csv"
REGIONS_FILE = "regions.csv"


def enter_seed(connection: Connection, realm: Realm) -> Iterator[str]:
    """Enter what is missing of the seed, and say in a line each what was. Raises SeedRefused, StatisticsRefused."""
    for key, outcome, report in load_seed(connection, realm):
        if outcome != "known" or report.added:
            yield f"patient {key}: {outcome}, {tell_import(report)}"
    data = (realm.home.data / STATISTICS_FILE).read_bytes()
    if not is_loaded(connection, name=STATISTICS_FILE, data=data):
        yield f"statistics: {tell_statistics(take_statistics(connection, realm, data, STATISTICS_FILE))}"


def take_statistics(connection: Connection, realm: Realm, data: bytes, name: str) -> StatisticsReport:
    """Take regional statistics, with the regions that the seed knows."""
    regions_data = (realm.home.seed / REGIONS_FILE).read_bytes()
    return import_statistics(connection, realm, data, regions_data=regions_data, source=name)


def tell_import(report: ImportReport) -> str:
    return f"{report.added} new, {report.known} known" + (f", {len(report.skipped)} skipped" if report.skipped else "")


def tell_statistics(report: StatisticsReport) -> str:
    return f"{report.added} new, {report.changed} changed, {report.known} known"
