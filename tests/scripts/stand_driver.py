"""Runs the stand of scripts/start with stand-in applications: `python stand_driver.py HOME IDP CONTROL REGISTRY BANK PROVIDER`.

The first five are the home and four ports; PROVIDER is what the stand-in of idp gets for its port: `newer` refuses.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from workshop.console import command
from workshop.places import Places, lock_stand
from workshop.processes import Children
from workshop.services import Service, check_ports
from workshop.start import Applications, run_stand

STANDIN = str(Path(__file__).with_name("standin_application.py"))


def service(name: str, *, application: str, options: tuple[str, ...], port: str) -> Service:
    return Service(
        name=name,
        title=name.title(),
        application=application,
        options=options,
        listen=f"127.0.0.1:{port}",
        listen_variable="LISTEN",
        address_variables=(),
        address=f"http://localhost:{port}",
        is_tls=False,
    )


def run() -> int:
    home, idp, control, registry, bank, provider = sys.argv[1:]
    services = (
        service("idp", application="idp", options=(), port=idp),
        service("control", application="idp", options=(control,), port=control),
        service("registry", application="rp", options=(), port=registry),
        service("bank", application="bank", options=(bank,), port=bank),
    )
    places = Places(checkout=Path(home), home=Path(home))
    check_ports(services)
    lock = lock_stand(places)
    applications = Applications(sys.executable, idp=(STANDIN, provider), rp=(STANDIN, registry))
    with Children(places.checkout) as children:
        return run_stand(children, applications, services, lock=lock)


if __name__ == "__main__":
    sys.exit(command(run))
