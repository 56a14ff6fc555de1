"""Applications for a test (R149). A laboratory or a medical organisation decides: it is its own affair."""

from collections.abc import Mapping
from typing import Any

from ground.web.language import gettext as _
from rp.access.principal import Role
from rp.forms.form import Field, Form
from rp.requests.kind import Asking, RequestKind
from rp.requests.kinds.places import comment_field, day_field, place_field


class Test(RequestKind):
    """The kind `test`."""

    __test__ = False  # for pytest, which takes the name for a test of its own
    name = "test"
    icon = "tube"
    deciders = frozenset({Role.LABORATORY, Role.DOCTOR, Role.REGISTRAR})

    def title(self) -> str:
        return _("Заявление на тестирование")

    def lead(self) -> str:
        return _("Выберите, где и когда. Организация ответит, ждёт ли она вас в этот день.")

    def form(self, asking: Asking) -> Form:
        test = Field("test", lambda: _("Какой анализ"), widget="choice", options=_tests, missing=lambda: _("Выберите анализ."))
        place = place_field(asking, kinds=("medical", "laboratory"))
        return Form((test, place, day_field(asking), comment_field()))

    def addressee(self, values: Mapping[str, Any]) -> str | None:
        return str(values["place"])


def _tests() -> list[tuple[str, str]]:
    return [
        ("pcr", _("ПЦР: болею ли я сейчас")),
        ("antigen", _("Экспресс-тест на антиген")),
        ("antibodies", _("Антитела IgG: есть ли иммунитет")),
    ]


TEST = Test()
