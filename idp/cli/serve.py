"""Running the servers."""

import threading
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
        _serve_control(settings)
        return
    if not settings.is_reached_securely:
        raise StandUnusable("the issuer is https, so set tls_certificate and tls_private, or trusted_proxies")
    # Loaded here once, so that a broken set-up is one sentence now and not a stack trace of each worker.
    _check(settings)
    _server(settings, "application").serve()
    _write_last_head(settings)


def _serve_control(settings: Settings) -> None:
    if not settings.is_test:
        raise StandUnusable('the control plane runs only with environment = "test"')
    if not settings.has_control:
        raise StandUnusable("the bank has no control plane: it is the provider's")
    _check(settings)
    from ground.listening import Listener, listen_to_signals
    from idp.realm import open_realm
    from idp.serve import make_tended_control

    stop, listener = threading.Event(), Listener(settings.control_listen)
    listener.serve(make_tended_control(open_realm(settings)), threads=settings.control_threads)
    listen_to_signals(stop)
    stop.wait()
    listener.stop()


def _check(settings: Settings) -> None:
    from idp.database import MIGRATIONS
    from idp.epoch.settling import settle
    from idp.keyring.published import key_set
    from idp.realm import open_realm

    realm = open_realm(settings)
    key_set(realm)
    if not MIGRATIONS.check(realm.database):
        raise StandUnusable("the database is not up to date: run propusk prepare")
    for line in settle(realm):
        click.echo(line)
    realm.database.close()


def _write_last_head(settings: Settings) -> None:
    """The workers have ended in good order: what they wrote last shall not be cut off unseen either."""
    from idp.audit.heads import keeper_of
    from idp.realm import open_realm

    realm = open_realm(settings)
    keeper_of(realm).write()
    realm.database.close()


def _server(settings: Settings, target: str) -> Any:
    is_application = target == "application"
    address, _, port = (settings.listen if is_application else settings.plain_listen).rpartition(":")
    return Granian(
        f"idp.serve:{target}",
        address=address,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=settings.workers if is_application else 1,
        blocking_threads=settings.threads,
        # Some relying parties of our users know no TLS 1.3.
        ssl_protocol_min=SSLProtocols.tls12,
        ssl_cert=settings.home / settings.tls_certificate if is_application and settings.tls_certificate else None,
        ssl_key=settings.home / settings.tls_private if is_application and settings.tls_private else None,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=False,
    )
