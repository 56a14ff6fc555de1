"""The bank of a test stand: a second instance of the provider, on the network of the first and on its clock."""

from pathlib import Path

from ground.clock import FileClock, FixedClock
from ground.preparation import bring_up_to_date
from idp.database import MIGRATIONS
from idp.seed import load_seed, read_people
from tests.idp.stand import ISSUER, Stand, make_own_keys
from tests.wsgi_transport import WsgiTransport

BANK = "http://localhost:8402"
ROOT = Path(__file__).parents[2]
PASSWORDS = {str(entry["key"]): str(entry["password"]) for entry in read_people(ROOT / "config" / "seed" / "bank")}
"""What each customer types at the bank."""


def open_bank(home: Path, clock: FixedClock | FileClock, transport: WsgiTransport | None = None) -> Stand:
    """The bank of a home, as a WSGI application that answers at its address on the network."""
    return Stand(home, clock, transport=transport, instance="bank", issuer=BANK, seed="seed/bank", provider_url=ISSUER)


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
