"""Mistakes in the text that is signed."""

import base64
import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote, quote_plus, urlencode

from idp.cms.gost_2012 import streebog256
from idp.requests.exchange import Exchange
from tests.idp.esia.diagnosis.operators.base import Fits, add, anywhere, blanks, operator, signs_redirect, token, v1, v2
from tests.idp.esia.diagnosis.operators.scopes import v2_authorization, with_scope
from tests.idp.esia.diagnosis.world import AT, REFRESH, Request
from tests.idp.esia.system import SIGNED, timestamp
from tests.idp.stand import CALLBACK


def texted(name: str, kinds: str, make: Callable[[Request], bytes], fits: Fits = anywhere, field: str = "client_secret") -> None:
    add(name, field, kinds, lambda request: request.exchange(request.over(make(request))), fits)


def joined(request: Request, fields: tuple[str, ...] | list[str], separator: str = "") -> bytes:
    return separator.join(request.parameters.get(name, "") for name in fields if request.parameters.get(name)).encode()


def shuffled(request: Request) -> bytes:
    used = [name for name in request.fields if request.parameters.get(name)]
    while True:
        order = request.chance.sample(used, len(used))
        if order != used and tuple(order) not in SIGNED.values() and order != list(SIGNED["v1"]):
            return joined(request, order)


def lacking(request: Request) -> bytes:
    used = [name for name in request.fields if request.parameters.get(name)]
    gone = request.chance.choice([name for name in used if name not in ("code", "refresh_token")])
    return joined(request, [name for name in used if name != gone])


def changed(request: Request, name: str, make: Callable[[str], str]) -> bytes:
    return request.text(**{name: make(request.parameters[name])})


texted("text_of_v1", "text_of_v1", lambda request: joined(request, SIGNED["v1"]), v2)
texted("text_of_v2", "text_of_v2", lambda request: joined(request, SIGNED["v2"]), v1)
texted("text_order", "text_order text_of_v2", shuffled)
texted(
    "text_lacks_code", "text_lacks_code", lambda request: joined(request, SIGNED["v2"]), lambda request: request.call == "v3 code"
)
texted("text_lacks", "text_lacks", lacking)
texted(
    "text_has_more",
    "text_has_more",
    lambda request: (
        request.text()
        + request.chance.choice([request.parameters.get("response_type") or request.parameters["grant_type"]]).encode()
    ),
)
texted(
    "text_separated",
    "text_separated",
    lambda request: joined(request, request.fields, request.chance.choice([" ", "\n", "&", ",", "|"])),
)
texted(
    "text_pairs",
    "text_pairs",
    lambda request: urlencode(
        {name: request.parameters[name] for name in request.fields if request.parameters.get(name)}
    ).encode(),
)
texted(
    "text_json",
    "text_json",
    lambda request: json.dumps(
        {name: request.parameters[name] for name in request.fields if request.parameters.get(name)}
    ).encode(),
)
texted("text_line_end", "text_line_end", lambda request: request.text() + request.chance.choice([b"\n", b"\r\n", b"\0"]))
texted(
    "text_blanks",
    "text_blanks text_value_blanks",
    lambda request: request.chance.choice([b" " + request.text(), b'"' + request.text() + b'"']),
)
texted(
    "text_utf16",
    "text_utf16",
    lambda request: request.text().decode().encode(request.chance.choice(["utf-16-le", "utf-16-be", "utf-16"])),
)
texted("text_bom", "text_bom", lambda request: b"\xef\xbb\xbf" + request.text())
texted(
    "text_hashed",
    "text_hashed",
    lambda request: request.chance.choice(
        [
            streebog256(request.text()),
            hashlib.sha256(request.text()).digest(),
            hashlib.sha256(request.text()).hexdigest().encode(),
        ]
    ),
)
texted(
    "text_base64",
    "text_base64",
    lambda request: request.chance.choice([base64.b64encode, base64.urlsafe_b64encode])(request.text()),
)
texted(
    "text_encoded", "text_encoded", lambda request: request.chance.choice([quote, quote_plus])(request.text().decode()).encode()
)
texted("text_encoded_timestamp", "text_encoded", lambda request: changed(request, "timestamp", quote_plus))
texted(
    "text_encoded_redirect",
    "text_encoded",
    lambda request: changed(request, "redirect_uri", lambda uri: quote(uri, safe="")),
    signs_redirect,
)
texted(
    "text_plus",
    "text_plus text_encoded text_other_value",
    lambda request: changed(request, "scope", lambda scope: scope.replace(" ", "+")),
    blanks,
)
texted("text_empty", "text_empty", lambda _: b"")


