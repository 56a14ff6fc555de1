"""The texts that integrators are known to sign by mistake, the likeliest first: each is tried against a signature."""

import base64
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from urllib.parse import quote, quote_plus, urlencode

from idp.esia.diagnosis import values_tried
from idp.esia.diagnosis.case import Case
from idp.esia.diagnosis.digests import DIGESTS
from idp.esia.diagnosis.kind import Kind
from idp.esia.diagnosis.kinds import texts as kinds
from idp.esia.diagnosis.kinds.parameters import REDIRECT_TORN
from idp.esia.diagnosis.sent import ENDPOINTS, Sent
from idp.protocol.esia.signed_text import R1, R2, RECIPES, V1, V2_AUTHORIZATION, V3_CODE, Recipe

SEPARATORS = (" ", "\n", "\r\n", "&", ",", ";", "|", "+", "\t", ".", ":", "-", "_", "/", ", ", "\0")
TAILS = (b"\n", b"\r\n", b"\r", b"\0", b"\n\n", b"\x1a")
AROUND = (b" ", b"\t", b'"', b"'", b"\xef\xbb\xbf")
MOST_ORDERED = 6
"""Fields of which every order is tried: 720, a tenth of a second by the engine."""


@dataclass(frozen=True)
class Attempt:
    """A text that may have been signed, and the mistake if it was."""

    kind: Kind
    text: bytes
    field: str = ""
    values: Mapping[str, str] = member(default_factory=dict)


def order_of(recipe: Recipe, parameters: Mapping[str, str]) -> str:
    """What is signed, as an integrator writes it."""
    return " + ".join(name for name in recipe.fields if parameters.get(name) or name != "scope_org")


def attempts(case: Case, recipe: Recipe) -> Iterator[Attempt]:
    """Every known wrong text for this request."""
    parameters = case.parameters
    yield from _of_other_versions(case, recipe, parameters)
    yield from _with_fields(recipe, parameters)
    yield from _of_other_calls(case, parameters)
    yield from _as_bytes(recipe.text(parameters))
    yield from _joined(recipe, parameters)
    yield from _encoded(recipe, parameters)
    yield from _of_earlier(case, recipe, parameters)
    yield Attempt(kinds.TEXT_EMPTY, b"")
    torn = values_tried.torn_address(case)
    if torn is not None:
        text = recipe.text({**parameters, "redirect_uri": torn[0]})
        yield Attempt(REDIRECT_TORN, text, "redirect_uri", {"received": parameters["redirect_uri"], "extra": torn[1]})
    for name, value, kind in values_tried.values(case, recipe):
        yield _with_value(kind, recipe, parameters, name, value)
    yield from _orders(recipe, parameters)
    for value in values_tried.seconds_around(parameters.get("timestamp", "")):
        yield _with_value(kinds.TEXT_OTHER_VALUE, recipe, parameters, "timestamp", value)


def other_value(recipe: Recipe, parameters: Mapping[str, str], signed: bytes) -> Attempt | None:
    """The one field whose value is another in a text that is known to have been signed."""
    for at, name in enumerate(recipe.fields):
        before = "".join(parameters.get(each, "") for each in recipe.fields[:at]).encode()
        after = "".join(parameters.get(each, "") for each in recipe.fields[at + 1 :]).encode()
        if signed.startswith(before) and signed.endswith(after) and len(signed) > len(before) + len(after):
            value = signed[len(before) : len(signed) - len(after)].decode("utf-8", "replace")
            return _with_value(kinds.TEXT_OTHER_VALUE, recipe, parameters, name, value)
    return None


def _with_value(kind: Kind, recipe: Recipe, parameters: Mapping[str, str], name: str, value: str) -> Attempt:
    text = recipe.text({**parameters, name: value})
    return Attempt(kind, text, name, {"signed": value, "received": parameters.get(name, "")})


