"""`scripts/start`: from a bare checkout to five servers that answer, and back to nothing on Ctrl-C.

    places and ports → environment → assets, catalogues, keys → databases → servers → what to know

What does not depend on one another runs beside one another. Everything that refuses does so before a server is started.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workshop.chain import split_quiet
from workshop.console import Refused, Stopped, command, say, table
from workshop.encryption import Encryption, plan_encryption, read_names, under_names
from workshop.environment import make_environment
from workshop.places import check_writable, find_places, lock_stand
from workshop.processes import Answered, Children, Ended, Step, StopAsked, Unanswered, ending_of
from workshop.services import Service, advise_on_addresses, check_ports, read_services, watch
from workshop.web_files import web_file_steps

PERSON_COLUMNS = (
    ("name", "Name"),
    ("phone", "Phone"),
    ("email", "E-mail"),
    ("snils", "СНИЛС"),
    ("password", "Password"),
    ("bank_password", "Password at the bank"),
    ("note", "What for"),
)

BANK = ("--instance", "bank")
"""The bank is the provider's program once more, and these words before its commands."""
CHAIN = str(Path(__file__).with_name("chain.py"))
SPOKEN = {"idp": "idp", "rp": "registry"}
PLAIN = Encryption()


@dataclass(frozen=True)
class Applications:
    """How the applications' commands are run; a test puts its own small programs here."""

    python: str
    has_client_secret: bool = False
    idp: Sequence[str] = ("-m", "idp.cli")
    rp: Sequence[str] = ("-m", "rp.cli")
    environment: Mapping[str, str] = field(default_factory=dict)

    def step(self, application: str, *arguments: str) -> Step:
        """A step that runs a command of `idp` or `rp`."""
        door = self.idp if application == "idp" else self.rp
        return Step(SPOKEN[application], [self.python, *door, *arguments], self.environment)

    def server(self, service: Service) -> Step:
        """The step that never ends: a server."""
        door = self.rp if service.application == "rp" else self.idp
        instance = BANK if service.application == "bank" else ()
        return Step(service.name, [self.python, *door, *instance, "serve", *service.options], self.environment)

    def chain(self, application: str, *commands: str, quiet: Sequence[str] = ()) -> Step:
        """A step that runs commands of `idp` or `rp` one after the other in one process."""
        door = self.idp if application == "idp" else self.rp
        return Step(SPOKEN[application], [self.python, CHAIN, *door, "--", *commands, "--", *quiet], self.environment)


def start(arguments: Sequence[str]) -> int:
    """The command. Exit status 0 after a stop that was asked for, 1 after a refusal or the death of a server."""
    parser = argparse.ArgumentParser(
        prog="scripts/start",
        description="Start the whole stand, setting up what is missing. Ctrl-C stops it.",
        epilog="Addresses are settings: config/idp.toml, config/rp.toml, config/bank.toml, or PROPUSK_LISTEN, PROPUSK_ISSUER, "
        "PROPUSK_CONTROL_LISTEN, PROPUSK_BANK_ISSUER, PROPUSK_REGISTRY_CONTROL_URL, REGISTRY_LISTEN, REGISTRY_URL, "
        "REGISTRY_ISSUER, REGISTRY_CONTROL_LISTEN, BANK_LISTEN, BANK_ISSUER, BANK_PROVIDER_URL. "
        "PROPUSK_HOME is where config, keys and var are.",
    )
    parser.add_argument("--no-setup", action="store_true", help="use the Python that runs this, and build nothing")
    parser.add_argument("--tls", action="store_true", help="serve everything over https, with certificates of a local authority")
    parser.add_argument(
        "--names", metavar="IDP,RP,BANK", help="with --tls, the host names of provider, registry and bank (default: localhost)"
    )
    options = parser.parse_args(arguments)
    if options.names and not options.tls:
        parser.error("--names goes with --tls")

    def run() -> int:
        places = find_places(os.environ)
        encryption, services = PLAIN, read_services(places, os.environ)
        if options.tls:
            encryption = plan_encryption(places, services, read_names(options.names or "localhost"))
            services = under_names(read_services(places, {**os.environ, **encryption.variables}))
        check_writable(places.checkout if not options.no_setup else places.home, places.var, places.keys)
        check_ports(services)
        lock = lock_stand(places)
        with Children(places.checkout) as children:
            if options.no_setup:
                python, beside = sys.executable, []
            else:
                make_environment(children, places)
                python, beside = str(places.python), web_file_steps(children, places)
            has_client_secret = (places.keys / "rp" / "client-secret").exists()
            applications = Applications(python, has_client_secret=has_client_secret, environment=encryption.variables)
            return run_stand(children, applications, services, lock=lock, beside=beside, encryption=encryption)

    return command(run)


