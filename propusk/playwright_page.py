"""Signing in on a Playwright page (its synchronous API): the real forms, filled in by their ids."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from propusk.errors import PropuskError, SignInFailed
from propusk.walking import FORMS, MOST_PAGES, is_under

WAIT_MILLISECONDS = 15_000


def is_page(client: Any) -> bool:
    """Is it a page of Playwright, and not a test client?"""
    return all(hasattr(client, name) for name in ("goto", "locator", "expect_navigation"))


def walk_page(page: Any, issuer: str, answer: Callable[[str], tuple[str, Mapping[str, str]]]) -> None:
    """Answer the provider's pages until the browser has left them. Raises SignInFailed."""
    if inspect.iscoroutinefunction(page.goto):
        raise PropuskError("sign_in drives pages of playwright.sync_api; this one is of playwright.async_api")
    if not is_under(page.url, issuer):
        page.wait_for_url(lambda url: is_under(url, issuer), timeout=WAIT_MILLISECONDS, wait_until="commit")
    shown = ""
    for _ in range(MOST_PAGES):
        page.wait_for_load_state("domcontentloaded")
        if not is_under(page.url, issuer):
            return
        if page.locator("#answer").count():  # response_mode=form_post: the page's own script sends it
            page.wait_for_url(lambda url: not is_under(url, issuer), timeout=WAIT_MILLISECONDS)
            return
        form_id = next((each for each in FORMS if page.locator(f"#{each}").count()), None)
        if form_id is None or form_id == shown:
            words = " ".join(page.locator("main").inner_text().split())[:400]
            raise SignInFailed(f"the provider's page at {page.url.partition('?')[0]} leads no further: {words}")
        shown = form_id
        button, values = answer(form_id)
        form = page.locator(f"#{form_id}")
        for name, value in values.items():
            form.locator(f"[name={name}]").fill(value)
        with page.expect_navigation(wait_until="commit", timeout=WAIT_MILLISECONDS):
            form.locator(f"#{button}").click()
    raise SignInFailed(f"more than {MOST_PAGES} pages, and no end at {page.url.partition('?')[0]}")
