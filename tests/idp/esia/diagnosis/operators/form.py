"""Mistakes in the form of a request."""

import json
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlencode

from idp.requests.exchange import Exchange
from tests.idp.esia.diagnosis import world
from tests.idp.esia.diagnosis.operators.base import Fits, add, anywhere, authorization, hashed, operator, token, v1, with_refresh
from tests.idp.esia.diagnosis.world import Request


@operator("body", "body_not_stored", fits=token)
def body_is_cut(request: Request) -> Exchange:
    return request.exchange(body=b"", body_is_cut=True)


@operator("path", "path_unknown")
def path_of_nobody(request: Request) -> Exchange:
    return request.exchange(path=request.chance.choice(["/aas/oauth2/v3/ac", "/aas/oauth2/v3/revoke", "/aas/oauth2/token"]))


@operator("path", "token_call_at_authorization", fits=token)
def token_call_at_authorization(request: Request) -> Exchange:
    return request.exchange(path="/aas/oauth2/ac" if v1(request) else "/aas/oauth2/v2/ac")


@operator("path", "authorization_at_token", fits=authorization)
def authorization_at_token(request: Request) -> Exchange:
    path = "/aas/oauth2/te" if v1(request) else "/aas/oauth2/v3/te"
    return request.exchange(
        path=path, method="POST", query="", body=urlencode(request.parameters).encode(), headers={"content-type": world.FORM}
    )


@operator("path", "v1_client_on_v2", fits=v1)
def v1_on_v2(request: Request) -> Exchange:
    return request.exchange(path="/aas/oauth2/v2/ac" if request.is_authorization else "/aas/oauth2/v3/te")


@operator("path", "v2_client_on_v1", fits=hashed)
def v2_on_v1(request: Request) -> Exchange:
    return request.exchange(path="/aas/oauth2/ac" if request.is_authorization else "/aas/oauth2/te")


@operator("method", "method_wrong", fits=token)
def token_call_by_get(request: Request) -> Exchange:
    return request.exchange(method=request.chance.choice(["GET", "PUT"]), query=urlencode(request.parameters), body=b"")


@operator("method", "method_wrong", fits=authorization)
def authorization_by_put(request: Request) -> Exchange:
    return request.exchange(method="PUT")


@operator("body", "body_json", fits=token)
def body_json_called_a_form(request: Request) -> Exchange:
    return request.exchange(body=json.dumps(request.parameters).encode())


@operator("body", "body_json", fits=token)
def body_json(request: Request) -> Exchange:
    return request.exchange(body=json.dumps(request.parameters).encode(), headers={"content-type": "application/json"})


@operator("body", "body_multipart", fits=token)
def body_multipart(request: Request) -> Exchange:
    parts = "".join(f'--x\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in request.parameters.items())
    return request.exchange(body=f"{parts}--x--\r\n".encode(), headers={"content-type": "multipart/form-data; boundary=x"})


@operator("body", "body_other", fits=token)
def body_plain(request: Request) -> Exchange:
    return request.exchange(headers=request.chance.choice([{"content-type": "text/plain"}, {}]))


@operator("query", "ampersand_escaped")
def ampersands_escaped(request: Request) -> Exchange:
    text = urlencode(request.parameters).replace("&", "&amp;")
    return request.exchange(query=text) if request.is_authorization else request.exchange(body=text.encode())


def names(request: Request) -> list[str]:
    """The parameters that are mandatory everywhere."""
    return [name for name in ("client_id", "client_secret", "scope", "state", "timestamp") if name in request.parameters]


def of_name(kind: str, change: Callable[[Request, str], Exchange], fits: Fits = anywhere) -> Iterator[None]:
    for name in (
        "client_id",
        "client_secret",
        "scope",
        "state",
        "timestamp",
        "redirect_uri",
        "response_type",
        "grant_type",
        "code",
        "client_certificate_hash",
    ):

        def is_there(request: Request, name: str = name) -> bool:
            needed = name != "redirect_uri" or request.is_authorization or "code" in request.parameters
            needed = needed and (name != "client_certificate_hash" or not with_refresh(request))
            return name in request.parameters and needed and fits(request)

        def spoil(request: Request, name: str = name) -> Exchange:
            return change(request, name)

        add(f"{kind}_{name}", name, kind, spoil, is_there)
        yield


def without(request: Request, name: str) -> Exchange:
    return request.exchange({each: value for each, value in request.parameters.items() if each != name})


def empty(request: Request, name: str) -> Exchange:
    return request.exchange({**request.parameters, name: ""})


def twice(request: Request, name: str) -> Exchange:
    more = urlencode({name: request.parameters[name] if request.chance.random() < 0.5 else "other"})
    text = f"{urlencode(request.parameters)}&{more}"
    return request.exchange(query=text) if request.is_authorization else request.exchange(body=text.encode())


def renamed(request: Request, name: str) -> Exchange:
    head, *rest = name.split("_")
    camel = head + "".join(part.title() for part in rest)
    others = [name.replace("_", "-"), name.upper(), f"{name}s", *([camel] if camel != name else [])]
    other = request.chance.choice([each for each in others if each != name])
    return request.exchange({other if each == name else each: value for each, value in request.parameters.items()})


for kind, change in (
    ("parameter_missing", without),
    ("parameter_empty", empty),
    ("parameter_doubled", twice),
    ("parameter_misspelt", renamed),
):
    list(of_name(kind, change))


@operator("redirect_uri", "parameter_misspelt", fits=authorization)
def redirect_url_for_uri(request: Request) -> Exchange:
    return request.exchange(
        {"redirect_url" if each == "redirect_uri" else each: value for each, value in request.parameters.items()}
    )


@operator("state", "not_utf8")
def state_in_1251(request: Request) -> Exchange:
    return request.raw("state", quote("состояние".encode("cp1251")))


@operator("scope", "not_utf8")
def scope_in_1251(request: Request) -> Exchange:
    return request.raw("scope", quote("опенид фио".encode("cp1251")))


@operator("state", "nul_inside")
def state_with_nul(request: Request) -> Exchange:
    return request.raw("state", quote(request.parameters["state"]) + "%00")