def _of_other_versions(case: Case, recipe: Recipe, parameters: Mapping[str, str]) -> Iterator[Attempt]:
    """The text of the other generation, a token call signed like an authorization, and a refresh text that is switched off."""
    is_v1 = recipe is V1
    others = [each for each in RECIPES if each not in case.recipes()]
    for other in others:
        if is_v1 != (other is V1):
            yield _of_recipe(kinds.TEXT_OF_V2 if is_v1 else kinds.TEXT_OF_V1, other, parameters)
        elif recipe is V3_CODE and other is V2_AUTHORIZATION:
            yield _of_recipe(kinds.TEXT_LACKS_CODE, other, parameters)
        elif recipe in (R1, R2) and other in (R1, R2):
            yield _of_recipe(kinds.REFRESH_TEXT_OFF, other, parameters)


def _of_other_calls(case: Case, parameters: Mapping[str, str]) -> Iterator[Attempt]:
    for other in RECIPES:
        if other not in case.recipes():
            yield _of_recipe(kinds.TEXT_OF_OTHER_CALL, other, parameters)


def _of_recipe(kind: Kind, recipe: Recipe, parameters: Mapping[str, str]) -> Attempt:
    return Attempt(kind, recipe.text(parameters), "", {"used": order_of(recipe, parameters), "call": recipe.name})


def _with_fields(recipe: Recipe, parameters: Mapping[str, str]) -> Iterator[Attempt]:
    """A field too few or too many."""
    used = [name for name in recipe.fields if parameters.get(name)]
    for missing in used:
        text = "".join(parameters[name] for name in used if name != missing)
        yield Attempt(kinds.TEXT_LACKS, text.encode(), "", {"missing": missing})
    right = recipe.text(parameters)
    for extra, value in parameters.items():
        if extra in ("client_secret",) or not value:
            continue
        for longer in (right + value.encode(), value.encode() + right):
            yield Attempt(kinds.TEXT_HAS_MORE, longer, "", {"extra": extra})


def _as_bytes(right: bytes) -> Iterator[Attempt]:
    """The right text, spoiled on its way to the signing function."""
    for tail in TAILS:
        yield Attempt(kinds.TEXT_LINE_END, right + tail, "", {"tail": tail.hex(" ")})
    yield Attempt(kinds.TEXT_BOM, b"\xef\xbb\xbf" + right)
    for around in AROUND:
        for text in (around + right, right + around, around + right + around):
            yield Attempt(kinds.TEXT_BLANKS, text, "", {"tail": around.hex(" ")})
    as_text = right.decode("utf-8", "replace")
    for encoding in ("utf-16-le", "utf-16-be", "utf-16"):
        yield Attempt(kinds.TEXT_UTF16, as_text.encode(encoding), "", {"encoding": encoding.upper()})
    if not as_text.isascii():
        for encoding in ("cp1251", "cp866", "koi8-r"):
            yield Attempt(kinds.TEXT_CP1251, as_text.encode(encoding, "replace"), "", {"encoding": encoding.upper()})
    for name, digest in DIGESTS.items():
        value = digest(right)
        for text in (value, value.hex().encode(), value.hex().upper().encode(), base64.b64encode(value), value[::-1]):
            yield Attempt(kinds.TEXT_HASHED, text, "", {"digest": name})
    for text in (base64.b64encode(right), base64.urlsafe_b64encode(right), base64.urlsafe_b64encode(right).rstrip(b"=")):
        yield Attempt(kinds.TEXT_BASE64, text)


