"""What somebody who is locked out does."""

import re

from ground.message import Message
from tests.browser import Browser
from tests.idp.stand import ISSUER, Stand

VERA, PASSWORD, NEW = "vera@example.test", "romashka-17", "ромашка и ещё одна ромашка"
NOBODY = "nobody@example.test"
RECOVERY = f"{ISSUER}/recovery"
LOCKED = "Блокировка аккаунта"
DONE = "Доступ восстановлен"


def tried(stand: Stand, password: str = PASSWORD, *, login: str = VERA, browser: Browser | None = None) -> Browser:
    """The page after a try to sign in at the account's own door."""
    return stand.sign_in((browser or stand.browser()).open(f"{ISSUER}/account"), login=login, password=password)


def lock(stand: Stand, login: str = VERA) -> Browser:
    """Five wrong passwords; the page after the last."""
    for _ in range(4):
        tried(stand, "a wrong one", login=login)
    return tried(stand, "a wrong one", login=login)


def ask(stand: Stand, way: str, login: str = VERA, *, browser: Browser | None = None) -> Browser:
    """The page of a recovery that was just begun."""
    return (browser or stand.browser()).open(RECOVERY).submit("recovery-form", f"way-{way}", login=login)


def give(browser: Browser, code: str) -> Browser:
    return browser.submit("code-form", "submit", code=code)


def wrong(stand: Stand) -> str:
    return f"{(int(stand.last_code()) + 1) % 1_000_000:06d}"


def letters(stand: Stand, address: str = VERA) -> list[Message]:
    with stand.realm.database.read() as connection:
        return stand.realm.outbox.messages(connection, channel="email", address=address)


def link(stand: Stand) -> str:
    """The link of the newest letter."""
    found = re.search(r"https?://\S+/recovery/link/\S+", letters(stand)[-1].text)
    assert found
    return found[0]


def seen(browser: Browser, login: str) -> tuple[int, str]:
    """Status and words of a page, whatever login and identifiers stand in it."""
    return browser.status, browser.text.replace(login, "…")
