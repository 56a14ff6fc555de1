"""`propusk start`: a whole test stand of the provider in one process, for test runs, CI services and a first look.

    settings → addresses → keys → database and seed → both listeners → announced → served until told to stop

Whatever is missing is made; whatever refuses does so before an address answers.
"""

import gc
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from ground.alone import alone_in
from ground.home import HOME_VARIABLE, config_path, find_home
from ground.journal.keeping import HeadKeeper
from ground.listening import ANYWHERE, Listener, listen_to_signals
from idp.cli.build import demand_test_build
from idp.cli.lease import Lease
from idp.errors import StandUnusable
from idp.realm import Realm, open_realm
from idp.requests import recorder
from idp.settings import BankId, Settings, read_settings, settings_file

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--home", metavar="DIR", type=FOLDER, help="Where config, keys and var are (else PROPUSK_HOME, else this user's data folder)."
)
@click.option("--ports", type=click.Choice(["settings", "any"]), default="settings", help="Free ports, or those of the settings.")
@click.option("--bind", metavar="ADDRESS", help="Listen at this address; set PROPUSK_CONTROL_TOKEN if others can reach it.")
@click.option(
    "--announce", metavar="FILE", type=FILE, help="Write issuer, control_url, token_file and pid to this file when all answers."
)
@click.option(
    "--lease", "lease_file", metavar="FILE", type=FILE, help="Stop when nobody holds a shared lock (flock) on this file any more."
)
def start(home: Path | None, ports: str, bind: str | None, announce: Path | None, lease_file: Path | None) -> None:
    """Make what is missing and serve a test stand of the provider, in one process, until stopped."""
    demand_test_build()
    if home is not None:
        os.environ[HOME_VARIABLE] = str(home.absolute())
    settings = read_test_settings()
    with alone_in(settings.var_folder):
        stop = threading.Event()
        settings, provider, control = open_doors(settings, bind=bind, is_any_port=ports == "any")
        demand_control(settings)
        with _without_collection():
            realm = serve(settings, provider, control)
        listen_to_signals(stop)
        for listener in (provider, control):
            if not listener.ask_health():
                raise StandUnusable(f"{listener.listen} does not answer as it should")
        _say(welcome(settings))
        lease = Lease(lease_file)
        if announce is not None:
            write_announcement(announce, settings)
        heads = keep_house(realm)
        reason = lease.wait_for_end(stop)
        for listener in (provider, control):
            listener.stop()
        recorder.close(realm)
        heads.stop()
        _say(f"{reason}: stopped")


def read_test_settings() -> Settings:
    """The settings of a test stand; those of a home without any are made as the distribution has them. Raises StandUnusable."""
    if settings_file(os.environ) is None and "PROPUSK_ENVIRONMENT" not in os.environ:
        home = find_home(os.environ)
        source, target = config_path(home, "idp.toml"), home / "config" / "idp.toml"
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(target, source.read_text(encoding="utf-8"))
        _say(f"made {target}")
    settings = replace(read_settings(), bank=BankId())  # a bank is another process, and this is one
    if not settings.is_test:
        raise StandUnusable("propusk start is for test stands, and the environment here is production: use propusk serve")
    if settings.tls_certificate is not None or not settings.is_reached_securely:
        raise StandUnusable("propusk start speaks plain http: use propusk serve, or a proxy listed in trusted_proxies")
    return settings


def open_doors(settings: Settings, *, bind: str | None, is_any_port: bool) -> tuple[Settings, Listener, Listener]:
    """Bind the addresses of provider and control plane, and let the settings follow the ports that were had."""

    def address(listen: str) -> str:
        host, _, port = listen.rpartition(":")
        if bind is not None:
            host = f"[{bind}]" if ":" in bind else bind
        elif is_any_port:
            host = "127.0.0.1"
        return f"{host}:{0 if is_any_port else port}"

    provider, control = Listener(address(settings.listen)), Listener(address(settings.control_listen))
    issuer = settings.issuer
    if is_any_port:
        parts = urlsplit(issuer)
        host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
        issuer = parts._replace(netloc=f"{host}:{provider.port}").geturl()
    return replace(settings, issuer=issuer, listen=provider.listen, control_listen=control.listen), provider, control


def demand_control(settings: Settings) -> None:
    """Raises StandUnusable where no control plane may be. The operator's own token is kept where the made one would be."""
    from idp.control.permission import demand_permission
    from idp.control.token import operators_token

    demand_permission(settings)
    token = operators_token()
    if token is not None:
        # Whoever reads the file finds the token that is in force.
        settings.var_folder.mkdir(parents=True, exist_ok=True)
        _write(settings.control_token_file, token + "\n")


def serve(settings: Settings, provider: Listener, control: Listener) -> Realm:
    """Make what is missing, then let both listeners answer from one realm."""
    from ground.chance import SystemChance
    from idp.cli.keys import make_keys, make_token
    from idp.cli.prepare import prepare_database
    from idp.control.app import make_control
    from idp.seed import read_systems, secret_file_of
    from idp.serve import make_test_app

    for path in make_keys(settings):
        _say(f"made {path}")
    for system in read_systems(settings):
        # The registry's own set-up makes it where there is a registry; it takes the one that it finds.
        if (secret_file := secret_file_of(settings, system)) is not None:
            make_token(secret_file, SystemChance())
    realm = open_realm(settings)
    for line in prepare_database(realm):
        _say(line)
    application, control_plane = make_test_app(realm), make_control(realm)
    provider.serve(application, threads=settings.threads)
    control.serve(control_plane, threads=settings.control_threads)
    return realm


def keep_house(realm: Realm) -> HeadKeeper:
    """From now on do what is due. Not before all answers: at a start the processor has enough to do."""
    from ground.jobs import keep_running
    from idp import serve
    from idp.serve import tend_sandboxes

    keep_running(partial(tend_sandboxes, realm), threads=1)
    return serve.keep_house(realm)


def control_url(settings: Settings) -> str:
    """Where the control plane is reached from this machine."""
    host, _, port = settings.control_listen.rpartition(":")
    return f"http://{ANYWHERE.get(host.strip('[]'), host)}:{port}"


def write_announcement(file: Path, settings: Settings) -> None:
    """Tell whoever waits that all answers, and where: the file is there whole or not at all."""
    announcement = {
        "issuer": settings.issuer,
        "control_url": control_url(settings),
        "token_file": str(settings.control_token_file),
        "pid": os.getpid(),
    }
    _write(file, json.dumps(announcement, indent=1) + "\n")


def welcome(settings: Settings) -> str:
    """What the person who started the stand needs to know."""
    from idp.cli.people import shown_people
    from idp.control.token import read_token

    url = control_url(settings)
    lines = [
        f"environment = {settings.environment}",
        "",
        f"Identity provider        {settings.issuer}",
        f"Control plane            {url}",
        f"its token                {settings.control_token_file}",
        f"The test people's phone  {url}/open?token={read_token(settings)}",
        "",
    ]
    people = [[person[key] for key in ("name", "phone", "email", "password", "roles")] for person in shown_people(settings)]
    widths = [max(len(cell) for cell in column) for column in zip(*people, strict=True)]
    lines += ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in people]
    return "\n".join((*lines, "", "Ctrl-C stops it."))


@contextmanager
def _without_collection() -> Iterator[None]:
    """Loading makes what stays: looking for garbage meanwhile finds none and takes a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _write(file: Path, text: str) -> None:
    """Write a file of the owner's, whole or not at all."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as open_draft:
        open_draft.write(text)
    draft.replace(file)


def _say(text: Any) -> None:
    click.echo(text)
