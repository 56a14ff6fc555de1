"""How a test goes one way in: to its page, and to each outcome there is.

Every method brings one driver, in a file of its own beside this one. `test_every_method.py` goes through all of them, and
`docs/methods.md` is the table of what they expect.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.browser import Browser
from tests.idp.stand import Stand

OUTCOMES = ("wrong", "expired", "replayed", "not_enrolled")
NOTHING = "nothing"
"""What the journal says of an outcome that it does not write down: what came was no answer any more."""
Act = Callable[[Stand], Browser]


def nothing(_stand: Stand) -> None:
    """Vera has everything from the start."""


@dataclass(frozen=True)
class Driver:
    """One way in. Each act begins anew, for Vera, and returns the browser as it stands after it.

    `acr_values` is what the client asks for and `acr`, `amr` what it is told after `good`. `enrol` makes the way Vera's where
    the seed has not. `wrong`, `expired` and `replayed` give the answer such a word means; `not_enrolled` tries the way for
    somebody who has not got it. `journal` holds for each of them the entry that is the last one of the journal then, as
    `Stand.actions` spells it, or NOTHING; `said` is a text of the page in the end.
    """

    method: str
    acr_values: str
    acr: str
    amr: tuple[str, ...]
    good: Act
    wrong: Act
    expired: Act
    replayed: Act
    not_enrolled: Act
    journal: Mapping[str, str]
    said: Mapping[str, str]
    enrol: Callable[[Stand], None] = field(default=nothing)
    is_first: bool = False

    def reach(self, stand: Stand) -> Browser:
        """Vera at the page of this method: after her password where it is a second step."""
        browser = stand.browser().open(stand.authorize_url(acr_values=self.acr_values))
        return to_page(stand, browser, self.method, is_first=self.is_first)


def to_page(stand: Stand, browser: Browser, method: str, *, is_first: bool, login: str = "vera@example.test") -> Browser:
    """From the first page of a sign-in to that of a method."""
    attempt = attempt_of(browser)
    if not is_first:
        password = {"vera@example.test": "romashka-17", "maya@example.test": "oduvanchik-19"}[login]
        browser.open(f"{attempt}/password")
        stand.sign_in(browser, login=login, password=password)
    return browser.open(f"{attempt}/{method}")


def attempt_of(browser: Browser) -> str:
    """The address of the attempt that a page belongs to."""
    place, _, rest = browser.url.partition("/sign-in/")
    return f"{place}/sign-in/{rest.partition('/')[0]}"
