"""What a token request and a whole sign-in cost the provider: CPU microseconds of its processes per operation.

    scripts/bench [rounds]

A token request redeems a code with PKCE, client authentication, one durable transaction and two signatures (ES256 access
token, RS256 ID token). A sign-in is everything a browser and a client do from the authorization request to the tokens:
password page, consent, code, tokens, userinfo. Both are given with the default password hash and with the cheapest one,
which shows what is left beside it. Medians of the rounds; the two set-ups run one after the other in every round, and a bare
signature beside them tells how fast the machine was.
"""

import re
import statistics
import sys
import time
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.load.served_provider import ServedProvider, served_provider

SIGN_INS = 20
CALLBACK = "http://localhost:1/callback"
VERIFIER = "v" * 43
CHALLENGE = "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM"
CHEAP = {"PROPUSK_PASSWORD_HASHING_MEMORY_KIB": "8", "PROPUSK_PASSWORD_HASHING_ITERATIONS": "1"}


def register(served: ServedProvider) -> dict[str, str]:
    """A client of our own, by dynamic registration."""
    metadata = {"redirect_uris": [CALLBACK], "scope": "openid profile"}
    answer = requests.post(f"{served.issuer}/oauth2/register", json=metadata, timeout=10)
    answer.raise_for_status()
    client: dict[str, str] = answer.json()
    return client


def obtain_code(served: ServedProvider, client: dict[str, str]) -> str:
    """A browser of its own signs Vera in and agrees."""
    with requests.Session() as browser:
        parameters = {
            "response_type": "code",
            "client_id": client["client_id"],
            "redirect_uri": CALLBACK,
            "scope": "openid profile",
            "state": "s",
            "nonce": "n",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "prompt": "consent",
        }
        page = browser.get(f"{served.issuer}/oauth2/authorize?{urlencode(parameters)}", timeout=10)
        page = _submit(browser, page, login="luka@example.test", password="podorozhnik-21")
        answer = _submit(browser, page, follow=False, answer="allow")
        while not answer.headers["Location"].startswith(CALLBACK):
            answer = browser.get(served.issuer + answer.headers["Location"], allow_redirects=False, timeout=10)
        return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def redeem(served: ServedProvider, client: dict[str, str], code: str) -> str:
    """The client redeems the code; the access token."""
    data = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    auth = (client["client_id"], client["client_secret"])
    answer = requests.post(f"{served.issuer}/oauth2/token", data=data, auth=auth, timeout=10)
    answer.raise_for_status()
    token: str = answer.json()["access_token"]
    return token


def measure(served: ServedProvider) -> tuple[float, float]:
    """CPU microseconds of a token request and of a whole sign-in."""
    client = register(served)
    redeem(served, client, obtain_code(served, client))
    start = served.cpu_microseconds()
    codes = [obtain_code(served, client) for _ in range(SIGN_INS)]
    before_tokens = served.cpu_microseconds()
    tokens = [redeem(served, client, code) for code in codes]
    after_tokens = served.cpu_microseconds()
    for token in tokens:
        answer = requests.get(f"{served.issuer}/oauth2/userinfo", headers={"Authorization": f"Bearer {token}"}, timeout=10)
        answer.raise_for_status()
    return (after_tokens - before_tokens) / SIGN_INS, (served.cpu_microseconds() - start) / SIGN_INS


def bare_signature() -> float:
    """CPU microseconds of one RS256 signature by the library alone: how fast this machine is at this moment."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    start = time.process_time()
    for _ in range(SIGN_INS):
        key.sign(b"yardstick", padding.PKCS1v15(), hashes.SHA256())
    return (time.process_time() - start) / SIGN_INS * 1e6


def main(rounds: int) -> None:
    """Measure in turn and print the medians."""
    figures: dict[str, list[tuple[float, float]]] = {"default hash": [], "cheapest hash": []}
    yardsticks: list[float] = []
    with served_provider() as usual, served_provider(**CHEAP) as cheap:
        for _ in range(rounds):
            figures["default hash"].append(measure(usual))
            figures["cheapest hash"].append(measure(cheap))
            yardsticks.append(bare_signature())
    print(f"CPU microseconds per operation, median of {rounds} rounds of {SIGN_INS} sign-ins")
    print(f"yardstick: one bare RSA-2048 signature {statistics.median(yardsticks):.0f}")
    for name, measured in figures.items():
        token = statistics.median(figure[0] for figure in measured)
        whole = statistics.median(figure[1] for figure in measured)
        print(f"{name:14} token request {token:8.0f}   whole sign-in {whole:8.0f}")


def _submit(browser: requests.Session, page: requests.Response, *, follow: bool = True, **values: str) -> requests.Response:
    """Fill in the only form of a page of ours."""
    page.raise_for_status()
    action = re.search(r'<form[^>]* action="([^"]+)"', page.text)
    assert action is not None
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    address = "{0.scheme}://{0.netloc}".format(urlsplit(page.url)) + action[1]
    return browser.post(address, data=hidden | values, allow_redirects=follow, timeout=10)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
