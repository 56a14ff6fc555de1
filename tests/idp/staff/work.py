"""The people of the staff at their pages."""

import json

from idp.seed import ACTOR as ACTOR_OF_SEED
from tests.browser import Browser
from tests.idp.stand import ISSUER, Stand

STAFF = f"{ISSUER}/staff"
VERA, MAYA = "vera@example.test", "maya@example.test"
PASSWORDS = {
    "operator": ("olga@example.test", "kolokolchik-22"),
    "support": ("semyon@example.test", "klever-23"),
    "officer": ("nina@example.test", "shipovnik-24"),
    "administrator": ("gleb@example.test", "landysh-25"),
    "citizen": (VERA, "romashka-17"),
}


def at_work(stand: Stand, role: str, path: str = "") -> Browser:
    """Whoever has this role, at a page, with two factors of this moment."""
    login, password = PASSWORDS[role]
    browser = stand.browser().open(STAFF + path)
    stand.sign_in(browser, login=login, password=password)
    if "code-form" in browser.forms():
        browser.submit("code-form", "submit", code=stand.last_code())
    return browser


def found(stand: Stand, role: str, path: str, login: str) -> Browser:
    """The page of the person whom they looked for there."""
    return at_work(stand, role, path).submit("find", "submit", login=login)


def written(stand: Stand, action: str) -> list[tuple[str, str, str, dict[str, object]]]:
    """What the journal says of an action since the seed: who, of what, the outcome, and the details but for the address."""
    rows = [event for event in stand.events() if event["action"] == action and event["actor"] != ACTOR_OF_SEED]
    details = [json.loads(str(event["detail"])) for event in rows]
    assert all(detail.pop("from", "127.0.0.1") == "127.0.0.1" for detail in details)
    return [
        (str(row["actor"]), str(row["object"]), str(row["outcome"]), detail) for row, detail in zip(rows, details, strict=True)
    ]


def actor(stand: Stand, login: str) -> str:
    return f"citizen:{stand.citizen(login)}"
