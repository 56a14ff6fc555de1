"""Other values that a field may have had when the text was signed: those of earlier requests, and near ones."""

import contextlib
import itertools
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import quote, quote_plus, urlsplit

from idp.esia.diagnosis.case import Case
from idp.esia.diagnosis.kind import Kind
from idp.esia.diagnosis.kinds import texts as kinds
from idp.protocol.esia import parameters as law
from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.scopes import NAMES, ORGANISATION_NAMES
from idp.protocol.esia.signed_text import Recipe
from idp.protocol.esia.timestamp import SPELLING, read_timestamp

BLANKS = (" ", "\n", "\r\n", "\t")
NEAR_SECONDS = 600
ZONES = (0, 3, 4, 5, 2, 6, 7, 8, 9, 10, 11, 12, -5, -8)
FORMS = (
    "%Y.%m.%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S",
    "%Y.%m.%d %H:%M:%S%z", "%Y.%m.%d %H:%M:%S Z", "%d.%m.%Y %H:%M:%S %z", "%Y.%m.%d %H:%M", "%Y.%m.%d %H:%M %z",
)  # fmt: skip
Value = tuple[str, str, Kind]


def values(case: Case, recipe: Recipe) -> Iterator[Value]:
    """Name, value and mistake, the likely ones first."""
    seen: set[tuple[str, str]] = set()
    parameters = case.parameters
    for name, value, kind in _every(case, recipe):
        if name in recipe.fields and value != parameters.get(name, "") and (name, value) not in seen:
            seen.add((name, value))
            yield name, value, kind


def _every(case: Case, recipe: Recipe) -> Iterator[Value]:
    parameters = case.parameters
    for earlier in case.earlier_parameters:
        for name in recipe.fields:
            if earlier.get(name):
                yield name, earlier[name], kinds.TEXT_OTHER_VALUE
    for name in recipe.fields:
        value = parameters.get(name, "")
        for other in (value.lower(), value.upper(), value.title()):
            yield name, other, kinds.TEXT_VALUE_CASE
        for blank in BLANKS:
            for other in (value + blank, blank + value, value.strip(), value.rstrip("=")):
                yield name, other, kinds.TEXT_VALUE_BLANKS
    for name, others in (
        ("client_id", case.clients),
        ("redirect_uri", _addresses(case, parameters.get("redirect_uri", ""))),
        ("state", _states(parameters.get("state", ""))),
        ("timestamp", _times(case, parameters.get("timestamp", ""))),
        ("scope", _scopes(case, parameters.get("scope", ""))),
        ("scope_org", _organisation_scopes(parameters.get("scope_org", ""))),
        ("code", _codes(parameters.get("code", ""))),
        ("refresh_token", _codes(parameters.get("refresh_token", ""))),
    ):
        for value in others:
            yield name, value, kinds.TEXT_OTHER_VALUE


def _addresses(case: Case, uri: str) -> Iterator[str]:
    known = [uri, *(case.client.redirect_uris if case.client else ())]
    for each in known:
        parts = urlsplit(each)
        yield from (each, each + "/", each.rstrip("/"), each.partition("?")[0], each.partition("#")[0])
        yield f"{parts.scheme}://{parts.netloc}"
        yield f"{parts.scheme}://{parts.netloc}/"
        yield each.replace("https://", "http://", 1)
        yield each.replace("http://", "https://", 1)
        yield from (quote(each, safe=""), quote_plus(each), parts.path, f"{parts.netloc}{parts.path}")
        yield f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
        if parts.port is None:
            for port in (443, 80, 8080, 8443):
                yield f"{parts.scheme}://{parts.netloc}:{port}{parts.path}"


def _states(state: str) -> Iterator[str]:
    bare = state.replace("-", "").strip("{}")
    yield from (bare, bare.upper(), f"{{{state}}}", state.strip("{}"), f'"{state}"', "None", "null", "undefined")
    if re.fullmatch(r"[0-9a-fA-F]{32}", bare):
        yield f"{bare[:8]}-{bare[8:12]}-{bare[12:16]}-{bare[16:20]}-{bare[20:]}"


def _times(case: Case, text: str) -> Iterator[str]:
    """The same moment, and the moment of the request, in other zones and forms."""
    moments = [case.exchange.at]
    with contextlib.suppress(EsiaRefused):
        moments.insert(0, read_timestamp(text))
    for at in moments:
        for hours in ZONES:
            local = datetime.fromtimestamp(at, UTC).astimezone(timezone(timedelta(hours=hours)))
            yield local.strftime(SPELLING)
            for form in FORMS:
                yield local.strftime(form)
            yield local.isoformat()
            yield local.isoformat(" ")
            spelled = local.strftime(SPELLING)
            yield f"{spelled[:-2]}:{spelled[-2:]}"
            # The clock of one zone with the offset of another.
            for other in ZONES[:6]:
                yield f"{spelled[:20]}{other:+03d}00"
        yield str(at)
        yield f"{at}000"
    yield text.replace("+", " ")
    yield text[:19]


def torn_address(case: Case) -> tuple[str, str] | None:
    """The redirect_uri whose tail became parameters of their own because its `&` was not encoded, and that tail."""
    names = [name for name, _ in case.sent.pairs]
    uri = case.parameters.get("redirect_uri", "")
    if "?" not in uri:
        return None
    behind = itertools.takewhile(lambda name: name not in law.BY_NAME, names[names.index("redirect_uri") + 1 :])
    tail = "".join(f"&{name}={case.parameters[name]}" for name in behind)
    return (uri + tail, tail) if tail else None


def seconds_around(text: str) -> Iterator[str]:
    """Every second near a timestamp: one that was made again after signing."""
    try:
        read_timestamp(text)
    except EsiaRefused:
        return
    moment = datetime.strptime(text, SPELLING)
    for distance in range(1, NEAR_SECONDS + 1):
        for sign in (1, -1):
            yield (moment + timedelta(seconds=sign * distance)).strftime(SPELLING)


def _scopes(case: Case, scope: str) -> Iterator[str]:
    """Other separators and orders, a name fewer, a name more."""
    names = scope.split()
    yield from ("openid", " ".join(sorted(names)), " ".join(reversed(names)), " ".join(dict.fromkeys(names)))
    yield from ("+".join(names), ",".join(names), ", ".join(names), "".join(names), "%20".join(names), "  ".join(names))
    if case.client is not None:
        yield " ".join(sorted(case.client.scopes))
    for without in range(len(names)):
        yield " ".join(names[:without] + names[without + 1 :])
    if "openid" in names:
        others = [name for name in names if name != "openid"]
        yield from (" ".join(["openid", *others]), " ".join([*others, "openid"]))
    for at in range(len(names), -1, -1):
        for name in NAMES:
            if name not in names:
                yield " ".join([*names[:at], name, *names[at:]])
    for at in range(len(names)):
        for name in NAMES:
            yield " ".join([*names[:at], name, *names[at + 1 :]])


def _organisation_scopes(scope: str) -> Iterator[str]:
    names = scope.split()
    yield from (" ".join(sorted(names)), ",".join(names), "+".join(names))
    for without in range(len(names)):
        yield " ".join(names[:without] + names[without + 1 :])
    for name in sorted(ORGANISATION_NAMES):
        yield " ".join([*names, name])
        yield f"{scope} {name}".strip()


def _codes(code: str) -> Iterable[str]:
    parts = code.split(".")
    return (quote(code), code[:255], code.strip(), ".".join(parts[:2]), parts[-1], code + "=", "code", "")
