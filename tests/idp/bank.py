"""The bank of a test stand: a second instance of the provider, on the network of the first and on its clock."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

from ground.clock import FileClock, FixedClock
from ground.preparation import bring_up_to_date
from idp.authentication.methods.bank_id import identities
from idp.authentication.methods.bank_id.id_token import Customer
from idp.database import MIGRATIONS
from idp.seed import load_seed, read_people
from idp.settings import BankId
from tests.browser import Browser
from tests.idp.stand import BANK, ISSUER, Stand, make_own_keys
from tests.wsgi_transport import WsgiTransport

ROOT = Path(__file__).parents[2]
CALLBACK = f"{ISSUER}/sign-in/back/bank"
PASSWORDS = {str(entry["key"]): str(entry["password"]) for entry in read_people(ROOT / "config" / "seed" / "bank")}
"""What each customer types at the bank."""


def open_bank(home: Path, clock: FixedClock | FileClock, transport: WsgiTransport | None = None) -> Stand:
    """The bank of a home, as a WSGI application that answers at its address on the network."""
    return Stand(
        home,
        clock,
        transport=transport,
        instance="bank",
        issuer=BANK,
        seed="seed/bank",
        provider_url=ISSUER,
        only_methods=("password",),
        bank=BankId(),
    )


def prepare_bank(home: Path, clock: FixedClock | FileClock) -> None:
    """Make what `propusk --instance bank keys` and `... prepare` make."""
    make_own_keys(home, "bank")
    bank = open_bank(home, clock)
    bring_up_to_date(
        bank.realm.database,
        MIGRATIONS,
        sqlite_file=bank.settings.sqlite_file,
        backups=bank.settings.var_folder,
        clock=clock,
    )
    load_seed(bank.realm)
    bank.close()


def open_beside(stand: Stand) -> Stand:
    """The bank of this stand's folder, which is closed with the stand. Its keys and database are copies."""
    home = stand.settings.home
    if not (home / "keys" / "bank").exists():
        shutil.copytree(_prepared() / "keys" / "bank", home / "keys" / "bank")
        shutil.copyfile(_prepared() / "var" / "bank.sqlite3", home / "var" / "bank.sqlite3")
    bank = open_bank(home, stand.clock, stand.transport)
    stand.beside.append(bank)
    return bank


def link(stand: Stand, bank: Stand, login: str = "vera@example.test", *, issuer: str = BANK) -> None:
    """Whoever has this login has linked themselves, as they would at their account."""
    customer = Customer(issuer, bank.citizen(login), account="•• 1704")
    with stand.realm.database.write() as connection:
        identities.link(stand.realm, connection, stand.citizen(login), customer)


def confirm(browser: Browser, *, login: str = "vera@example.test", password: str = PASSWORDS["vera"]) -> Browser:
    """At the bank: sign in and say yes. Back at the provider: go on from the page that does so by itself."""
    browser.submit("sign-in", "submit", login=login, password=password)
    return go_on(browser.submit("consent", "allow"))


def go_on(browser: Browser) -> Browser:
    """What a window does by itself: leave the page that a bank sent it to."""
    return browser.submit("go-on") if "go-on" in browser.forms() else browser


def answer_of_bank(browser: Browser, *, login: str = "vera@example.test", password: str = PASSWORDS["vera"]) -> str:
    """The address that the bank sends a browser back to, caught before anybody opens it."""
    browser.submit("sign-in", "submit", login=login, password=password)
    consent = browser.forms()["consent"]
    place, answer = (
        consent.action,
        browser.session.post(consent.action, data=consent.values | {"answer": "allow"}, allow_redirects=False),
    )
    while (place := urljoin(place, answer.headers["Location"])).startswith(BANK):
        answer = browser.session.get(place, allow_redirects=False)
    return place


@cache
def _prepared() -> Path:
    """A folder with a prepared bank, made once for each test process."""
    home = Path(tempfile.mkdtemp(prefix="propusk-bank-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    shutil.copytree(ROOT / "config", home / "config")
    (home / "var").mkdir()
    prepare_bank(home, FixedClock(Stand.START))
    return home
