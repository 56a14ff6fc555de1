"""The contract of a kind of request, and the values it works with."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Connection

from ground.web.language import format_day, local_moment
from ground.web.language import gettext as _
from rp.access.principal import Principal, Role
from rp.forms.form import Field, Form
from rp.realm import Realm
from rp.records.record_type import Record


class State(StrEnum):
    """Where a request stands."""

    DRAFT = "draft"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True)
class Request:
    """One request. `author` is who filed it, as the journal names actors.

    `values` is what was asked, as it was typed and by the names of the kind's fields; `answer` is what the decider wrote.
    """

    id: str
    patient_id: str
    record_id: str | None
    kind: str
    state: State
    number: str | None
    author: str
    organisation_id: str | None
    version: int
    signed_acr: str | None
    created_at: int
    sent_at: int | None
    decided_at: int | None
    decided_by: str | None
    values: Mapping[str, Any] = field(repr=False)
    answer: str | None = field(repr=False)

    @property
    def is_for_another(self) -> bool:
        """Did somebody file it who speaks for the patient?"""
        return self.author != f"patient:{self.patient_id}"

    @property
    def is_open(self) -> bool:
        """Is somebody still to decide it?"""
        return self.state is State.SENT


@dataclass(frozen=True)
class Asking:
    """Who asks, and of which record: what a kind looks at to draw its form and to judge what was typed.

    `claims` is what the provider says of whoever is signed in; nothing, where somebody else looks at the request.
    """

    connection: Connection
    realm: Realm
    patient_id: str
    record: Record | None = None
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def today(self) -> date:
        """The day where people are."""
        return local_moment(self.realm.clock.now()).date()


@dataclass(frozen=True)
class Granting:
    """A request that is being granted, in the transaction of the decision."""

    connection: Connection
    realm: Realm
    request: Request
    decider: Principal
    answer: str


class CannotGrant(Exception):
    """What was asked cannot be done now. The text is for whoever decides, in the language of the page."""


class RequestKind(ABC):
    """What each module in `kinds/` offers.

    `is_offered`: it can be begun from the list of requests; the others have a page of their own that files them.
    `asks_of_a_record`: the page is reached from a record, and the request names it.
    `is_for_oneself`: nobody asks it for another, whom else they may speak for.
    `leaves_a_cabinet`: granted, there is still somebody who finds the answer there; else the kind tells them itself.
    """

    name: ClassVar[str]
    icon: ClassVar[str]
    is_offered: ClassVar[bool] = True
    asks_of_a_record: ClassVar[bool] = False
    is_for_oneself: ClassVar[bool] = False
    leaves_a_cabinet: ClassVar[bool] = True
    deciders: ClassVar[frozenset[Role]] = frozenset({Role.REGISTRAR})

    @abstractmethod
    def title(self) -> str:
        """What is asked for, in the language of the page: «Заявление на вакцинацию»."""

    @abstractmethod
    def lead(self) -> str:
        """One sentence above the form: what happens with it."""

    @abstractmethod
    def form(self, asking: Asking) -> Form:
        """The fields, for this person."""

    def complaints(self, asking: Asking, values: Mapping[str, Any]) -> Mapping[str, str]:
        """What is wrong with values that are each in order: a sentence for each field's name."""
        return {}

    def addressee(self, values: Mapping[str, Any]) -> str | None:
        """The organisation whose staff decide it, where it is one organisation's affair."""
        return None

    def refusal(self, asking: Asking, values: Mapping[str, Any]) -> str | None:
        """Why the rule of the kind refuses it at once, so that nobody has to; None when somebody decides."""
        return None

    def facts(self, asking: Asking, request: Request) -> list[tuple[str, str]]:
        """What was asked, as pairs of term and value, in the language of the page."""
        return show_texts(self.form(asking), request.values)

    def checks(self, asking: Asking, request: Request) -> list[tuple[str, str]]:
        """What the decider should know besides, and the person does not see."""
        return []

    def grant(self, granting: Granting) -> None:
        """Do what was asked. Raises CannotGrant, and then nothing was decided."""
        return


def show_texts(form: Form, texts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was typed into a form, as pairs of label and text; what was left empty is left out."""
    return [(known.label(), _shown(known, str(texts[known.name]))) for known in form.fields if texts.get(known.name)]


def _shown(known: Field, text: str) -> str:
    if known.options is not None:
        return dict(known.options()).get(text, text)
    if known.widget == "tick":
        return _("да")
    if known.widget == "date":
        try:
            return format_day(date.fromisoformat(text))
        except ValueError:  # a draft says what was typed
            return text
    return text
