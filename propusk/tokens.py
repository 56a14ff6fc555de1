"""What a sign-in without pages gives, and tokens made to order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

Into = Literal["session", "code", "tokens"]
Kind = Literal["access_token", "id_token", "logout_token", "jwt", "esia_code", "esia_access", "esia_id"]


@dataclass(frozen=True)
class Login:
    """How a sign-in without pages ended; what it gives depends on `into`. By form_post `redirect_to` is sent `form`."""

    outcome: str
    person_id: str | None = None
    reason: str | None = None
    sid: str | None = None
    acr: str | None = None
    amr: Sequence[str] | None = None
    cookies: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    redirect_to: str | None = None
    form: Mapping[str, str] | None = field(default=None, repr=False)
    code: str | None = None
    state: str | None = None
    tokens: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_done(self) -> bool:
        return self.outcome == "done"

    @property
    def access_token(self) -> str:
        return str(self.tokens["access_token"])

    @property
    def id_token(self) -> str:
        return str(self.tokens["id_token"])


@dataclass(frozen=True)
class Minted:
    """A token made to order, and what is in it."""

    token: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]


def read_login(members: Mapping[str, Any]) -> Login:
    """The answer of POST /login."""
    return Login(**{each.name: members[each.name] for each in fields(Login) if members.get(each.name) is not None})


def read_minted(members: Mapping[str, Any]) -> Minted:
    """The answer of POST /mint."""
    return Minted(str(members["token"]), dict(members["header"]), dict(members["claims"]))
