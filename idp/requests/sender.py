"""Which system a request names as its sender. Nobody has verified it: the journal says what came, not what is true."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

import orjson

from ground.wire import MAX_FIELDS, BadRequest, single_values
from idp.protocol.compact_jwt import JwtMalformed, take_apart
from idp.requests.exchange import Exchange

REGISTRATION = "/oauth2/register"


def named_senders(exchange: Exchange) -> Iterator[str]:
    """Every name that could be the sender's, the surest first. None has a NUL: PostgreSQL would raise."""
    return (name for name in _named(exchange) if "\0" not in name)


def _named(exchange: Exchange) -> Iterator[str]:
    request, parameters = exchange.request, exchange.parameters
    if request.basic_credentials:
        yield request.basic_credentials[0]
    yield from _claims(parameters.get("client_assertion"), "sub", "iss")
    yield from _text(parameters.get("client_id"))
    yield from _text(_arguments(exchange).get("client_id"))
    yield from _claims(request.bearer_token, "client_id")
    yield from _claims(parameters.get("code"), "client_id")  # a code of the ESIA dialect
    yield from _every(exchange, "client_id")
    yield from _claims(parameters.get("id_token_hint"), "azp", "aud")
    if exchange.path.startswith(f"{REGISTRATION}/"):
        yield exchange.path.removeprefix(f"{REGISTRATION}/")
    elif exchange.path == REGISTRATION:
        yield from _registered(exchange)


def _arguments(exchange: Exchange) -> dict[str, str]:
    try:
        return single_values(exchange.query)
    except BadRequest:
        return {}


def _every(exchange: Exchange, name: str) -> Iterator[str]:
    """What a request says for a name that stands in it several times, in the query and in a form."""
    texts = (exchange.query, exchange.body.decode("latin-1") if "form" in exchange.headers.get("content-type", "") else "")
    for text in texts:
        try:
            pairs = parse_qsl(text, max_num_fields=MAX_FIELDS)
        except ValueError:
            continue
        yield from (value for given, value in pairs if given == name)


def _registered(exchange: Exchange) -> Iterator[str]:
    """The client that a registration has just made."""
    try:
        answer = orjson.loads(exchange.answer_body)
    except orjson.JSONDecodeError:
        return
    if isinstance(answer, dict):
        yield from _text(answer.get("client_id"))


def _claims(token: str | None, *names: str) -> Iterator[str]:
    try:
        claims = take_apart(token or "").claims
    except JwtMalformed:
        return
    for name in names:
        yield from _text(claims.get(name))


def _text(value: object) -> Iterator[str]:
    if isinstance(value, str) and value:
        yield value
