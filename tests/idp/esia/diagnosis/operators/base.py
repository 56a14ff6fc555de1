"""What an operator is, and which requests it fits."""

from collections.abc import Callable
from dataclasses import dataclass

from idp.requests.exchange import Exchange
from tests.idp.esia.diagnosis.world import Request

Spoil = Callable[[Request], Exchange]
Fits = Callable[[Request], bool]
OPERATORS: list["Operator"] = []


@dataclass(frozen=True)
class Operator:
    """One way of spoiling a request."""

    name: str
    field: str
    kinds: frozenset[str]
    fits: Fits
    spoil: Spoil


def anywhere(_request: Request) -> bool:
    return True


def v1(request: Request) -> bool:
    return request.version == "v1"


def v2(request: Request) -> bool:
    return request.version == "v2"


def authorization(request: Request) -> bool:
    return request.is_authorization


def token(request: Request) -> bool:
    return not request.is_authorization


def gost_v2(request: Request) -> bool:
    return v2(request) and request.is_gost


def rsa_v1(request: Request) -> bool:
    return v1(request) and not request.is_gost


def hashed(request: Request) -> bool:
    return "client_certificate_hash" in request.parameters


def with_code(request: Request) -> bool:
    return "code" in request.parameters


def with_refresh(request: Request) -> bool:
    return "refresh_token" in request.parameters and not with_code(request)


def blanks(request: Request) -> bool:
    return " " in request.parameters["scope"]


def signs_redirect(request: Request) -> bool:
    return "redirect_uri" in request.fields and "redirect_uri" in request.parameters


def both(one: Fits, other: Fits) -> Fits:
    return lambda request: one(request) and other(request)


def operator(field: str, *kinds: str, fits: Fits = anywhere) -> Callable[[Spoil], Spoil]:
    def add(spoil: Spoil) -> Spoil:
        OPERATORS.append(Operator(spoil.__name__, field, frozenset(kinds), fits, spoil))
        return spoil

    return add


def add(name: str, field: str, kinds: str, spoil: Spoil, fits: Fits = anywhere) -> None:
    OPERATORS.append(Operator(name, field, frozenset(kinds.split()), fits, spoil))
