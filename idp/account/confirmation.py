"""Confirming a telephone or a mail address at the account: the one that stands there, or a new one.

    asked for ──a code──▶ waiting ──the right one──▶ confirmed: only now is it the account's, and the old address is told
                             └── half an hour, or another one is asked for ──▶ forgotten

What waits is a challenge of the session, sealed; what the account has goes on working until then. Where the new address is
somebody else's no code is sent there: they are told, and the page says nothing of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from ground.web.language import LazyText, current_language, lazy_gettext
from ground.web.language import gettext as _
from idp.authentication import challenge
from idp.authentication.challenge import holder_of
from idp.authentication.method import Owner
from idp.authentication.methods.one_time_code import codes
from idp.authentication.methods.one_time_code.channels import EMAIL, SMS, Channel
from idp.authentication.methods.one_time_code.codes import Outcome, Recipient
from idp.citizens import directory
from idp.citizens.directory import CitizenExists
from idp.citizens.models import Person, PersonalData
from idp.realm import Realm

LIFETIME_SECONDS = 30 * 60
USEFUL_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class Contact:
    """One of the two: `name` is its field in the data of a person, `channel` how a code travels there."""

    name: str
    channel: Channel
    told_elsewhere: LazyText
    told_changed: LazyText

    @property
    def purpose(self) -> str:
        return f"contact:{self.channel.name}"

    def of(self, person: Person) -> str | None:
        """What this person has."""
        value: str | None = getattr(person.data, self.name)
        return value

    def is_verified(self, person: Person) -> bool:
        return bool(getattr(person, f"{self.name}_is_verified"))


CONTACTS: Mapping[str, Contact] = {
    "phone": Contact(
        "phone",
        SMS,
        lazy_gettext("Пропуск: кто-то указал ваш номер в чужой учётной записи. Там он не появится, делать ничего не нужно."),
        lazy_gettext("Пропуск: в вашей учётной записи другой телефон. Если это не вы, сразу позвоните в поддержку."),
    ),
    "email": Contact(
        "email",
        EMAIL,
        lazy_gettext("Пропуск: кто-то указал вашу почту в чужой учётной записи. Там она не появится, делать ничего не нужно."),
        lazy_gettext("Пропуск: в вашей учётной записи другая почта. Если это не вы, сразу позвоните в поддержку."),
    ),
}


def begin(realm: Realm, connection: Connection, owner: Owner, contact: Contact, address: str) -> int:
    """Have this address confirmed, and send its code. The seconds to wait where that is too soon."""
    directory.hold(connection, owner.person.id)
    data = {"address": address}
    challenge.ask(realm, connection, owner.session, contact.purpose, data, lifetime_seconds=LIFETIME_SECONDS)
    return send(realm, connection, recipient(owner, contact, address))


def waiting(realm: Realm, connection: Connection, owner: Owner, contact: Contact) -> Recipient | None:
    """The address that waits for its code, and whom the code is for."""
    asked = challenge.waiting(realm, connection, owner.session, contact.purpose)
    return recipient(owner, contact, asked.data["address"]) if asked is not None else None


def send(realm: Realm, connection: Connection, to: Recipient) -> int:
    """Send a code, which kills the one before; or say how many seconds it is too soon for that."""
    assert to.citizen_id is not None, "it is somebody's account"
    directory.hold(connection, to.citizen_id)
    wait = codes.seconds_to_wait(realm, connection, to)
    if not wait:
        known = directory.find_by_login(realm, connection, to.address)
        is_taken = known is not None and known.id != to.citizen_id
        contact = next(each for each in CONTACTS.values() if each.channel is to.channel)
        subject = _("Ваша почта в Пропуске") if is_taken else _("Код подтверждения")
        text = (lambda _code: str(contact.told_elsewhere)) if is_taken else _tell_code
        codes.send(realm, connection, to, text, subject=subject if to.channel is EMAIL else None)
    return wait


def finish(realm: Realm, connection: Connection, owner: Owner, contact: Contact, code: str) -> Outcome:
    """Judge the code; with the right one the address is the account's, and confirmed."""
    directory.hold(connection, owner.person.id)
    to, person = waiting(realm, connection, owner, contact), directory.find(realm, connection, owner.person.id)
    if to is None or person is None:
        return Outcome("no_code")
    outcome = codes.judge(realm, connection, to, code)
    if outcome.reason is not None:
        return outcome
    try:
        data = PersonalData.from_fields(person.data.as_fields() | {contact.name: to.address})
        confirmed = _verified(replace(person, data=data), contact)
        directory.change(realm, connection, confirmed, actor=f"citizen:{person.id}")
    except CitizenExists:  # whoever proved it first has it
        return Outcome("no_code")
    challenge.use(realm, connection, owner.session, contact.purpose)
    before = contact.of(person)
    if before is not None and before != to.address:
        _tell_old(realm, connection, contact, before)
    return outcome


def recipient(owner: Owner, contact: Contact, address: str) -> Recipient:
    """Whom a code to this address is for."""
    return Recipient(holder_of(owner.session), contact.channel, address, owner.person.id)


def _verified(person: Person, contact: Contact) -> Person:
    return replace(person, phone_is_verified=True) if contact.name == "phone" else replace(person, email_is_verified=True)


def _tell_code(code: str) -> str:
    return _("Пропуск: код подтверждения %(code)s. Действует 5 минут. Никому его не называйте.", code=code)


def _tell_old(realm: Realm, connection: Connection, contact: Contact, address: str) -> None:
    realm.outbox.post(
        connection,
        channel=contact.channel.name,
        address=address,
        text=str(contact.told_changed),
        subject=_("Почта в Пропуске изменилась") if contact.channel is EMAIL else None,
        language=current_language(),
        useful_for_seconds=USEFUL_SECONDS,
    )
