"""The sections of the cabinet beside the records themselves, in the order of its side navigation. A new section is one line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ground.web.language import gettext as _


@dataclass(frozen=True)
class Section:
    """One section: its name in the language of the page, its first page, and the icon of the design sheet."""

    label: Callable[[], str]
    path: str
    icon: str


SECTIONS: tuple[Section, ...] = (
    Section(lambda: _("История"), "/history", "clock"),
    Section(lambda: _("Заявления"), "/requests", "document"),
    Section(lambda: _("Подтверждение данных"), "/confirmation", "user"),
    Section(lambda: _("Близкие"), "/family", "user"),
    Section(lambda: _("Файлы"), "/documents", "list"),
    Section(lambda: _("Доступ"), "/sharing", "shield"),
    Section(lambda: _("Кто смотрел"), "/readers", "info"),
    Section(lambda: _("Уведомления"), "/notices", "message"),
    Section(lambda: _("Копия"), "/copy", "download"),
)


def section_links(open_path: str, news: Mapping[str, int] | None = None) -> list[tuple[str, str, bool, str]]:
    """The side navigation: label, address, whether it is open, icon. `news` counts what is new in the section of an address."""
    return [
        (_label(each, news or {}), each.path, open_path == each.path or open_path.startswith(f"{each.path}/"), each.icon)
        for each in SECTIONS
    ]


def _label(section: Section, news: Mapping[str, int]) -> str:
    count = news.get(section.path, 0)
    return f"{section.label()}, {count}" if count else section.label()
