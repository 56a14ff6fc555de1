"""A provider with a planted bug: it says that a token is revoked, and writes it a third of a second later.

    python -m tests.load.careless serve

It stands in for `python -m idp.cli serve` in tests of the tests.
"""

import threading
from typing import Any

from granian import Granian
from granian.constants import Interfaces

LATE_SECONDS = 0.3


def __getattr__(name: str) -> Any:
    if name != "application":
        raise AttributeError(name)
    from idp.oauth import revocation

    honest = revocation.families.revoke

    def revoke_late(realm: Any, _connection: Any, *arguments: Any, **named: Any) -> bool:
        def write() -> None:
            with realm.database.write() as connection:
                honest(realm, connection, *arguments, **named)
            realm.database.release()

        threading.Timer(LATE_SECONDS, write).start()
        return True

    revocation.families.revoke = revoke_late
    from idp.serve import application  # type: ignore[attr-defined]

    return application


if __name__ == "__main__":
    from idp.settings import read_settings

    settings = read_settings()
    address, _, port = settings.listen.rpartition(":")
    Granian(
        "tests.load.careless:application", address=address, port=int(port), interface=Interfaces.WSGI, log_access=False
    ).serve()
