"""The sections of the staff's pages, in the order of their navigation. A new section is one line."""

from collections.abc import Callable
from dataclasses import dataclass

from ground.web.language import gettext as _
from rp.access.policy import Operation


@dataclass(frozen=True)
class StaffSection:
    """One section: its name in the language of the page, its first page, its icon, and whom it is for."""

    label: Callable[[], str]
    path: str
    icon: str
    operation: Operation


STAFF_SECTIONS: tuple[StaffSection, ...] = (
    StaffSection(lambda: _("Пациенты"), "/staff", "user", Operation.FIND_PATIENT),
    StaffSection(lambda: _("Заявления людей"), "/staff/requests", "document", Operation.DECIDE_REQUEST),
    StaffSection(lambda: _("Рассылки"), "/staff/notices", "message", Operation.PUBLISH_NOTICE),
)
