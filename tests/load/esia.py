"""What a token call of ESIA's v3 costs the provider, beside the standard token call: CPU microseconds of its processes.

    python -m tests.load.esia [rounds]

Three kinds of call, in turn within every round at one server: the standard code exchange with client_secret_basic, and v3's of
two systems that both sign by GOST and are given tokens signed by RS256 and by GOST. The check of a signature is dear by itself
and is no fault of the call, so it is measured alone, in this process, and given with it and without it. Medians of the rounds;
a bare RSA signature beside them tells how fast the machine was.
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from idp.clients import certificates, registry
from idp.cms.registered import verify_raw
from idp.protocol.client import Client
from idp.realm import Realm, open_realm
from idp.settings import read_settings
from tests.browser import Browser
from tests.clients.esia_stand import CALLBACK, arrive
from tests.idp.esia.signing import own_identities
from tests.idp.esia.system import PERSONAL_SCOPES, System
from tests.load.served_provider import ServedProvider, served_provider
from tests.load.sign_in import CHEAP, bare_signature
from tests.reliability.servers import plain_http, real_browser

CALLS = 100
SECRET = "a secret for the bench"
SCOPE = "openid fullname birthdate"
BOUND = 2.0


@dataclass
class Kind:
    """One kind of call: how a signed-in browser comes by a code, and the prepared call that redeems it."""

    name: str
    address: Callable[[], str]
    call: Callable[[str], requests.Request]
    http: requests.Session
    browser: Browser

    def code(self) -> str:
        """The next code."""
        return parse_qs(urlsplit(arrive(self.address(), browser=self.browser)).query)["code"][0]

    def measured(self, served: ServedProvider) -> float:
        """CPU microseconds of the server for one call. What the client signs and prepares is done before."""
        calls = [self.http.prepare_request(self.call(self.code())) for _ in range(CALLS)]
        before = served.cpu_microseconds()
        for call in calls:
            answer = self.http.send(call, timeout=10)
            assert answer.status_code == 200, answer.text
        return (served.cpu_microseconds() - before) / CALLS


def standard(realm: Realm, issuer: str) -> Kind:
    """A client of the standard endpoints that shows its secret."""
    terms = Client(
        client_id="standard",
        name="Учебная аптека",
        redirect_uris=(CALLBACK,),
        authentication="client_secret_basic",
        secret_hash=registry.hash_secret(SECRET),
        scopes=frozenset(SCOPE.split()),
    )
    with realm.database.write() as connection:
        registry.register(realm, connection, terms, actor="operator:bench")
    asked = {
        "response_type": "code",
        "client_id": "standard",
        "redirect_uri": CALLBACK,
        "scope": SCOPE,
        "state": "s",
        "nonce": "n",
    }

    def call(code: str) -> requests.Request:
        data = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        return requests.Request("POST", f"{issuer}/oauth2/token", data=data, auth=("standard", SECRET))

    address = f"{issuer}/oauth2/authorize?{urlencode(asked)}"
    return Kind("standard, client_secret_basic", lambda: address, call, plain_http(), real_browser())


def of_esia(realm: Realm, issuer: str, algorithm: str) -> Kind:
    """A system that signs by GOST, and whose tokens are signed by this algorithm."""
    client_id = "BENCH-" + algorithm.partition("_")[0]
    terms = Client(
        client_id=client_id,
        name="Учебная система",
        redirect_uris=(CALLBACK,),
        authentication="esia_signature",
        scopes=frozenset(PERSONAL_SCOPES),
        dialect="esia",
        esia_algorithm=algorithm,  # type: ignore[arg-type]
    )
    with realm.database.write() as connection:
        registry.register(realm, connection, terms, actor="operator:bench")
        certificates.add(realm, connection, client_id, own_identities().gost.der, actor="operator:bench")
    system = System(issuer, plain_http(), real_browser, lambda: int(time.time()), client_id=client_id, callback=CALLBACK)

    def call(code: str) -> requests.Request:
        data = system.token_request(code, scope=SCOPE)
        return requests.Request("POST", f"{issuer}/aas/oauth2/v3/te", data=data)

    def address() -> str:
        return system.authorize_url(scope=SCOPE, access_type="online")

    return Kind(f"v3, tokens by {algorithm}", address, call, system.http, real_browser())


def bare_check() -> float:
    """CPU microseconds of checking one raw GOST signature as the provider does it."""
    identities = own_identities()
    text = b"TESTIS" + b"openid fullname 2026.11.22 20:15:53 +0000 " * 30
    signatures = [identities.gost.key.sign(text) for _ in range(CALLS)]
    start = time.process_time()
    for signature in signatures:
        verify_raw(signature, text, identities.gost.der, int(time.time()))
    return (time.process_time() - start) / CALLS * 1e6


def main(rounds: int) -> int:
    """Measure in turn, print the medians, and say by the status whether the bound holds."""
    with served_provider(**CHEAP) as served:
        realm = open_realm(read_settings(served.environment))
        algorithms = ("RS256", "GOST3410_2012_256")
        kinds = [standard(realm, served.issuer), *(of_esia(realm, served.issuer, algorithm) for algorithm in algorithms)]
        figures: dict[str, list[float]] = {kind.name: [] for kind in kinds}
        checks, yardsticks = [], []
        for kind in kinds:
            kind.measured(served)
        for _ in range(rounds):
            for kind in kinds:
                figures[kind.name].append(kind.measured(served))
            checks.append(bare_check())
            yardsticks.append(bare_signature())
        realm.database.close()
    check = statistics.median(checks)
    print(f"CPU microseconds per token call, median of {rounds} rounds of {CALLS}")
    print(
        f"yardstick: one bare RSA-2048 signature {statistics.median(yardsticks):.0f}, one check of a GOST signature {check:.0f}"
    )
    base, *ours = (statistics.median(figures[kind.name]) for kind in kinds)
    print(f"{kinds[0].name:32} {base:8.0f}")
    for kind, figure in zip(kinds[1:], ours, strict=True):
        print(
            f"{kind.name:32} {figure:8.0f}   ratio {figure / base:.2f}"
            f"   without the check {figure - check:8.0f}   ratio {(figure - check) / base:.2f}"
        )
    return 0 if all((figure - check) / base <= BOUND for figure in ours) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
