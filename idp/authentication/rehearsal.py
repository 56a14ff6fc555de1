"""How a test stand proves a method for somebody who is not there: the right answer, a wrong one, and one that comes too late.

Every answer is judged by the method itself, so counters and journal rows are those of a person's own answer. Each method keeps
its own in `rehearsal.py` beside it, as a function `proof(method)`; the control plane calls them, and nothing else does.
"""

from collections.abc import Callable
from dataclasses import dataclass

from idp.authentication.attempt import Attempt
from idp.citizens.models import Person
from idp.realm import Realm


@dataclass(frozen=True)
class Asked:
    """A proof that is asked for: in which attempt, of whom. `password` is the one to try, where the test names one."""

    attempt: Attempt
    person: Person
    password: str | None = None


@dataclass(frozen=True)
class Proof:
    """How one method is proved. `right` and `wrong` have an answer judged, as `Method.finish` does; `last_second` is the last
    one at which the right answer is still good."""

    right: Callable[[Realm, Asked], Attempt]
    wrong: Callable[[Realm, Asked], Attempt]
    last_second: Callable[[Realm, Asked], int]


def last_second_of_attempt(_realm: Realm, asked: Asked) -> int:
    """Of an answer that does not run out: the page that asks for it does."""
    return asked.attempt.expires_at - 1
