"""What an operator does for people: parting a patient from an old account, and publishing what concerns everybody."""

from typing import TextIO

import click

from ground.clock import as_datetime
from rp.access.events import Event, note
from rp.access.session import end_sessions_of
from rp.cli.opening import one_sentence, opened_when_prepared
from rp.notices.publications import list_published, publish
from rp.notices.topics import PUBLISHED, Topic
from rp.patients.directory import find_by_snils
from rp.patients.matching import unlink_patient
from rp.patients.snils import SnilsRefused


@click.command()
@click.option("--snils", required=True, help="The patient whose account is to be another one, by СНИЛС.")
@one_sentence
def unlink(snils: str) -> None:
    """Part a patient from their account at the provider, whose sessions end. The next account that fits is the patient's.

    For somebody who has a new account: a second account of one person is refused otherwise.
    """
    with opened_when_prepared() as realm, realm.database.write() as connection:
        patient, issuer = find_by_snils(connection, realm, snils), realm.settings.issuer
        if patient is None:
            raise SnilsRefused("no patient of that СНИЛС is registered")
        subject = unlink_patient(connection, issuer=issuer, patient_id=patient.id)
        if subject is None:
            raise SnilsRefused("no account is linked to that patient")
        ended = end_sessions_of(connection, realm, issuer=issuer, subject=subject, provider_session=None)
        detail: dict[str, str | int] = {"subject": subject, "sessions": ended}
        note(connection, realm, Event.PATIENT_UNLINKED, actor="operator", object=f"patient:{patient.id}", detail=detail)
    click.echo(f"{subject} is not this patient any more; sessions ended: {ended}")


@click.group()
def notice() -> None:
    """Recommendations and changes of protocols, for everybody who wants to hear of them."""


@notice.command("publish")
@click.argument("text", type=click.File("r", encoding="utf-8"))
@click.option("--topic", type=click.Choice([topic.value for topic in PUBLISHED]), required=True, help="What it is about.")
@click.option("--subject", required=True, help="Its heading, and the subject of the letters.")
@one_sentence
def publish_notice(text: TextIO, topic: str, subject: str) -> None:
    """Publish the file TEXT (- reads from standard input). The registry that serves tells the subscribers."""
    with opened_when_prepared() as realm, realm.database.write() as connection:
        publication_id = publish(connection, realm, Topic(topic), subject=subject, text=text.read(), actor="operator")
    click.echo(f"published as {publication_id}; subscribers are told as soon as the registry serves")


@notice.command("list")
@one_sentence
def list_notices() -> None:
    """Show the newest publications, and how many people each has reached."""
    with opened_when_prepared() as realm, realm.database.read() as connection:
        published = list_published(connection, realm)
    for each in published:
        state = "told" if each.is_finished else "told so far"
        click.echo(f"{as_datetime(each.published_at):%Y-%m-%d %H:%M}Z  {each.topic}  {each.told} {state}  {each.subject}")