@operator("client_secret", "text_cp1251")
def text_in_1251(request: Request) -> Exchange:
    request.parameters = {**request.parameters, "state": f"состояние-{request.chance.randint(0, 999)}"}
    return request.exchange(request.over(request.text().decode().encode("cp1251")))


@operator("client_secret", "text_of_authorization", fits=token)
def text_of_authorization(request: Request) -> Exchange:
    from idp.esia.diagnosis.sent import Sent

    before = Sent(request.earlier[0]).parameters
    pair = {name: before[name] for name in ("state", "timestamp")}
    if request.chance.random() < 0.5:
        return request.exchange({**request.parameters, "client_secret": before["client_secret"]})
    return request.exchange(request.over(request.text(**pair)))


@operator("client_secret", "refresh_text_off", fits=lambda request: request.call in ("v3 R1", "v3 R2"))
def refresh_text_off(request: Request) -> Exchange:
    request.settings = replace(request.settings, refresh_texts=("R2" if request.call == "v3 R1" else "R1",))
    request.parameters = {**request.parameters, "redirect_uri": CALLBACK}
    return request.exchange()


@operator("client_secret", "text_of_other_call", fits=lambda request: request.call == "v3 code")
def text_of_refresh(request: Request) -> Exchange:
    request.parameters = {**request.parameters, "refresh_token": REFRESH}
    return request.exchange(request.over(joined(request, SIGNED["R2"])))


def tampered(name: str, field: str, kinds: str, make: Callable[[Request], str], fits: Fits = anywhere) -> None:
    add(name, field, kinds, lambda request: request.exchange({**request.parameters, field: make(request)}), fits)


def near_time(request: Request) -> str:
    return timestamp(
        AT + request.chance.choice([1, -1]) * request.chance.randint(1, 280),
        zone=request.chance.choice(["+0000", "+0000", "+0300"]),
    )


def scope_with_less(request: Request) -> str:
    found = request.parameters["scope"].split()
    found.pop(request.chance.randrange(len(found)))
    return " ".join(found)


OTHER = "text_other_value"
tampered("scope_less_than_signed", "scope", OTHER, scope_with_less, blanks)
tampered(
    "scope_more_than_signed",
    "scope",
    OTHER,
    lambda request: with_scope(request, "vehicles"),
    lambda request: request.call != "v3 client",
)
tampered(
    "scope_openid_sent", "scope", OTHER, lambda _: "openid", lambda request: request.parameters["scope"] == "openid fullname"
)
tampered("time_made_again", "timestamp", OTHER, near_time)
tampered(
    "redirect_with_slash",
    "redirect_uri",
    OTHER,
    lambda _: f"{CALLBACK}/",
    lambda request: signs_redirect(request) and request.call != "v3 code",
)
tampered(
    "redirect_of_another",
    "redirect_uri",
    f"{OTHER} code_redirect_differs",
    lambda _: "https://second.rp.test:8443/",
    signs_redirect,
)
tampered("state_in_upper_case", "state", "text_value_case", lambda request: request.parameters["state"].upper())
tampered("state_without_dashes", "state", OTHER, lambda request: request.parameters["state"].replace("-", ""))
tampered(
    "state_made_again",
    "state",
    "unknown text_other_value",
    lambda request: str(uuid.UUID(int=request.chance.getrandbits(128), version=4)),
)


@operator("redirect_uri", "redirect_torn", fits=v2_authorization)
def redirect_torn(request: Request) -> Exchange:
    values = request.resigned(redirect_uri=f"{CALLBACK}?a=1&shop=2")
    request.parameters = values
    return request.raw("redirect_uri", f"{CALLBACK}?a=1&shop=2")


@operator("state", "text_value_blanks", fits=v2)
def state_signed_with_line_end(request: Request) -> Exchange:
    return request.exchange(request.over(request.text(state=request.parameters["state"] + "\n")))
