"""Requests to delete one record, or everything (R138): refused at once while the watch over the epidemic needs it, else decided.

Two kinds, so that nobody deletes everything by mistake. Statistics keep the numbers (see `rp.records.counting`).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ground.web.language import format_day
from ground.web.language import gettext as _
from rp.forms.form import Field, Form
from rp.notices.telling import send
from rp.notices.topics import Channel
from rp.patients.directory import Person, find_patient
from rp.records.catalogue import BY_NAME
from rp.records.codes import CodeLabels
from rp.records.record_type import Record
from rp.records.store import find_record, records_of
from rp.requests.erasure import erase_patient, erase_record
from rp.requests.holds import holds_on
from rp.requests.kind import Asking, CannotGrant, Granting, Request, RequestKind
from rp.requests.retention import kept_until

WHY_CHARACTERS = 1000
FAREWELL_SUBJECT = "Регистр вас забыл"
FAREWELL = "По заявлению {number} ваши данные удалены из регистра. Больше сообщений не будет."


class RecordDeletion(RequestKind):
    """The kind `record_deletion`."""

    name = "record_deletion"
    icon = "cross"
    is_offered = False
    asks_of_a_record = True

    def title(self) -> str:
        return _("Удалить запись")

    def lead(self) -> str:
        return _("Запись удаляют, если она больше не нужна для наблюдения за эпидемией. В статистике остаётся только число.")

    def form(self, asking: Asking) -> Form:
        return Form((_why(),))

    def refusal(self, asking: Asking, values: Mapping[str, Any]) -> str | None:
        return _needed(asking, [asking.record] if asking.record else [])

    def facts(self, asking: Asking, request: Request) -> list[tuple[str, str]]:
        return [*_record_facts(asking), *super().facts(asking, request)]

    def checks(self, asking: Asking, request: Request) -> list[tuple[str, str]]:
        return _hold_facts(asking)

    def grant(self, granting: Granting) -> None:
        record_id = granting.request.record_id
        record = find_record(granting.connection, granting.realm, record_id) if record_id else None
        if record is None or record_id is None:
            raise CannotGrant(_("Записи больше нет."))
        _check_erasable(granting, [record])
        erase_record(granting.connection, granting.realm, record_id, actor=granting.decider.actor)


class FullDeletion(RequestKind):
    """The kind `full_deletion`."""

    name = "full_deletion"
    icon = "cross"
    is_for_oneself = True
    leaves_a_cabinet = False

    def title(self) -> str:
        return _("Удалить все мои данные")

    def lead(self) -> str:
        return _("Регистр забудет вас: записи, документы, заявления и доступ. Вернуть это нельзя.")

    def form(self, asking: Asking) -> Form:
        sure = Field(
            "sure", lambda: _("Я понимаю, что вернуть данные нельзя"), widget="tick", missing=lambda: _("Подтвердите это.")
        )
        return Form((sure, _why()))

    def refusal(self, asking: Asking, values: Mapping[str, Any]) -> str | None:
        return _needed(asking, records_of(asking.connection, asking.realm, asking.patient_id))

    def checks(self, asking: Asking, request: Request) -> list[tuple[str, str]]:
        count = len(records_of(asking.connection, asking.realm, asking.patient_id))
        return [(_("Записей в регистре"), str(count)), *_hold_facts(asking)]

    def grant(self, granting: Granting) -> None:
        patient_id = granting.request.patient_id
        _check_erasable(granting, records_of(granting.connection, granting.realm, patient_id))
        patient = find_patient(granting.connection, granting.realm, patient_id)
        erase_patient(granting.connection, granting.realm, patient_id, actor=granting.decider.actor)
        if patient is not None:  # after it, since what waits to be sent to the person goes with them
            _say_farewell(granting, patient.person)


def _say_farewell(granting: Granting, person: Person) -> None:
    """Tell the person by letter and SMS, whatever they chose: there is no cabinet any more to find the answer in."""
    text = FAREWELL.format(number=granting.request.number)
    channels = {Channel.EMAIL, Channel.SMS}
    send(granting.connection, granting.realm, person, channels, subject=FAREWELL_SUBJECT, letter=text, sms=text)


def _why() -> Field:
    return Field(
        "why",
        lambda: _("Почему"),
        widget="long",
        hint=lambda: _("Можно не заполнять"),
        is_required=False,
        max_characters=WHY_CHARACTERS,
    )


def _needed(asking: Asking, records: Sequence[Record | None]) -> str | None:
    """The reason for which the newest of these records stays; None when each is past its term."""
    years = asking.realm.settings.retention_years
    until = [(kept_until(each.type_name, each.occurred_on, years), each) for each in records if each is not None]
    needed = [(day, each) for day, each in until if day > asking.today]
    if not needed:
        return None
    day, record = max(needed, key=lambda found: found[0])
    return _reason(record, day, len(needed))


def _reason(record: Record, day: date, count: int) -> str:
    group = BY_NAME[record.type_name].title()
    if count == 1:
        return _("Запись из группы «%(group)s» нужна для наблюдения за эпидемией до %(day)s.", group=group, day=format_day(day))
    return _(
        "Записи нужны для наблюдения за эпидемией (таких %(count)s), последняя из группы «%(group)s» до %(day)s.",
        count=count,
        group=group,
        day=format_day(day),
    )


def _check_erasable(granting: Granting, records: Sequence[Record]) -> None:
    """Raises CannotGrant while a term runs or somebody holds the data."""
    asking = Asking(granting.connection, granting.realm, granting.request.patient_id)
    if holds_on(granting.connection, granting.realm, granting.request.patient_id):
        raise CannotGrant(_("Данные этого человека удалять нельзя: стоит запрет."))
    reason = _needed(asking, records)
    if reason is not None:
        raise CannotGrant(reason)


def _record_facts(asking: Asking) -> list[tuple[str, str]]:
    record = asking.record
    if record is None:
        return []
    return [
        (_("Запись"), BY_NAME[record.type_name].card(record, asking.realm.room(CodeLabels)).title),
        (_("Когда"), format_day(record.occurred_on)),
        (_("Где"), record.organisation),
    ]


def _hold_facts(asking: Asking) -> list[tuple[str, str]]:
    holds = holds_on(asking.connection, asking.realm, asking.patient_id)
    return [(_("Запрет на удаление"), hold.reason) for hold in holds]


RECORD_DELETION = RecordDeletion()
FULL_DELETION = FullDeletion()
