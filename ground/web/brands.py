"""The words that go with the mark of each brand. The marks themselves are in `parts.html`."""

from dataclasses import dataclass

from ground.web.language import LazyText, lazy_gettext


@dataclass(frozen=True)
class BrandWords:
    """What stands beside the mark, under it, and in the footer."""

    name: LazyText
    tagline: LazyText
    footer: LazyText
    title_tail: LazyText


BRANDS = {
    "propusk": BrandWords(
        name=lazy_gettext("Пропуск"),
        tagline=lazy_gettext("учебный вход"),
        footer=lazy_gettext("Пропуск: учебный стенд для проверки входа. Люди, номера и документы вымышлены."),
        title_tail=lazy_gettext("Пропуск, учебный стенд"),
    ),
    "registry": BrandWords(
        name=lazy_gettext("Регистр"),
        tagline=lazy_gettext("ЕГИСЗ COVID, учебный"),
        footer=lazy_gettext("Регистр: учебный образец. Записи о здоровье, люди и номера вымышлены."),
        title_tail=lazy_gettext("Регистр, учебный стенд"),
    ),
    "bank": BrandWords(
        name=lazy_gettext("Облепиха"),
        tagline=lazy_gettext("учебный банк"),
        footer=lazy_gettext("Облепиха: выдуманный банк учебного стенда. Лицензии нет и не будет, денег тоже."),
        title_tail=lazy_gettext("Облепиха, учебный стенд"),
    ),
}
