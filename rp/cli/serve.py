"""Serving the registry, or the control plane of a test stand, with Granian."""

import os
import threading

import click

from ground.settings import SettingRefused
from rp.access.heads import keeper_of
from rp.cli.opening import one_sentence, opened, opened_when_prepared
from rp.epoch import settle
from rp.settings import Settings, read_settings


@click.command()
@click.option("--control", is_flag=True, help="Run the control plane of the test stand instead of the registry.")
@click.option("--plain", is_flag=True, help="Send browsers from plain http (plain_listen) to https, and serve nobody.")
@one_sentence
def serve(control: bool, plain: bool) -> None:
    """Serve the registry with Granian."""
    from granian import Granian
    from granian.constants import Interfaces, SSLProtocols

    settings, home = read_settings(os.environ)
    if control:
        _serve_control(settings)
        return
    if plain:
        if not (settings.is_secure and settings.plain_listen):
            raise SettingRefused("serve --plain needs a url of https and plain_listen, the address to listen at")
    elif not settings.is_reached_securely:
        raise SettingRefused("the url is https, so set tls_certificate and tls_private, or trusted_proxies")
    else:
        with opened_when_prepared() as realm:  # refuse in one sentence here, and not in every worker
            for line in settle(realm):
                click.echo(f"registry: {line}")
    address, _, port = (settings.plain_listen if plain else settings.listen).rpartition(":")
    click.echo(f"registry: {settings.url}, environment = {settings.environment}")
    Granian(
        "rp.serve:plain" if plain else "rp.serve:app",
        address=address.strip("[]"),
        port=int(port),
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        # Some programs of our users know no TLS 1.3.
        ssl_protocol_min=SSLProtocols.tls12,
        ssl_cert=home.resolve(settings.tls_certificate) if settings.tls_certificate and not plain else None,
        ssl_key=home.resolve(settings.tls_private) if settings.tls_private and not plain else None,
        # An access log would write the code of the callback.
        log_access=False,
    ).serve()
    if not plain:
        with opened() as realm:
            keeper_of(realm).write()  # the workers have ended in good order: what they wrote last stays known


def _serve_control(settings: Settings) -> None:
    """With Waitress: whoever waits for a message may leave before it comes, and Granian has been seen to die of that."""
    from ground.listening import AddressUnusable, Listener, listen_to_signals
    from rp.control.app import THREADS, make_control
    from rp.control.gate import ControlUnusable

    try:
        with opened_when_prepared() as realm:
            control = make_control(realm)
            stop, listener = threading.Event(), Listener(settings.control_listen)
            listener.serve(control, threads=THREADS)
            listen_to_signals(stop)
            stop.wait()
            listener.stop()
    except (AddressUnusable, ControlUnusable) as refusal:
        raise SettingRefused(str(refusal)) from None
