"""What people record of themselves: judged by content, kept sealed, shown to an operator, removed when its term is over."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from ground.jobs import Job
from idp.audit import Event, record
from idp.realm import Realm
from idp.recovery.store import RECORDINGS, RECOVERIES, Recovery
from idp.throttling import counters

JOB = "recording"
MAX_BYTES = 20 * 1024 * 1024
DAY_SECONDS = 24 * 60 * 60
MOST_WAITING = 100
"""How many are kept at once before a decision: two gigabytes at most, whoever sends them."""
MOST_OF_ADDRESS, HOUR_SECONDS = 5, 60 * 60
OF_ADDRESS = "recordings of an address"
JPEG, PNG, MATROSKA = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\x1a\x45\xdf\xa3"
MP4_BRANDS = (b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash")
"""The major brands of what telephones and browsers record; those of pictures (heic, avif) are not among them."""
HEADER_BYTES = 64
"""Where the document type of a Matroska file stands, if it is WebM at all."""


@dataclass(frozen=True)
class Recording:
    """One recording, opened."""

    media_type: str
    content: bytes


def media_type_of(content: bytes) -> str | None:
    """The kind of a recording by its first bytes, whatever its name and the browser say; None for everything else."""
    if content.startswith(JPEG):
        return "image/jpeg"
    if content.startswith(PNG):
        return "image/png"
    if content.startswith(MATROSKA) and b"webm" in content[:HEADER_BYTES]:
        return "video/webm"
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return "video/quicktime" if brand == b"qt  " else "video/mp4" if brand in MP4_BRANDS else None
    return None


def has_room(realm: Realm, connection: Connection, address: str) -> bool:
    """May one more be kept, and from this address? Counted in the transaction that keeps it. Where the settings know no limit of
    failures, an address has none here either."""
    query = select(func.count()).select_from(RECORDINGS.join(RECOVERIES, RECOVERIES.c.id == RECORDINGS.c.recovery_id))
    if connection.execute(query.where(RECOVERIES.c.ended_at.is_(None))).scalar_one() >= MOST_WAITING:
        return False
    count = counters.count_up(realm, connection, OF_ADDRESS, address, within_seconds=HOUR_SECONDS)
    return count <= MOST_OF_ADDRESS or not realm.settings.failures_per_address


def keep(realm: Realm, connection: Connection, recovery: Recovery, recording: Recording, *, waits_seconds: int) -> None:
    """Keep a recording, sealed, and owe its removal: one for which nobody decides goes when its time to wait is over."""
    row = {
        "recovery_id": recovery.id,
        "media_type": recording.media_type,
        "sealed": realm.vault.seal(f"recordings:{recovery.id}", recording.content),
        "received_at": realm.clock.now(),
    }
    connection.execute(insert(RECORDINGS), row)
    realm.jobs.enqueue(connection, JOB, {"recovery": recovery.id}, after_seconds=waits_seconds)


def owe_removal(realm: Realm, connection: Connection, recovery: Recovery) -> None:
    """It is decided: the recording stays for the term of the settings, for whoever asks why."""
    after = realm.settings.recording_days * DAY_SECONDS
    realm.jobs.enqueue(connection, JOB, {"recovery": recovery.id}, after_seconds=after)


def is_kept(connection: Connection, recovery_id: str) -> bool:
    """Is there a recording (still)?"""
    query = select(RECORDINGS.c.recovery_id).where(RECORDINGS.c.recovery_id == recovery_id)
    return connection.execute(query).first() is not None


def kind_of(connection: Connection, recovery_id: str) -> str | None:
    """`video` or `image`; None when there is no recording any more."""
    query = select(RECORDINGS.c.media_type).where(RECORDINGS.c.recovery_id == recovery_id)
    media_type: str | None = connection.execute(query).scalar()
    return media_type.partition("/")[0] if media_type is not None else None


def view(realm: Realm, connection: Connection, recovery: Recovery, *, actor: str) -> Recording | None:
    """The recording for somebody of the staff, who is written down; None when it is there no more."""
    row = connection.execute(select(RECORDINGS).where(RECORDINGS.c.recovery_id == recovery.id)).first()
    if row is None:
        return None
    thing = f"citizen:{recovery.citizen_id}" if recovery.citizen_id is not None else recovery.holder
    record(realm, connection, Event.RECORDING_VIEWED, actor=actor, object=thing, recovery=recovery.id)
    return Recording(row.media_type, realm.vault.open(f"recordings:{recovery.id}", row.sealed))


def remove_due(realm: Realm, job: Job) -> None:
    """Remove a recording whose term is over; one that is still needed has another job to come."""
    recovery_id, now = str(job.payload["recovery"]), realm.clock.now()
    with realm.database.write() as connection:
        row = connection.execute(select(RECOVERIES).where(RECOVERIES.c.id == recovery_id)).first()
        term = realm.settings.recording_days * DAY_SECONDS
        if row is not None and now < (row.expires_at if row.ended_at is None else row.ended_at + term):
            return
        if connection.execute(delete(RECORDINGS).where(RECORDINGS.c.recovery_id == recovery_id)).rowcount:
            record(realm, connection, Event.RECORDING_REMOVED, actor="job:recording", object=f"recovery:{recovery_id}")
