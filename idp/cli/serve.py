"""Running the servers."""

from typing import Any

import click
from granian import Granian
from granian.constants import Interfaces, SSLProtocols
from granian.log import LogLevels

from idp.cli.build import demand_test_build
from idp.errors import StandUnusable
from idp.settings import Settings, read_settings


@click.command()
@click.option("--control", is_flag=True, help="Run the control plane of the test stand instead of the provider.")
@click.option("--plain", is_flag=True, help="Send browsers from plain http (plain_listen) to https, and serve nobody.")
def serve(control: bool, plain: bool) -> None:
    """Answer requests until stopped."""
    settings = read_settings()
    if plain:
        if not (settings.is_secure and settings.plain_listen):
            raise StandUnusable("serve --plain needs an issuer of https and plain_listen, the address to listen at")
        _server(settings, "plain").serve()
        return
    if control:
        demand_test_build()
    if control and not settings.is_test:
        raise StandUnusable('the control plane runs only with environment = "test"')
    if not control and not settings.is_reached_securely:
        raise StandUnusable("the issuer is https, so set tls_certificate and tls_private, or trusted_proxies")
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
    listen = {"control": settings.control_listen, "plain": settings.plain_listen}.get(target, settings.listen)
    address, _, port = listen.rpartition(":")
    is_application, is_control = target == "application", target == "control"
    return Granian(
        f"idp.serve:{target}",
        address=address,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=settings.workers if is_application else 1,
        blocking_threads=settings.control_threads if is_control else settings.threads,
        # Some relying parties of our users know no TLS 1.3.
        ssl_protocol_min=SSLProtocols.tls12,
        ssl_cert=settings.home / settings.tls_certificate if is_application and settings.tls_certificate else None,
        ssl_key=settings.home / settings.tls_private if is_application and settings.tls_private else None,
        log_access=False,
        # Granian warns of many threads on few cores; those of the control plane wait and compute nothing.
        log_level=LogLevels.error if is_control else LogLevels.warning,
        respawn_failed_workers=False,
    )
