"""The sections of the cabinet beside the records themselves, in the order of its side navigation. A new section is one line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ground.web.language import gettext as _


@dataclass(frozen=True)
class Section:
    """One section: its name in the language of the page, its first page, the icon of the design sheet, and its other pages.

    `is_for_oneself`: whoever acts for another has no way in, and is shown none.
    """

    label: Callable[[], str]
    path: str
    icon: str
    others: tuple[str, ...] = ()
    is_for_oneself: bool = False

    def is_open(self, open_path: str) -> bool:
        """Is this one of its pages, or a page below one of them?"""
        return any(open_path == path or open_path.startswith(f"{path}/") for path in (self.path, *self.others))


SECTIONS: tuple[Section, ...] = (
    Section(lambda: _("История"), "/history", "clock"),
    Section(lambda: _("Заявления"), "/requests", "document"),
    Section(lambda: _("Подтверждение данных"), "/confirmation", "user", is_for_oneself=True),
    Section(lambda: _("Близкие"), "/family", "user"),
    Section(lambda: _("Файлы"), "/documents", "list"),
    Section(lambda: _("Доступ"), "/sharing", "shield", ("/readers",)),
    Section(lambda: _("Уведомления"), "/notices", "message"),
    Section(lambda: _("Копия"), "/copy", "download"),
)


def section_links(
    open_path: str, news: Mapping[str, int] | None = None, *, is_acting: bool = False
) -> list[tuple[str, str, bool, str]]:
    """The side navigation: label, address, whether it is open, icon. `news` counts what is new in the section of an address."""
    shown = [each for each in SECTIONS if not (is_acting and each.is_for_oneself)]
    return [(_label(each, news or {}), each.path, each.is_open(open_path), each.icon) for each in shown]


def _label(section: Section, news: Mapping[str, int]) -> str:
    count = news.get(section.path, 0)
    return f"{section.label()}, {count}" if count else section.label()
