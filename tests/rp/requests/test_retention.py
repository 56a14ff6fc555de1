"""The terms after which a record may be erased. Pure."""

from datetime import date
from pathlib import Path

import pytest

from rp.records.catalogue import RECORD_TYPES
from rp.requests.retention import kept_until
from rp.settings import RetentionYears, read_settings


@pytest.mark.parametrize(
    ("occurred_on", "years", "until"),
    [
        (date(2021, 1, 29), 5, date(2026, 1, 29)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2024, 2, 29), 5, date(2029, 3, 1)),
        (date(2021, 12, 31), 0, date(2021, 12, 31)),
    ],
)
def test_r138_a_term_ends_on_the_same_day_of_a_later_year(occurred_on: date, years: int, until: date) -> None:
    assert kept_until("vaccination", occurred_on, RetentionYears(vaccination=years)) == until


def test_r138_every_record_type_has_a_term_of_five_years() -> None:
    for kind in RECORD_TYPES:
        assert kept_until(kind.name, date(2021, 1, 29), RetentionYears()) == date(2026, 1, 29)


@pytest.mark.parametrize("years", [-1, 101])
def test_a_term_that_makes_no_sense_is_refused(years: int) -> None:
    with pytest.raises(ValueError, match="vaccination"):
        RetentionYears(vaccination=years)


def test_r138_the_terms_are_read_from_file_and_environment(tmp_path: Path) -> None:
    file = tmp_path / "rp.toml"
    file.write_text('environment = "test"\n[retention_years]\nlaboratory_test = 2\n', encoding="utf-8")
    settings, _home = read_settings({"REGISTRY_CONFIG": str(file), "REGISTRY_RETENTION_YEARS_VACCINATION": "3"})
    assert settings.retention_years == RetentionYears(vaccination=3, laboratory_test=2)
