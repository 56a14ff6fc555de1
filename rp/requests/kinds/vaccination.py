"""Applications for vaccination (R149). A medical organisation decides: it is its own affair."""

from collections.abc import Mapping
from typing import Any

from ground.web.language import gettext as _
from rp.access.principal import Role
from rp.forms.form import Field, Form
from rp.requests.kind import Asking, RequestKind
from rp.requests.kinds.places import comment_field, day_field, place_field


class Vaccination(RequestKind):
    """The kind `vaccination`."""

    name = "vaccination"
    icon = "syringe"
    deciders = frozenset({Role.DOCTOR, Role.REGISTRAR})

    def title(self) -> str:
        return _("Заявление на вакцинацию")

    def lead(self) -> str:
        return _("Выберите, где и когда. Организация ответит, ждёт ли она вас в этот день.")

    def form(self, asking: Asking) -> Form:
        dose = Field("dose", lambda: _("Какая доза"), widget="choice", options=_doses, missing=lambda: _("Выберите дозу."))
        return Form((dose, place_field(asking, kinds=("medical",)), day_field(asking), comment_field()))

    def addressee(self, values: Mapping[str, Any]) -> str | None:
        return str(values["place"])


def _doses() -> list[tuple[str, str]]:
    return [("1", _("первая")), ("2", _("вторая")), ("booster", _("повторная прививка"))]


VACCINATION = Vaccination()
