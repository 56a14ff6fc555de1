"""What is published reaches each subscriber once, whatever happens to who tells them."""

import io
import json
import logging

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from rp.cli import main
from rp.keys.safe import Keys
from rp.notices import publications
from rp.notices.models import NoticeRow, PublicationRow
from rp.notices.publications import PublicationRefused, publish
from rp.notices.topics import Topic
from rp.patients.directory import Patient, Person, new_row
from rp.patients.models import PatientRow
from tests.rp.conftest import NOW
from tests.rp.notices.conftest import House


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publications, "BATCH", 2)
    monkeypatch.setattr(publications, "BATCHES_OF_A_JOB", 2)


def notices(house: House) -> tuple[int, int]:
    """How many notices there are, and to how many people."""
    with house.stand.realm.database.read() as connection:
        counts = select(func.count(), func.count(func.distinct(NoticeRow.patient_id)))
        total, people = connection.execute(counts).one()
    return total, people


def people(house: House) -> int:
    with house.stand.realm.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(PatientRow)).scalar_one())


def told(house: House) -> list[tuple[int, bool]]:
    with house.stand.realm.database.read() as connection:
        return [(each.told, each.is_finished) for each in publications.list_published(connection, house.stand.realm)]


def test_r152_everybody_who_did_not_say_otherwise_is_told_once_in_the_cabinet(house: House) -> None:
    enter_more(house, 9)
    house.save(house.signed_in(), "requests-email")
    house.publish()
    count = people(house)
    assert count > publications.BATCH * publications.BATCHES_OF_A_JOB, "more than one job"
    assert notices(house) == (count - 1, count - 1)
    assert told(house) == [(count - 1, True)]
    house.work()
    assert notices(house) == (count - 1, count - 1)


def test_job_that_runs_twice_or_dies_in_the_middle_tells_nobody_twice_and_leaves_nobody_out(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    enter_more(house, 5)
    realm = house.stand.realm
    with realm.database.write() as connection:
        publication_id = publish(
            connection, realm, Topic.PROTOCOLS, subject="Новый порядок", text="Теперь так.", actor="operator"
        )
        realm.jobs.enqueue(connection, publications.JOB, {"publication": publication_id})
    original, seen = publications._notice, []

    def die_in_the_second_batch(*arguments: object) -> dict[str, object]:
        seen.append(arguments)
        if len(seen) == 4:
            raise OSError("the worker dies")
        return original(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as dying:
        caplog.set_level(logging.CRITICAL)
        dying.setattr(publications, "_notice", die_in_the_second_batch)
        house.work()
    house.stand.clock.advance(2)
    house.work()
    assert notices(house) == (people(house), people(house))
    assert told(house) == [(people(house), True)]


def test_what_somebody_chooses_later_is_for_what_is_published_later(house: House) -> None:
    house.publish(subject="Первое")
    browser = house.signed_in()
    house.save(browser)
    house.publish(subject="Второе")
    page = browser.get("/notices").text
    assert "Первое" in page and "Второе" not in page


def test_letter_has_the_text_and_sms_the_subject_and_both_lead_to_the_cabinet(house: House) -> None:
    house.save(house.signed_in(), "recommendations-email", "recommendations-sms")
    house.publish(subject="Прививка от гриппа. ", text="Её можно сделать в тот же день.")
    letter, sms = house.sent()
    assert letter.subject == "Прививка от гриппа."
    assert letter.text.startswith("Её можно сделать в тот же день.\n") and "/notices/settings" in letter.text
    assert sms.text == "Регистр: Прививка от гриппа. Читать: http://localhost:8500/notices"


@pytest.mark.parametrize(
    ("topic", "subject", "text", "says"),
    [
        (Topic.REQUESTS, "Тема", "Текст", "topic"),
        (Topic.PROTOCOLS, " \n", "Текст", "subject"),
        (Topic.PROTOCOLS, "Т" * 201, "Текст", "subject"),
        (Topic.PROTOCOLS, "Тема", " ", "text"),
        (Topic.PROTOCOLS, "Тема", "Т" * 20_001, "text"),
        (Topic.PROTOCOLS, "Те\0ма", "Текст", "NUL"),
    ],
)
def test_what_cannot_be_read_is_not_published(house: House, topic: Topic, subject: str, text: str, says: str) -> None:
    with house.stand.realm.database.write() as connection, pytest.raises(PublicationRefused, match=says):
        publish(connection, house.stand.realm, topic, subject=subject, text=text, actor="operator")
    assert told(house) == []


def test_operator_publishes_a_file_and_sees_whom_it_reached(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROPUSK_HOME", str(house.stand.home.root))
    monkeypatch.setenv("REGISTRY_DATABASE_URL", house.stand.realm.settings.database_url)
    house.stand.home.clock_file.write_text(json.dumps({"frozen_at": NOW}))
    done = run("publish", "--topic", "recommendations", "--subject", "Прививка от гриппа", "-", text="Её можно сделать.")
    assert done.exit_code == 0 and done.output.startswith("published as "), done.output
    house.work()
    assert run("list").output.split("  ")[1:] == ["recommendations", f"{people(house)} told", "Прививка от гриппа\n"]
    refused = run("publish", "--topic", "protocols", "--subject", "Пусто", "-", text="")
    assert refused.exit_code == 1 and "the text must have" in refused.stderr
    assert run("publish", "--topic", "requests", "--subject", "Нет", "-", text="Нет").exit_code == 2
    with house.stand.realm.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(PublicationRow)).scalar_one() == 1


def run(*arguments: str, text: str = "") -> Result:
    return CliRunner().invoke(main, ["notice", *arguments], input=io.BytesIO(text.encode()))


def enter_more(house: House, count: int) -> None:
    """More people than there are in the seed."""
    realm, vera = house.stand.realm, house.vera
    with realm.database.write() as connection:
        keys = Keys(connection, realm)
        for number in range(count):
            person = Person("Лютикова", "Ия", None, vera.person.birth_date, "female", f"{number:011}", "77")
            patient = Patient(f"patient-{number}", person)
            keys.make(patient.id)
            connection.execute(PatientRow.__table__.insert(), new_row(keys, realm, patient, author="operator"))
