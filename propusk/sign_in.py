"""A person signs in to the application under test, and out of it again."""

from typing import Any

from propusk.applications import MOST_REDIRECTS, Answer, Application, next_address, path_of, start_of
from propusk.browser import Browser
from propusk.errors import SignInFailed
from propusk.playwright_page import walk_page
from propusk.walking import Person, Way, is_under, walk


def visit(browser: Browser, address: str, issuer: str, person: Person) -> Way:
    """From an address of the provider to the way back to the application."""
    way = walk(browser, address, issuer, person.answer)
    if not isinstance(way, Way):
        raise SignInFailed(f"the provider's page asks for nothing and leads nowhere: {way.words[:400]}")
    return way


def sign_in_on_page(page: Any, address: str | None, issuer: str, person: Person) -> Any:
    """The same in a real browser; returns the page."""
    if address is not None:
        page.goto(address)
    walk_page(page, issuer, person.answer)
    return page


def travel(client: Any, start: Any, issuer: str, browser: Browser, person: Person) -> Any:
    """Open the application, follow it to the provider and back, and return its last response, of the client's own library.

    `start` is an address or a response. As often as the application sends the person to the provider, they go.
    """
    application = Application(client)
    current = start if isinstance(start, str) else ""
    by_path = not current.startswith(("http:", "https:"))
    answer = start_of(application, start)
    home, visits = "", 0
    for _ in range(MOST_REDIRECTS):
        if visits and answer.location is None:
            return answer.response
        target = next_address(current, answer, issuer=issuer)
        if is_under(target, issuer):
            way = walk(browser, target, issuer, person.answer)
            visits += 1
            if not isinstance(way, Way):
                return answer.response  # signed out, and the provider keeps the person
            answer, current, home = application.come_back(way, by_path=by_path), way.address, _origin(way.address)
        elif visits and _origin(target) not in ("", home):
            return answer.response  # somewhere else, where this client cannot follow
        else:
            current = target
            answer = application.open(path_of(target) if by_path else target)
    raise SignInFailed(f"the application redirects more than {MOST_REDIRECTS} times, at last to {_short(answer)}")


def _origin(address: str) -> str:
    return "/".join(address.split("/", 3)[:3]) if "://" in address else ""


def _short(answer: Answer) -> str:
    return (answer.location or "").partition("?")[0]
