"""Mistakes in client_id and redirect_uri."""

from collections.abc import Callable
from urllib.parse import quote_plus

from idp.requests.exchange import Exchange
from tests.idp.esia.diagnosis import world
from tests.idp.esia.diagnosis.operators.base import add, authorization, operator
from tests.idp.esia.diagnosis.world import Request
from tests.idp.stand import CALLBACK


@operator("client_id", "client_case")
def client_in_lower_case(request: Request) -> Exchange:
    return anonymous(request).exchange(request.resigned(client_id=request.chance.choice(["testis", "Testis"])))


@operator("client_id", "client_blanks")
def client_with_blanks(request: Request) -> Exchange:
    return anonymous(request).exchange(request.resigned(client_id=request.chance.choice([" TESTIS", "TESTIS ", "TESTIS\n"])))


@operator("client_id", "client_near")
def client_with_a_typo(request: Request) -> Exchange:
    return anonymous(request).exchange(
        request.resigned(client_id=request.chance.choice(["TESTI", "TETSIS", "TESTIS1", "TEST_IS"]))
    )


@operator("client_id", "client_unknown")
def client_of_elsewhere(request: Request) -> Exchange:
    name = "".join(request.chance.choices("QWXZJKVY0123456789", k=8))
    return anonymous(request).exchange(request.resigned(client_id=name))


@operator("client_id", "client_other_dialect")
def client_of_openid(request: Request) -> Exchange:
    request.client = world.client(client_id="shop", dialect="openid", authentication="client_secret_basic")
    return request.exchange(request.resigned(client_id="shop"))


@operator("client_id", "client_disabled")
def client_disabled(request: Request) -> Exchange:
    request.is_disabled = True
    return anonymous(request).exchange()


def anonymous(request: Request) -> Request:
    request.client = None
    request.certificates = []
    return request


def redirected(name: str, kind: str, make: Callable[[Request], str]) -> None:
    add(name, "redirect_uri", kind, lambda request: request.exchange(request.resigned(redirect_uri=make(request))), authorization)


redirected("redirect_http", "redirect_scheme", lambda _: CALLBACK.replace("http://", "https://"))
redirected(
    "redirect_other_port", "redirect_port", lambda request: f"http://localhost:{request.chance.randint(8000, 9000)}/callback"
)
redirected(
    "redirect_other_host",
    "redirect_host",
    lambda request: request.chance.choice(["https://www.rp.test/cb", "https://rp.example.test/cb", "https://127.0.0.2/cb"]),
)
redirected("redirect_twice", "redirect_encoded_twice", lambda _: quote_plus(CALLBACK))
redirected(
    "redirect_relative",
    "redirect_malformed",
    lambda request: request.chance.choice(["/esia/callback", "rp.test/esia/callback", "callback"]),
)
