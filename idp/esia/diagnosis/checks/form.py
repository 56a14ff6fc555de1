"""Address, method, body, and whether every parameter is there once and can be read."""

import difflib
from collections.abc import Callable, Iterator

from idp.esia.diagnosis.case import Case
from idp.esia.diagnosis.kind import Found, found
from idp.esia.diagnosis.kinds import form as kinds
from idp.esia.diagnosis.sent import ENDPOINTS, FORM, ROOT, Call, Endpoint
from idp.protocol.esia import parameters as law

NEAR = 0.75
NICKNAMES = {"redirect_url": "redirect_uri", "returnUrl": "redirect_uri", "certificate_hash": "client_certificate_hash"}
METHODS = {"authorization": ("GET", "POST", "HEAD"), "token": ("POST",)}
LOOKS_1251 = range(0xC0, 0x100)


def check_stored(case: Case) -> Iterator[Found]:
    """What was not kept cannot be judged."""
    if case.exchange.body_is_cut:
        yield found(kinds.BODY_NOT_STORED)


def check_path(case: Case) -> Iterator[Found]:
    """Is it an address of ESIA's, and the one for such a request?"""
    endpoint, sent = case.endpoint, case.sent.parameters
    path = case.exchange.path
    if endpoint is None:
        if path.startswith(ROOT):
            word = path.rstrip("/").rpartition("/")[2]
            near = [each for each in ENDPOINTS if each.endswith(f"/{word}")] or list(ENDPOINTS)
            yield found(kinds.PATH_UNKNOWN, received=path, expected=", ".join(near))
        return
    if endpoint.call == "authorization" and sent.get("grant_type") and not sent.get("response_type"):
        yield found(kinds.TOKEN_CALL_AT_AUTHORIZATION, received=path, expected=_path(endpoint, "token"))
    if endpoint.call == "token" and sent.get("response_type") == "code" and not sent.get("grant_type"):
        yield found(kinds.AUTHORIZATION_AT_TOKEN, received=path, expected=_path(endpoint, "authorization"))


def _path(like: Endpoint, call: Call) -> str:
    return next(each.path for each in reversed(list(ENDPOINTS.values())) if (each.version, each.call) == (like.version, call))


def check_method(case: Case) -> Iterator[Found]:
    endpoint, method = case.endpoint, case.exchange.method
    if endpoint is not None and method not in METHODS[endpoint.call]:
        yield found(kinds.METHOD_WRONG, received=method, expected=METHODS[endpoint.call][0])


def check_body(case: Case) -> Iterator[Found]:
    """A body that is no form says nothing to ESIA."""
    exchange, sent = case.exchange, case.sent
    is_json = exchange.body.lstrip()[:1] in (b"{", b"[")
    # curl calls JSON a form, too, unless it is told otherwise.
    if exchange.method != "POST" or not exchange.body or (sent.media_type == FORM and not is_json):
        return
    if {name for name, _ in sent.of_query} >= {"client_id", "client_secret"}:
        return  # everything stands in the query, as some clients have it
    if sent.media_type == "multipart/form-data":
        yield found(kinds.BODY_MULTIPART, received=sent.media_type, expected=FORM)
    elif is_json:
        expected = "client_id=…&client_secret=…" if sent.media_type == FORM else f"Content-Type: {FORM}"
        yield found(kinds.BODY_JSON, received=exchange.body[:60].decode("utf-8", "replace"), expected=expected)
    else:
        yield found(kinds.BODY_OTHER, received=sent.media_type or "—", expected=FORM)


def check_escaped(case: Case) -> Iterator[Found]:
    escaped = [name for name, _ in case.sent.pairs if name.startswith("amp;")]
    if escaped:
        yield found(kinds.AMPERSAND_ESCAPED, received=f"&{escaped[0]}=", expected=f"&{escaped[0].removeprefix('amp;')}=")