def run_stand(
    children: Children,
    applications: Applications,
    services: Sequence[Service],
    *,
    lock: int,
    beside: Sequence[Step] = (),
    encryption: Encryption = PLAIN,
) -> int:
    """Prepare the applications, serve, tell what there is to know, and stay until the end."""
    has_bank = any(service.application == "bank" for service in services)
    people, phone_link, *customers = prepare(children, applications, beside=beside, first=encryption.commands, has_bank=has_bank)
    everybody = read_everybody(people, customers)
    environment = serve(children, applications, services, lock=lock)
    advice = "\n\n".join(filter(None, (encryption.advice, advise_on_addresses(services))))
    told = welcome(services, environment=environment, people=everybody, phone_link=phone_link, advice=advice)
    print(told, flush=True)
    return stay(children)


def prepare(
    children: Children,
    applications: Applications,
    *,
    beside: Sequence[Step] = (),
    first: Sequence[str] = (),
    has_bank: bool = False,
) -> tuple[str, ...]:
    """Keys and databases of all. Returns the test people as JSON, the link of their phone, and the customers of the bank.

    `beside` are steps whose failure spoils the looks and not the work: it is said and lived with. `first` are commands of
    the provider that come before its keys. The bank is prepared in the provider's process, whose program it is too.
    """
    of_bank = [" ".join((*BANK, name)) for name in ("keys", "prepare", "people")] if has_bank else []
    provider = applications.chain("idp", *first, "keys", "prepare", *of_bank[:2], quiet=("people", "phone-link", *of_bank[2:]))
    registry = applications.chain("rp", "keys", "prepare")
    if not applications.has_client_secret:
        # The provider's seed reads the client secret that the registry makes; only then do the two have an order.
        children.run([applications.step("rp", "keys")])[0].demand_success()
    outcomes = children.run([provider, registry, *beside])
    for outcome in outcomes:
        if outcome.step in beside and outcome.status != 0:
            say(outcome.step.name, f"not made, the pages will look plainer: {outcome.last_words}")
        else:
            outcome.demand_success()
    return tuple(split_quiet(outcomes[0].lines))


def read_everybody(people: str, customers: Sequence[str]) -> Sequence[Mapping[str, object]]:
    """The test people, each with the password that they have at the bank too, if there is a bank."""
    passwords = {customer["key"]: customer["password"] for text in customers for customer in json.loads(text)}
    return [{**person, "bank_password": passwords.get(person["key"], "")} for person in json.loads(people)]


def serve(children: Children, applications: Applications, services: Sequence[Service], *, lock: int) -> str:
    """Start the servers and wait until each answers. Returns the environment they say they run in. Raises Refused."""
    for service in services:
        children.launch(applications.server(service), kept_files=(lock,))
        watch(children, service)
    environments: dict[str, str] = {}
    while len(environments) < len(services):
        match children.events.get():
            case Answered(name, environment):
                environments[name] = environment
                say(name, "answers")
            case Unanswered(name, address, seconds):
                raise Refused(f"{name} has not answered at {address} within {seconds:.0f} seconds; everything has been stopped.")
            case Ended() as event:
                raise Refused(ending_of(event))
            case StopAsked():
                raise Stopped
    return ", ".join(sorted(set(environments.values())))


def stay(children: Children) -> int:
    """Wait for the end: 0 when it was asked for. Raises Refused when a server dies."""
    while True:
        match children.events.get():
            case StopAsked(reason):
                say("stand", f"{reason}: stopping")
                killed = children.stop()
                say("stand", f"stopped; had to be killed: {', '.join(killed)}" if killed else "stopped")
                return 0
            case Ended() as event:
                raise Refused(ending_of(event))
            case _:
                continue


def welcome(
    services: Sequence[Service],
    *,
    environment: str,
    people: Sequence[Mapping[str, object]],
    phone_link: str,
    advice: str = "",
) -> str:
    """What the person who started the stand needs to know."""
    addresses = table(
        ("", ""), [*((service.title, service.address) for service in services), ("The test people's phone", phone_link)]
    ).strip("\n")
    columns = [(key, head) for key, head in PERSON_COLUMNS if any(person.get(key) for person in people)]
    rows = [[str(person.get(key) or "") for key, _ in columns] for person in people]
    return "\n\n".join(
        (
            f"\nenvironment = {environment}",
            addresses,
            *([advice] if advice else []),
            table([head for _, head in columns], rows) if rows else "There are no test people.",
            "Ctrl-C stops everything; scripts/reset starts over.\n",
        )
    )