def _joined(recipe: Recipe, parameters: Mapping[str, str]) -> Iterator[Attempt]:
    used = [name for name in recipe.fields if parameters.get(name)]
    values = [parameters[name] for name in used]
    for separator in SEPARATORS:
        shown = {"separator": repr(separator)}
        yield Attempt(kinds.TEXT_SEPARATED, separator.join(values).encode(), "", shown)
        yield Attempt(kinds.TEXT_SEPARATED, (separator.join(values) + separator).encode(), "", shown)
    everything = {name: value for name, value in parameters.items() if name != "client_secret"}
    for names in (used, list(everything)):
        pairs = {name: everything.get(name, "") for name in names}
        plain = "&".join(f"{name}={value}" for name, value in pairs.items())
        for written in (plain, urlencode(pairs), urlencode(pairs, quote_via=quote)):
            yield Attempt(kinds.TEXT_PAIRS, written.encode(), "", {"used": written[:80]})
        for separators in ((", ", ": "), (",", ":")):
            written = json.dumps(pairs, ensure_ascii=False, separators=separators)
            yield Attempt(kinds.TEXT_JSON, written.encode(), "", {"used": written[:80]})
    yield Attempt(kinds.TEXT_JSON, json.dumps(values).encode(), "", {"used": json.dumps(values)[:80]})


def _encoded(recipe: Recipe, parameters: Mapping[str, str]) -> Iterator[Attempt]:
    right = recipe.text(parameters).decode("utf-8", "replace")
    for encode in (quote_plus, quote, lambda text: quote(text, safe="")):
        every = {name: encode(value) for name, value in parameters.items()}
        yield Attempt(kinds.TEXT_ENCODED, recipe.text(every), "", {"what": order_of(recipe, parameters)})
        yield Attempt(kinds.TEXT_ENCODED, encode(right).encode(), "", {"what": order_of(recipe, parameters)})
        for name in recipe.fields:
            if parameters.get(name):
                changed = {**parameters, name: encode(parameters[name])}
                yield Attempt(kinds.TEXT_ENCODED, recipe.text(changed), "", {"what": name})
                lower = {**parameters, name: _lower_escapes(encode(parameters[name]))}
                yield Attempt(kinds.TEXT_ENCODED, recipe.text(lower), "", {"what": name})
    for name in ("scope", "timestamp"):
        changed = {**parameters, name: parameters.get(name, "").replace(" ", "+")}
        yield Attempt(kinds.TEXT_PLUS, recipe.text(changed), "", {"what": name})
    both = {name: value.replace(" ", "+") for name, value in parameters.items()}
    yield Attempt(kinds.TEXT_PLUS, recipe.text(both))
    without = {**parameters, "timestamp": parameters.get("timestamp", "").replace("+", " ")}
    yield Attempt(kinds.TEXT_PLUS, recipe.text(without))


def _lower_escapes(text: str) -> str:
    """`%3a` as .NET writes it."""
    parts = text.split("%")
    return parts[0] + "".join(f"%{part[:2].lower()}{part[2:]}" for part in parts[1:])


def _of_earlier(case: Case, recipe: Recipe, parameters: Mapping[str, str]) -> Iterator[Attempt]:
    """A signature that was made for an earlier request, whole or in its state and timestamp."""
    for exchange in reversed(case.earlier):
        earlier = Sent(exchange).parameters
        about = {"request": exchange.id}
        endpoint = ENDPOINTS.get(exchange.path)
        other = V1 if endpoint is not None and endpoint.version == "v1" else V2_AUTHORIZATION
        yield Attempt(kinds.TEXT_OF_AUTHORIZATION, other.text(earlier), "", about)
        pair = {name: earlier.get(name, "") for name in ("state", "timestamp")}
        yield Attempt(kinds.TEXT_OF_AUTHORIZATION, recipe.text({**parameters, **pair}), "", about)
        triple = {name: earlier.get(name, "") for name in ("state", "timestamp", "scope")}
        yield Attempt(kinds.TEXT_OF_AUTHORIZATION, recipe.text({**parameters, **triple}), "", about)


def _orders(recipe: Recipe, parameters: Mapping[str, str]) -> Iterator[Attempt]:
    used: Sequence[str] = [name for name in recipe.fields if parameters.get(name)]
    if len(used) > MOST_ORDERED:
        used = [name for name in used if name != "scope_org"]
    if len(used) > MOST_ORDERED:
        return
    for order in itertools.permutations(used):
        if list(order) != list(used):
            text = "".join(parameters[name] for name in order)
            yield Attempt(kinds.TEXT_ORDER, text.encode(), "", {"used": " + ".join(order)})