def check_encoding(case: Case) -> Iterator[Found]:
    """Bytes that are no UTF-8, or a zero byte."""
    for name, value in case.sent.pairs:
        if b"\0" in value:
            yield found(kinds.NUL_INSIDE, field=name, received=value[:40].hex(" "))
        try:
            value.decode()
        except UnicodeDecodeError:
            is_1251 = all(byte < 0x80 or byte in LOOKS_1251 for byte in value)
            encoding = "Windows-1251" if is_1251 else "Latin-1 / UTF-16"
            yield found(kinds.NOT_UTF8, field=name, received=value[:40].hex(" "), expected="UTF-8", encoding=encoding)


def check_doubled(case: Case) -> Iterator[Found]:
    names = [name for name, _ in case.sent.pairs]
    for name in case.sent.doubled:
        values = [value.decode("utf-8", "replace") for each, value in case.sent.pairs if each == name]
        yield found(
            kinds.PARAMETER_DOUBLED, field=name, received=" / ".join(values)[:300], expected=values[0], count=names.count(name)
        )


def call_of(case: Case) -> law.Call | None:
    """Which row of the table of parameters a request is judged by."""
    endpoint = case.endpoint
    if endpoint is None:
        return None
    if endpoint.call == "authorization":
        return "v1/ac" if endpoint.version == "v1" else "v2/ac"
    grant = case.parameters.get("grant_type", "authorization_code")
    word = {"refresh_token": "refresh", "client_credentials": "client"}.get(grant, "code")
    calls: dict[tuple[str, str], law.Call] = {
        ("v1", "code"): "v1/te code", ("v1", "refresh"): "v1/te refresh", ("v1", "client"): "v1/te client",
        ("v2", "code"): "v3/te code", ("v2", "refresh"): "v3/te refresh", ("v2", "client"): "v3/te client",
    }  # fmt: skip
    return calls[endpoint.version, word]


def check_generation(case: Case) -> Iterator[Found]:
    """A whole client of the other generation is one mistake, not a missing parameter."""
    endpoint, sent = case.endpoint, case.parameters
    if endpoint is None or not sent.get("client_secret"):
        return
    is_cms = sent["client_secret"].startswith(("MII", "MIA", "MIH", "MIG"))
    has_hash = bool(sent.get("client_certificate_hash"))
    other = ENDPOINTS[_other(endpoint)]
    if endpoint.version == "v2" and is_cms and not has_hash:
        yield found(kinds.V1_CLIENT_ON_V2, received=endpoint.path, expected=other.path)
    if endpoint.version == "v1" and has_hash and not is_cms:
        yield found(kinds.V2_CLIENT_ON_V1, received=endpoint.path, expected=other.path)


def _other(endpoint: Endpoint) -> str:
    version = "v1" if endpoint.version == "v2" else "v2"
    paths = [each.path for each in ENDPOINTS.values() if (each.version, each.call) == (version, endpoint.call)]
    return paths[-1]


def check_there(case: Case) -> Iterator[Found]:
    """Every mandatory parameter, under its own name and with a value."""
    call = call_of(case)
    if call is None:
        return
    others = [name for name in case.sent.parameters if name not in law.BY_NAME]
    # Without a grant_type nobody can tell what else is needed.
    for parameter in sorted(law.REQUIRED[call], key=lambda each: each.name != "grant_type"):
        name, looks = parameter.name, parameter.looks
        if case.parameters.get(name):
            continue
        near = [other for other in others if NICKNAMES.get(other) == name or _folded(other) == _folded(name)]
        near += difflib.get_close_matches(name, others, n=1, cutoff=NEAR)
        if name in case.sent.parameters:
            yield found(kinds.PARAMETER_EMPTY, field=name, received=f"{name}=", expected=looks)
        elif name == "redirect_uri" and "redirect_url" in case.sent.parameters:
            yield found(kinds.PARAMETER_MISSPELT, field=name, received="redirect_url", expected=name)
        elif near:
            yield found(kinds.PARAMETER_MISSPELT, field=name, received=near[0], expected=name)
        else:
            yield found(kinds.PARAMETER_MISSING, field=name, received="—", expected=looks)


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


Check = Callable[[Case], Iterator[Found]]
CHECKS: tuple[Check, ...] = (
    check_stored,
    check_path,
    check_method,
    check_body,
    check_escaped,
    check_encoding,
    check_doubled,
    check_generation,
    check_there,
)
"""In this order, and none after the first that finds something: what follows would read a request that is not there."""
