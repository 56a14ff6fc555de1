"""What only this dialect knows of an authorization, from its request to the last of its tokens, as JSON can hold it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from idp.protocol.esia.scopes import Asked
from idp.protocol.esia.tokens import organisation_scope, spell_scope

ChallengeMethod = Literal["S256", "St256"]
SECONDS = 60
"""Of the minutes that a consent is given for."""


@dataclass(frozen=True)
class OrganisationScope:
    """A scope of an organisation. Without a number it is the one that the person chooses."""

    name: str
    oid: int | None = None


@dataclass(frozen=True)
class Particulars:
    """The version of the endpoint (`v1`, `v2`); names of scopes about people; scopes of organisations; whether a refresh token is
    wanted; and what a v2 request may add: consents, whom it wants (`person_filter`, `roles`), how its challenge is made.

    `state` is that of the request.
    """

    version: str
    state: str
    personal: tuple[str, ...]
    organisations: tuple[OrganisationScope, ...] = ()
    is_offline: bool = False
    permissions: tuple[Mapping[str, Any], ...] = ()
    person_filter: str = ""
    roles: tuple[str, ...] = ()
    challenge_method: ChallengeMethod = "S256"

    @property
    def needs_choice(self) -> bool:
        """Has the person to say for which organisation they come?"""
        return any(each.oid is None for each in self.organisations)

    @property
    def organisation_oids(self) -> tuple[int, ...]:
        """The organisations that are named, each once."""
        return tuple(dict.fromkeys(each.oid for each in self.organisations if each.oid is not None))

    def for_organisation(self, oid: int) -> "Particulars":
        """The same, now that the person has chosen."""
        return replace(self, organisations=tuple(replace(each, oid=each.oid or oid) for each in self.organisations))

    def scope_claim(self, oid: int) -> str:
        """The claim `scope` of codes and tokens for the person of this number."""
        return spell_scope(self.personal, oid, self.organisation_scopes)

    @property
    def organisation_scopes(self) -> list[str]:
        """The scopes of organisations as tokens spell them."""
        return [organisation_scope(each.name, each.oid) for each in self.organisations if each.oid is not None]

    def as_document(self) -> dict[str, Any]:
        """For JSON; `organisation_scopes` stand there for whoever makes tokens."""
        return asdict(self) | {"organisation_scopes": self.organisation_scopes}

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> "Particulars":
        """What `as_document` wrote, through JSON or not."""
        organisations = tuple(OrganisationScope(**each) for each in document["organisations"])
        lists = {name: tuple(document[name]) for name in ("personal", "permissions", "roles")}
        known = {name: value for name, value in document.items() if name != "organisation_scopes"}
        return cls(**{**known, **lists, "organisations": organisations})


def has_run_out(document: Mapping[str, Any], *, begun_at: int, now: int) -> bool:
    """Is the term of a consent of the Цифровой профиль over? It is counted from when the person agreed."""
    return any(now >= begun_at + SECONDS * each["expire"] for each in document.get("permissions", ()))


def split(asked: Sequence[Asked], of_organisations: Sequence[Asked]) -> tuple[tuple[str, ...], tuple[OrganisationScope, ...]]:
    """The names about people, and the scopes of organisations, of both parameters, each once."""
    personal = [each.name for each in asked if each.scope.about != "organisation"]
    organisations = [each for each in asked if each.scope.about == "organisation"] + list(of_organisations)
    spelt = (OrganisationScope(each.name, each.oid) for each in organisations)
    return tuple(dict.fromkeys(personal)), tuple(dict.fromkeys(spelt))
