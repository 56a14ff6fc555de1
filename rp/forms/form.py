"""The declaration of a form, and what became of what was typed into it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ground.web.language import gettext as _
from rp.forms.formats import FieldRefused

MAX_CHARACTERS = 200
Widget = Literal["text", "date", "number", "phone", "email", "digits", "choice", "long", "tick"]


def as_typed(text: str) -> str:
    """The text without the blanks around it."""
    return text.strip()


@dataclass(frozen=True)
class Field:
    """One field. `read` turns the text into a value, or raises FieldRefused; `label`, `hint` and `options` are asked for in the
    language of the page. Options are pairs of value and label, and nothing else can be chosen."""

    name: str
    label: Callable[[], str]
    read: Callable[[str], Any] = as_typed
    widget: Widget = "text"
    hint: Callable[[], str] | None = None
    options: Callable[[], Sequence[tuple[str, str]]] | None = None
    is_required: bool = True
    max_characters: int = MAX_CHARACTERS
    autocomplete: str | None = None
    missing: Callable[[], str] | None = None


@dataclass(frozen=True)
class FormRead:
    """What was typed: the texts as they were, the values of what could be read (None for what was left empty), and sentences by
    field for the rest."""

    texts: Mapping[str, str]
    values: Mapping[str, Any] = field(repr=False)
    errors: Mapping[str, str]

    @property
    def is_valid(self) -> bool:
        return not self.errors

    def with_errors(self, errors: Mapping[str, str]) -> "FormRead":
        """The same with what was found out later, by whoever knows more than the form."""
        return FormRead(self.texts, self.values, {**self.errors, **errors})


@dataclass(frozen=True)
class Form:
    """The fields in the order of the page, and checks of several fields together: each gives errors by field.

    `early_checks` run whatever else is wrong, so that all errors are told at once: with the values that could be read.
    """

    fields: tuple[Field, ...]
    checks: tuple[Callable[[Mapping[str, Any]], Mapping[str, str]], ...] = ()
    early_checks: tuple[Callable[[Mapping[str, Any]], Mapping[str, str]], ...] = ()

    def empty(self, **texts: str) -> FormRead:
        """The form as it is first shown, with these texts in it."""
        return FormRead({each.name: texts.get(each.name, "") for each in self.fields}, {}, {})

    def read(self, sent: Mapping[str, str]) -> FormRead:
        """Every field is read, whatever the others say; the checks run when all are right."""
        texts = {each.name: sent.get(each.name, "") for each in self.fields}
        values: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for each in self.fields:
            try:
                values[each.name] = _read(each, texts[each.name])
            except FieldRefused as refusal:
                errors[each.name] = str(refusal)
        for check in self.early_checks:
            errors.update(check(values))
        if not errors:
            for check in self.checks:
                errors.update(check(values))
        return FormRead(texts, values, errors)

    def read_one(self, name: str, text: str) -> str | None:
        """What is wrong with one field alone: for the check while somebody types. Raises KeyError for no such field."""
        known = {each.name: each for each in self.fields}[name]
        try:
            _read(known, text)
        except FieldRefused as refusal:
            return str(refusal)
        return None


def _read(known: Field, text: str) -> Any:
    if not text.strip():
        if known.is_required:
            raise FieldRefused(known.missing() if known.missing else _missing(known))
        return None
    if len(text) > known.max_characters:
        raise FieldRefused(_("Слишком длинно: не больше %(number)s знаков.", number=known.max_characters))
    is_text = all(character.isprintable() or (known.widget == "long" and character in "\r\n\t") for character in text)
    if not is_text:
        raise FieldRefused(_("В тексте есть знаки, которых в нём быть не может."))
    if known.options is not None and text not in {value for value, _label in known.options()}:
        raise FieldRefused(_("Выберите одно из списка."))
    return known.read(text)


def _missing(known: Field) -> str:
    """Named, since the summary above the form stands without the labels."""
    if known.widget == "choice":
        return _("Выберите, что стоит в поле «%(label)s».", label=known.label())
    return _("Заполните поле «%(label)s».", label=known.label())
