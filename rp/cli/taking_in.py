"""Taking data into the register: whole files, or nothing of them; a register of people line by line."""

import sys
from pathlib import Path

import click

from ground.clock import as_datetime
from rp.cli.opening import one_sentence, opened_when_prepared
from rp.patients.directory import find_by_snils
from rp.patients.snils import SnilsRefused
from rp.records.importer import import_bundle
from rp.records.people_import import PeopleReport, import_people
from rp.seed import take_statistics, tell_import, tell_statistics


@click.group("import")
def import_group() -> None:
    """Take data into the register."""


@import_group.command("fhir")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--snils", required=True, help="The patient whose records these are, by СНИЛС.")
@one_sentence
def import_fhir(files: tuple[Path, ...], snils: str) -> None:
    """Take FHIR R4 bundles as the records of one registered patient. All files or none."""
    with opened_when_prepared() as realm, realm.database.write() as connection:
        latest = as_datetime(realm.clock.now()).date()
        patient = find_by_snils(connection, realm, snils)
        if patient is None:
            raise SnilsRefused("no patient of that СНИЛС is registered")
        lines = []
        for file in files:
            report = import_bundle(connection, realm, file.read_bytes(), patient_id=patient.id, source=file.name, latest=latest)
            lines.append(f"{file.name}: {tell_import(report)}")
            lines.extend(f"{file.name}: {reason}" for reason in report.skipped)
    click.echo("\n".join(lines))


@import_group.command("people")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@one_sentence
def import_people_of(file: Path) -> None:
    """Take a register of people from FILE: one FHIR R4 bundle a line (NDJSON), each with its Patient.

    What is known already is not taken again. Lines that cannot be taken are named, and the exit code is 1 then.
    """
    report = PeopleReport()
    with opened_when_prepared() as realm, file.open("rb") as lines:
        latest = as_datetime(realm.clock.now()).date()
        with click.progressbar(length=file.stat().st_size, label="people", file=sys.stderr) as bar:
            for progress in import_people(realm, lines, source=file.name, latest=latest):
                report = progress.report
                bar.update(progress.bytes_read - bar.pos)
    people = f"{report.people} people new, {report.known_people} known"
    click.echo(f"{file.name}: {people}; {report.records} records new, {report.known_records} known")
    for refusal in report.refused:
        click.echo(f"{file.name}: {refusal}", err=True)
    if report.refused:
        raise SystemExit(1)


@import_group.command("regions")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@one_sentence
def import_regions(file: Path) -> None:
    """Take regional statistics in the form of config/data/ru_regions_covid_2020.csv."""
    with opened_when_prepared() as realm, realm.database.write() as connection:
        report = take_statistics(connection, realm, file.read_bytes(), file.name)
    click.echo(f"{file.name}: {tell_statistics(report)}")
