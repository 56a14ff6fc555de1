"""Running the servers."""

from typing import Any

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from idp.errors import StandUnusable
from idp.settings import Settings, read_settings


@click.command()
@click.option("--control", is_flag=True, help="Run the control plane of the test stand instead of the provider.")
def serve(control: bool) -> None:
    """Answer requests until stopped."""
    settings = read_settings()
    if control and not settings.is_test:
        raise StandUnusable('the control plane runs only with environment = "test"')
    # Loaded here once, so that a broken set-up is one sentence now and not a stack trace of each worker.
    _check(settings)
    _server(settings, "control" if control else "application").serve()


def _check(settings: Settings) -> None:
    from idp.database import MIGRATIONS
    from idp.keyring.published import key_set
    from idp.realm import open_realm

    realm = open_realm(settings)
    key_set(realm)
    if not MIGRATIONS.check(realm.database):
        raise StandUnusable("the database is not up to date: run propusk prepare")
    realm.database.close()


def _server(settings: Settings, target: str) -> Any:
    listen = settings.control_listen if target == "control" else settings.listen
    address, _, port = listen.rpartition(":")
    is_application = target == "application"
    return Granian(
        f"idp.serve:{target}",
        address=address,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=settings.workers if is_application else 1,
        blocking_threads=settings.threads,
        ssl_cert=settings.tls_certificate if is_application else None,
        ssl_key=settings.tls_private if is_application else None,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=False,
    )
