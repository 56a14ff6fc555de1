"""The good answer of the token endpoints, member by member (section 3.2)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from idp.protocol.esia.fact import Fact, approximate, exact


@dataclass(frozen=True)
class Given:
    """What a token request is given. `state` is that of this request, not of the one before it."""

    access_token: str
    state: str
    seconds: int
    refresh_token: str | None = None
    id_token: str | None = None
    seconds_are_text: bool = False


@dataclass(frozen=True)
class Member:
    """One member: its name, and its value; None where it is absent."""

    name: str
    say: Callable[[Given], Any]
    fact: Fact


MEMBERS: Final = (
    Member("access_token", lambda given: given.access_token, exact("ILIM; GO; EKA; EC")),
    Member("refresh_token", lambda given: given.refresh_token, exact("ILIM; AIS; MIAC")),
    Member("id_token", lambda given: given.id_token, exact("EC; EIG; SOK")),
    Member("state", lambda given: given.state, exact("ILIM; GO; AIS")),
    Member("token_type", lambda given: "Bearer", exact("ILIM; GO; MIAC")),
    Member(
        "expires_in",
        lambda given: str(given.seconds) if given.seconds_are_text else given.seconds,
        approximate("ILIM; GO; AIS reads a text when it refreshes", switch="esia.expires_in_is_text"),
    ),
)
"""`refresh_token` is given to `access_type=offline` only, `id_token` where `openid` was granted. A refresh token is a UUID in
ESIA; ours is longer, as RFC 6749, 10.10 demands of one that nobody may guess."""


def answer(given: Given) -> dict[str, Any]:
    """The document that is sent."""
    return {member.name: value for member in MEMBERS if (value := member.say(given)) is not None}
