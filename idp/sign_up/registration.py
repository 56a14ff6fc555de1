"""A registration, from the form to the account.

    begun ──a code for each address──▶ proved ──▶ finished (an account exists)
      └────────── half an hour ──────────▶ expired

It is bound to one browser and finished once. Where an address is somebody's already no code is sent there: the owner is told
instead, and whoever signs up sees the same pages at the same pace as anybody (CO-07).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from ground.chance import draw_identifier
from ground.database import table_of
from ground.web.language import gettext as _
from idp.authentication.methods.one_time_code import codes
from idp.authentication.methods.one_time_code.channels import EMAIL, SMS
from idp.authentication.methods.one_time_code.codes import Outcome, Recipient
from idp.authentication.methods.password.store import set_hash
from idp.citizens import directory
from idp.citizens.models import PersonalData
from idp.realm import Realm
from idp.sign_up.form import Wanted
from idp.sign_up.models import Registration
from idp.throttling import addresses, counters

REGISTRATIONS = table_of(Registration)
FIND = select(REGISTRATIONS).where(REGISTRATIONS.c.id == bindparam("registration_id"))
LIFETIME_SECONDS = 30 * 60
CHANNELS = (SMS, EMAIL)
TURN = "codes of newcomers"
"""The counter that is raised before a code is sent, so that of two at once the second sees the first."""


class RegistrationGone(Exception):
    """There is no such registration in this browser, or its time is over."""


@dataclass(frozen=True)
class Waiting:
    """A registration of this browser. `proved` are the names of the channels whose code was right."""

    id: str
    wanted: Wanted
    proved: frozenset[str]
    is_finished: bool

    @property
    def recipients(self) -> Sequence[Recipient]:
        """Everywhere a code goes to."""
        addresses_of = {SMS: self.wanted.phone, EMAIL: self.wanted.email}
        return [Recipient(f"sign_up:{self.id}", channel, to, None) for channel in CHANNELS if (to := addresses_of[channel])]

    @property
    def unproved(self) -> Sequence[Recipient]:
        """Where the code has not been typed yet."""
        return [to for to in self.recipients if to.channel.name not in self.proved]


def begin(realm: Realm, connection: Connection, wanted: Wanted, *, browser: str, remote_address: str) -> str:
    """Store what somebody wants and send the codes. The id of the registration."""
    registration_id, now = draw_identifier(realm.chance, "registration"), realm.clock.now()
    row = {
        "id": registration_id,
        "browser": browser,
        "sealed": realm.vault.seal_fields(f"registrations:{registration_id}", wanted.as_fields()),
        "proved": "",
        "created_at": now,
        "expires_at": now + LIFETIME_SECONDS,
    }
    connection.execute(insert(REGISTRATIONS), row)
    recipients = Waiting(registration_id, wanted, frozenset(), is_finished=False).recipients
    for to in recipients:
        _take_turn(realm, connection, to)  # of all, before the first code is in the journal
    for to in recipients:
        send(realm, connection, to, remote_address=remote_address)
    return registration_id


def find(realm: Realm, connection: Connection, registration_id: str, *, browser: str, held: bool = False) -> Waiting:
    """The registration of this browser, on request held until the end of the transaction. Raises RegistrationGone."""
    if "\0" in registration_id:  # PostgreSQL would raise
        raise RegistrationGone
    statement = FIND.with_for_update() if held else FIND
    row = connection.execute(statement, {"registration_id": registration_id}).first()
    if row is None or row.browser != browser or row.expires_at <= realm.clock.now():
        raise RegistrationGone
    return _open(realm, row)


def send(realm: Realm, connection: Connection, to: Recipient, *, remote_address: str) -> int:
    """Send a code there, unless it is too soon: then the seconds to wait."""
    _take_turn(realm, connection, to)
    wait = codes.seconds_to_wait(realm, connection, to)
    if not wait and not addresses.may_send(realm, connection, remote_address):
        wait = addresses.HOUR_SECONDS
    if not wait:
        is_taken = directory.find_by_login(realm, connection, to.address) is not None
        subject = _("Ваша запись в Пропуске") if is_taken else _("Код для регистрации")
        text = _tell_owner if is_taken else _tell_code
        codes.send(realm, connection, to, text, subject=subject if to.channel is EMAIL else None)
    return wait


def answer(realm: Realm, connection: Connection, registration: Waiting, given: Mapping[str, str]) -> dict[str, Outcome]:
    """Judge the codes that were typed, by name of the channel. What was right is remembered."""
    outcomes = {
        to.channel.name: codes.judge(realm, connection, to, given[to.channel.name])
        for to in registration.unproved
        if to.channel.name in given
    }
    right = {name for name, outcome in outcomes.items() if outcome.reason is None}
    if right:
        proved = " ".join(sorted(registration.proved | right))
        connection.execute(update(REGISTRATIONS).where(REGISTRATIONS.c.id == registration.id), {"proved": proved})
    return outcomes


def finish(realm: Realm, connection: Connection, registration: Waiting) -> str:
    """Make the account of a registration whose addresses are all proved, and return its id. Raises RegistrationGone when it is
    made already, and CitizenExists for an address that is somebody's by now."""
    assert not registration.unproved, "every address is proved first"
    wanted, citizen_id = registration.wanted, draw_identifier(realm.chance, "citizen")
    directory.enter(
        realm,
        connection,
        PersonalData(wanted.family_name, wanted.given_name, wanted.middle_name, phone=wanted.phone, email=wanted.email),
        phone_is_verified=wanted.phone is not None,
        email_is_verified=wanted.email is not None,
        is_newcomer=True,
        actor=f"citizen:{citizen_id}",
        citizen_id=citizen_id,
    )
    set_hash(realm, connection, citizen_id, wanted.password_hash)
    # What was typed is the account's now: here only the way back is left of it.
    left = Wanted("", "", None, None, None, "", wanted.return_path).as_fields()
    row = {
        "finished_at": realm.clock.now(),
        "sealed": realm.vault.seal_fields(f"registrations:{registration.id}", left),
    }
    is_open = (REGISTRATIONS.c.id == registration.id, REGISTRATIONS.c.finished_at.is_(None))
    if connection.execute(update(REGISTRATIONS).where(*is_open), row).rowcount != 1:
        raise RegistrationGone
    return citizen_id


def give_up(realm: Realm, connection: Connection, registration: Waiting) -> None:
    """It leads to no account any more."""
    connection.execute(update(REGISTRATIONS).where(REGISTRATIONS.c.id == registration.id), {"expires_at": realm.clock.now()})


def _take_turn(realm: Realm, connection: Connection, to: Recipient) -> None:
    counters.count_up(realm, connection, TURN, to.address, within_seconds=addresses.HOUR_SECONDS)


def _tell_code(code: str) -> str:
    return _("Пропуск: код для регистрации %(code)s. Действует 5 минут. Никому его не называйте.", code=code)


def _tell_owner(_code: str) -> str:
    return _("Пропуск: кто-то хотел завести запись с вашим телефоном или почтой, а она у вас уже есть. Новой не появилось.")


def _open(realm: Realm, row: Row[Any]) -> Waiting:
    wanted = Wanted(**realm.vault.open_fields(f"registrations:{row.id}", row.sealed))
    return Waiting(row.id, wanted, frozenset(row.proved.split()), row.finished_at is not None)
