"""The mistakes that integrators make, as operators over a good request: which field each spoils, and what must be found.

Every operator is one cause. `field` is the parameter or the part of the request that it spoils, `kinds` what the first diagnosis
may be; what cannot be known, such as a flipped bit of a raw signature, must be `unknown`.
"""

import base64
import hashlib
import json
import random
import string
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote, quote_plus, urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from idp.cms.gost_2012 import streebog256
from idp.requests.exchange import Exchange
from tests.idp.esia.diagnosis import world
from tests.idp.esia.diagnosis.world import AT, CODE, REFRESH, Request
from tests.idp.esia.keys import program, rsa_identity
from tests.idp.esia.system import SIGNED, timestamp
from tests.idp.stand import CALLBACK

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


# ---- the form of the request


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


# ---- who


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


# ---- where to


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


# ---- when


def timed(name: str, kind: str, make: Callable[[Request], str]) -> None:
    add(name, "timestamp", kind, lambda request: request.exchange(request.resigned(timestamp=make(request))))


NOW = timestamp(AT)
timed(
    "time_iso",
    "time_iso",
    lambda request: request.chance.choice(["2026-11-22T20:15:53+00:00", "2026-11-22T20:15:53Z", "2026-11-22 20:15:53 +0000"]),
)
timed("time_no_zone", "time_no_zone", lambda _: NOW[:19])
timed("time_zone_colon", "time_zone_colon", lambda _: "2026.11.22 20:15:53 +00:00")
timed(
    "time_zone_named",
    "time_zone_named",
    lambda request: f"2026.11.22 20:15:53 {request.chance.choice(['UTC', 'Z', 'GMT', 'MSK'])}",
)
timed("time_unix", "time_unix", lambda request: request.chance.choice([str(AT), f"{AT}000", f"{AT}.5"]))
timed("time_fraction", "time_fraction", lambda _: "2026.11.22 20:15:53.123 +0000")
timed("time_day_first", "time_day_first", lambda _: "22.11.2026 20:15:53 +0000")
timed(
    "time_malformed",
    "time_malformed",
    lambda request: request.chance.choice(["now", "2026/11/22 20:15:53 +0000", "2026.11.22", "20261122201553"]),
)
timed(
    "time_impossible",
    "time_impossible",
    lambda request: request.chance.choice(
        ["2026.02.30 20:15:53 +0000", "2026.13.22 20:15:53 +0000", "2026.11.22 25:15:53 +0000"]
    ),
)
timed(
    "time_zone_wrong",
    "time_zone_wrong",
    lambda request: f"{timestamp(AT, zone=request.chance.choice(['+0300', '+0500', '+0700', '-0500']))[:20]}+0000",
)
timed("time_zone_forgotten", "time_zone_wrong", lambda request: f"{NOW[:20]}{request.chance.choice(['+0300', '+0400', '+0700'])}")
timed(
    "time_skew", "time_skew", lambda request: timestamp(AT + request.chance.choice([1, -1]) * request.chance.randint(301, 1100))
)
timed("time_old", "time_old", lambda request: timestamp(AT - request.chance.randint(27 * 3600, 100 * 86_400)))


@operator("timestamp", "time_plus_lost")
def time_plus_lost(request: Request) -> Exchange:
    return request.raw("timestamp", request.parameters["timestamp"].replace(" ", request.chance.choice(["+", "%20"])))


@operator("timestamp", "time_encoded_twice")
def time_encoded_twice(request: Request) -> Exchange:
    encode = request.chance.choice([quote, quote_plus])
    return request.raw("timestamp", quote_plus(encode(request.parameters["timestamp"])))


# ---- what for


def scoped(name: str, kind: str, make: Callable[[Request], str], fits: Fits = authorization) -> None:
    add(name, "scope", kind, lambda request: request.exchange(request.resigned(scope=make(request))), fits)


def with_scope(request: Request, name: str) -> str:
    found = request.parameters["scope"].split()
    found.insert(request.chance.randint(0, len(found)), name)
    return " ".join(found)


scoped(
    "scope_typo",
    "scope_typo",
    lambda request: with_scope(
        request, request.chance.choice(["full_name", "fulname", "birthday", "snills", "e-mail", "contact"])
    ),
)
scoped(
    "scope_unknown",
    "scope_unknown",
    lambda request: with_scope(request, request.chance.choice(["qwxz", "http://zzz/yyy", "x:y"])),
)
scoped(
    "scope_case", "scope_case", lambda request: with_scope(request, request.chance.choice(["Birthplace", "USR_ORG", "Vehicles"]))
)
scoped(
    "scope_comma",
    "scope_comma",
    lambda request: request.chance.choice([",", ";", "\n", ", "]).join([*request.parameters["scope"].split(), "vehicles"]),
)
scoped("scope_twice", "scope_encoded_twice", lambda request: quote_plus(f"{request.parameters['scope']} vehicles"))
scoped("scope_not_granted", "scope_not_granted", lambda request: with_scope(request, world.NOT_GRANTED))
scoped("scope_withdrawn", "scope_withdrawn", lambda request: with_scope(request, "usr_inf"))
scoped(
    "scope_organisation",
    "scope_organisation_bare",
    lambda request: with_scope(request, request.chance.choice(["org_inn", "http://esia.gosuslugi.ru/org_ogrn"])),
)


@operator("scope_org", "scope_typo", "scope_unknown", fits=lambda request: request.call == "v2 ac")
def scope_org_unknown(request: Request) -> Exchange:
    return request.exchange(request.resigned(scope_org=request.chance.choice(["org_in", "org_nothing_known_here", "orgogrn"])))


@operator("scope_org", "scope_not_granted", fits=lambda request: request.call == "v2 ac")
def scope_org_not_granted(request: Request) -> Exchange:
    return request.exchange(request.resigned(scope_org="org_oktmo"))


def worded(name: str, field: str, kind: str, values: list[str], fits: Fits, **more: str) -> None:
    add(
        name,
        field,
        kind,
        lambda request: request.exchange({**request.parameters, **more, field: request.chance.choice(values)}),
        fits,
    )


def v2_authorization(request: Request) -> bool:
    return request.call == "v2 ac"


worded("response_type", "response_type", "response_type_wrong", ["token", "id_token", "Code", "code id_token"], authorization)
worded("grant_type", "grant_type", "grant_type_wrong", ["password", "code", "implicit", "authorization-code"], with_code)
worded("person_filter", "person_filter", "person_filter_wrong", ["conf_acc", "eHl6", "!"], v2_authorization)
worded(
    "permissions",
    "permissions",
    "permissions_unreadable",
    ["[{}]", "e30", "!"],
    both(v2_authorization, lambda request: request.parameters["scope"] == "openid"),
)
worded(
    "challenge_method",
    "code_challenge_method",
    "challenge_method",
    ["plain", "s256", "SHA256"],
    v2_authorization,
    code_challenge="a" * 43,
)
worded("challenge_form", "code_challenge", "challenge_form", ["a" * 44, "a" * 42 + "=", "0" * 64], v2_authorization)


worded("access_type", "access_type", "access_type_wrong", ["Offline", "refresh", "both"], authorization)
worded("roles", "roles", "roles_wrong", ["CHIEF", "private"], v2_authorization)
worded("obj_type", "obj_type", "obj_type_wrong", ["B", "L"], v2_authorization)
worded("challenge_method_alone", "code_challenge", "challenge_missing", [""], v2_authorization, code_challenge_method="S256")


@operator("nonce", "parameter_too_long", fits=authorization)
def nonce_too_long(request: Request) -> Exchange:
    return request.exchange({**request.parameters, "nonce": "x" * 9000})


@operator("permissions", "rule_broken", fits=both(v2_authorization, lambda request: request.parameters["scope"] == "openid"))
def permissions_without_sysname(request: Request) -> Exchange:
    return request.exchange({**request.parameters, "permissions": base64.urlsafe_b64encode(b'[{"expire": 5}]').decode()})


def of_client(request: Request) -> bool:
    return request.call == "v3 client"


scoped("scope_of_person", "scope_of_person", lambda _: "openid fullname", of_client)
scoped(
    "scope_of_no_organisation",
    "scope_organisation_unknown",
    lambda _: "http://esia.gosuslugi.ru/org_inn?org_oid=1000099999",
    of_client,
)
scoped("scope_typo_of_client", "scope_typo", lambda _: "http://esia.gosuslugi.ru/org_inns?org_oid=1000000042", of_client)


@operator("scope", "permissions_scope", fits=both(v2_authorization, blanks))
def permissions_with_scopes(request: Request) -> Exchange:
    permissions = base64.urlsafe_b64encode(b'[{"sysname":"X"}]').decode()
    return request.exchange({**request.parameters, "permissions": permissions})


@operator("grant_type", "grant_not_allowed", fits=with_refresh)
def grant_not_allowed(request: Request) -> Exchange:
    request.client = world.client(grant_types=("authorization_code",))
    return request.exchange()


# ---- the bytes of the signature


def secret(name: str, kinds: str, spell: Callable[[Request, bytes], str], fits: Fits = anywhere) -> None:
    def spoil(request: Request) -> Exchange:
        return request.exchange({**request.parameters, "client_secret": spell(request, plain(request))})

    add(name, "client_secret", kinds, spoil, fits)


def plain(request: Request) -> bytes:
    text = request.parameters["client_secret"]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def cut(request: Request, data: bytes) -> str:
    text = b64(data)
    return text[: request.chance.choice([len(text) // 2, len(text) - 2, len(text) - 10])]


def flipped(request: Request, data: bytes) -> bytes:
    at = request.chance.randrange(len(data) - 40, len(data))
    return data[:at] + bytes([data[at] ^ 1 << request.chance.randrange(8)]) + data[at + 1 :]


def with_plus(request: Request) -> bool:
    return "+" in base64.b64encode(plain(request)).decode()


@operator("client_secret", "secret_space", fits=with_plus)
def secret_plus_lost(request: Request) -> Exchange:
    return request.raw("client_secret", base64.b64encode(plain(request)).decode().replace("/", "%2F").replace("=", "%3D"))


secret("secret_percent_twice", "secret_percent", lambda _, data: quote(base64.b64encode(data).decode() + "=", safe=""))
secret("secret_hex", "secret_hex", lambda request, data: data.hex() if request.chance.random() < 0.5 else data.hex().upper(), v2)
secret("secret_base64_of_hex", "secret_base64_of_hex", lambda _, data: b64(data.hex().encode()))
secret("secret_base64_twice", "secret_base64_twice", lambda _, data: b64(base64.b64encode(data)))
secret(
    "secret_pem", "secret_pem", lambda _, data: f"-----BEGIN PKCS7-----\n{base64.encodebytes(data).decode()}-----END PKCS7-----\n"
)
secret("secret_not_base64", "secret_not_base64", lambda request, data: request.chance.choice("!#'\"{$") + b64(data))
secret("secret_cut", "secret_cut", cut, lambda request: request.is_gost or v1(request))
secret("secret_longer", "secret_size", lambda _, data: b64(data + b"\0" * 16), both(gost_v2, hashed))
secret("raw_on_v1", "raw_on_v1", lambda request, _: request.sign(request.text(), version="v2", way=request.way.split()[0]), v1)
secret("garbage_on_v1", "not_cms", lambda request, _: b64(request.chance.randbytes(request.chance.choice([90, 700]))), v1)
secret("cms_on_v2", "cms_on_v2", lambda request, _: request.sign(request.text(), version="v1", way=request.way), hashed)
secret("bytes_reversed", "bytes_reversed", lambda _, data: b64(data[::-1]), gost_v2)
secret("halves_swapped", "halves_swapped", lambda _, data: b64(data[32:] + data[:32]), gost_v2)
secret("halves_reversed", "halves_reversed", lambda _, data: b64(data[:32][::-1] + data[32:][::-1]), gost_v2)
secret(
    "der_pair",
    "der_pair",
    lambda _, data: b64(encode_dss_signature(int.from_bytes(data[32:], "big"), int.from_bytes(data[:32], "big"))),
    gost_v2,
)
secret(
    "bit_flipped_in_message",
    "signature_broken unknown",
    lambda request, data: b64(flipped(request, data)),
    lambda request: rsa_v1(request) and request.way == "rsa",
)
secret("bit_flipped", "unknown", lambda request, data: b64(flipped(request, data)), v2)


def by_program(request: Request, digest: str) -> bytes:
    own = world.own_system().identities.rsa
    arguments = (
        "cms",
        "-sign",
        "-in",
        "text",
        "-outform",
        "DER",
        "-signer",
        "signer.pem",
        "-inkey",
        "key.pem",
        "-md",
        digest,
        "-binary",
    )
    return program().made(
        "signature", *arguments, **{"text": request.text(), "signer.pem": own.certificate_pem, "key.pem": own.key_pem}
    )


secret("cms_sha1", "cms_sha1", lambda request, _: b64(by_program(request, "sha1")), rsa_v1)
secret("cms_md5", "cms_md5", lambda request, _: b64(by_program(request, "md5")), rsa_v1)
secret("cms_sha224", "cms_digest", lambda request, _: b64(by_program(request, "sha224")), rsa_v1)


def raw_sha1(request: Request, _data: bytes) -> str:
    private = world.own_system().identities.rsa.private
    digest = request.chance.choice([hashes.SHA1(), hashes.SHA512(), hashes.MD5()])  # noqa: S303 - the mistake itself
    return b64(private.sign(request.text(), padding.PKCS1v15(), digest))


secret("raw_other_digest", "raw_digest", raw_sha1, lambda request: v2(request) and not request.is_gost)


@operator("client_secret", "rsa_on_v2", fits=lambda request: v2(request) and not request.is_gost)
def rsa_where_it_is_off(request: Request) -> Exchange:
    request.settings = replace(request.settings, rsa_on_v2=False)
    return request.exchange()


@operator("client_secret", "signature_replayed")
def sent_again(request: Request) -> Exchange:
    request.earlier.append(request.exchange(status=302 if request.is_authorization else 200))
    return request.exchange(status=400)


# ---- the certificate


def stranger(name: str, kinds: str, whose: str, fits: Fits) -> None:
    def spoil(request: Request) -> Exchange:
        others = world.identities_of(whose)
        return request.exchange({**request.parameters, "client_secret": request.sign(request.text(), identities=others)})

    add(name, "client_secret", kinds, spoil, fits)


for version, fits in (("v1", v1), ("v2", v2)):
    stranger(f"removed_certificate_{version}", "certificate_removed", "Прежняя система", fits)
    stranger(f"foreign_certificate_{version}", "certificate_foreign", "Чужая система", fits)
stranger(
    "unregistered_certificate",
    "certificate_unregistered",
    "Никому не известная",
    both(v1, lambda request: "attached" not in request.way or True),
)
stranger("unregistered_key", "unknown", "Никому не известная", v2)


@operator("client_secret", "certificate_rsa_short", fits=rsa_v1)
def short_rsa_key(request: Request) -> Exchange:
    own = world.own_system().identities
    weak = replace(own, rsa=rsa_identity("Короткий ключ", bits=1024))
    return request.exchange({**request.parameters, "client_secret": request.sign(request.text(), identities=weak)})


@operator("client_secret", "certificate_key_differs", fits=rsa_v1)
def renewed_certificate(request: Request) -> Exchange:
    own = world.own_system().identities
    again = replace(own, rsa=rsa_identity.__wrapped__("Учебная система"))
    return request.exchange({**request.parameters, "client_secret": request.sign(request.text(), identities=again)})


@operator("client_secret", "certificate_expired", fits=lambda request: gost_v2(request) or request.way == "gost")
def expired_certificate(request: Request) -> Exchange:
    own = replace(world.own_system().identities, gost=world.expired())
    values = {**request.parameters, "client_secret": request.sign(request.text(), identities=own)}
    if hashed(request):
        values["client_certificate_hash"] = world.known(world.expired().der).streebog_hash
    return request.exchange(values)


@operator("client_secret", "certificate_not_yet")
def certificate_of_tomorrow(request: Request) -> Exchange:
    at = 1_767_225_600 - 86_400
    request.settings = replace(request.settings)
    return request.exchange(request.resigned(timestamp=timestamp(at)), at=at)


@operator("client_secret", "no_certificates")
def no_certificates(request: Request) -> Exchange:
    request.certificates = []
    return request.exchange()


# ---- the hash


def hashes_as(name: str, kinds: str, make: Callable[[Request, bytes], str], fits: Fits = hashed) -> None:
    def spoil(request: Request) -> Exchange:
        return request.exchange({**request.parameters, "client_certificate_hash": make(request, request.identity.der)})

    add(name, "client_certificate_hash", kinds, spoil, fits)


def sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def cased(request: Request, digest: bytes) -> str:
    return digest.hex().upper() if request.chance.random() < 0.5 else digest.hex()


def pem(request: Request, _der: bytes) -> str:
    text = request.identity.certificate_pem
    text = text[text.index(b"-----BEGIN") :]
    text = request.chance.choice([text, text.rstrip(b"\n"), text.replace(b"\n", b"\r\n")])
    return cased(request, request.chance.choice([streebog256(text), hashlib.sha256(text).digest(), sha1(text)]))


def colons(request: Request, der: bytes) -> str:
    return streebog256(der).hex(request.chance.choice([":", " ", "-"])).upper()


hashes_as("hash_sha1", "hash_sha1", lambda request, der: cased(request, sha1(der)))
hashes_as(
    "hash_md5",
    "hash_other_digest",
    lambda request, der: cased(request, request.chance.choice([md5(der), hashlib.sha512(der).digest()])),
)
hashes_as("hash_of_pem", "hash_of_pem", pem)
hashes_as("hash_of_base64", "hash_of_base64", lambda request, der: cased(request, streebog256(base64.b64encode(der))))
hashes_as("hash_separated", "hash_separated", colons)
hashes_as("hash_reversed", "hash_reversed", lambda request, der: cased(request, streebog256(der)[::-1]))
hashes_as(
    "hash_base64",
    "hash_base64",
    lambda request, der: request.chance.choice([base64.b64encode, base64.urlsafe_b64encode])(streebog256(der)).decode(),
)
hashes_as("hash_cut", "hash_cut", lambda request, der: streebog256(der).hex().upper()[: request.chance.choice([40, 32, 63, 20])])
hashes_as("hash_typo", "hash_typo", lambda request, der: typo(request, streebog256(der).hex().upper()))
hashes_as(
    "hash_of_removed",
    "hash_of_removed",
    lambda request, _: next(each.streebog_hash for each in request.certificates if not each.is_active),
)
hashes_as(
    "hash_of_foreign", "hash_of_foreign", lambda request, _: request.chance.choice(world.known_certificates()[1]).streebog_hash
)
hashes_as("hash_unknown", "hash_unknown", lambda request, _: cased(request, request.chance.randbytes(32)))
hashes_as(
    "hash_of_another_own",
    "hash_names_other",
    lambda request, der: request.chance.choice([each.streebog_hash for each in request.certificates[:3] if each.der != der]),
)


def typo(request: Request, text: str) -> str:
    at = request.chance.randrange(len(text))
    other = request.chance.choice([each for each in "0123456789ABCDEF" if each != text[at]])
    return text[:at] + other + text[at + 1 :]


@operator("client_certificate_hash", "hash_of_key", fits=hashed)
def hash_of_key(request: Request) -> Exchange:
    if request.is_gost:
        from idp.cms.certificate import open_certificate

        info = open_certificate(request.identity.der).public_key_info
    else:
        key = world.own_system().identities.rsa.private.public_key()
        info = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return request.exchange({**request.parameters, "client_certificate_hash": cased(request, streebog256(info))})


@operator("client_certificate_hash", "hash_is_serial", fits=hashed)
def hash_is_serial(request: Request) -> Exchange:
    serial = world.own_system().identities.rsa.certificate.serial_number
    request.parameters = {**request.parameters, "client_certificate_hash": f"{serial:X}"}
    return request.exchange()


@operator("client_certificate_hash", "hash_sha256", fits=hashed)
def hash_sha256_where_it_is_off(request: Request) -> Exchange:
    request.settings = replace(request.settings, sha256_hash=False)
    return request.exchange({**request.parameters, "client_certificate_hash": hashlib.sha256(request.identity.der).hexdigest()})


# ---- the text that was signed


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


# ---- codes, refresh tokens, PKCE


def coded(name: str, field: str, kind: str, change: Callable[[Request], None]) -> None:
    def spoil(request: Request) -> Exchange:
        change(request)
        return request.exchange()

    add(name, field, kind, spoil, with_code)


def known_code(**terms: object) -> Callable[[Request], None]:
    def change(request: Request) -> None:
        assert request.code is not None
        request.code = replace(request.code, **terms)  # type: ignore[arg-type]

    return change


coded("code_used", "code", "code_used", known_code(is_redeemed=True))
coded("code_expired", "code", "code_expired", known_code(expires_at=AT - 10))
coded("code_of_other", "code", "code_of_other_client", known_code(client_id="OTHERIS"))
coded("code_revoked", "code", "code_revoked", known_code(is_revoked=True))
coded("code_redirect", "redirect_uri", "code_redirect_differs", known_code(redirect_uri="https://rp.test/other"))


def code_as(name: str, kind: str, make: Callable[[Request], str]) -> None:
    def spoil(request: Request) -> Exchange:
        request.code = None
        return request.exchange(request.resigned(code=make(request)))

    add(name, "code", kind, spoil, with_code)


def jwt(sbt: str) -> str:
    return f"{b64(json.dumps({'alg': 'RS256', 'sbt': sbt}).encode())}.{b64(b'{}')}.{b64(b'signature')}"


code_as("code_cut", "code_cut", lambda request: CODE[: request.chance.choice([255, 500])])
code_as("code_spoilt", "code_spoilt", lambda _: CODE[:-1] + "_")
code_as("code_unknown", "code_unknown", lambda request: "".join(request.chance.choices(string.ascii_letters, k=40)))
code_as("code_is_token", "code_is_token", lambda request: jwt(request.chance.choice(["access", "id"])))


def verified(name: str, kind: str, challenge_of: Callable[[str], str | None], *, sends: bool = True) -> None:
    def spoil(request: Request) -> Exchange:
        verifier = "".join(request.chance.choices(string.ascii_letters + string.digits, k=64))
        assert request.code is not None
        request.code = replace(request.code, code_challenge=challenge_of(verifier))
        return request.exchange({**request.parameters, **({"code_verifier": verifier} if sends else {})})

    add(name, "code_verifier", kind, spoil, lambda request: request.call == "v3 code")


def s256(verifier: str) -> str:
    return b64(hashlib.sha256(verifier.encode()).digest())


verified("verifier_alone", "verifier_without_challenge", lambda _: None)
verified("verifier_missing", "verifier_missing", s256, sends=False)
verified("verifier_plain", "verifier_plain", lambda verifier: verifier)
verified("verifier_hex", "verifier_other_digest", lambda verifier: b64(hashlib.sha256(verifier.encode()).hexdigest().encode()))
verified("verifier_other", "verifier_wrong", lambda verifier: s256(verifier + "x"))


def refreshed(name: str, kind: str, **terms: object) -> None:
    def spoil(request: Request) -> Exchange:
        assert request.refresh is not None
        request.refresh = replace(request.refresh, **terms) if terms else None  # type: ignore[arg-type]
        return request.exchange()

    add(name, "refresh_token", kind, spoil, with_refresh)


refreshed("refresh_used", "refresh_used", is_rotated=True)
refreshed("refresh_expired", "refresh_expired", expires_at=AT - 60)
refreshed("refresh_of_other", "refresh_of_other_client", client_id="OTHERIS")
refreshed("refresh_revoked", "refresh_revoked", is_revoked=True)
refreshed("refresh_unknown", "refresh_unknown")


@operator("refresh_token", "refresh_is_jwt", fits=with_refresh)
def refresh_is_jwt(request: Request) -> Exchange:
    request.refresh = None
    return request.exchange(request.resigned(refresh_token=jwt("access")))


# ---- what only the answer says


def told(kind: str, field: str, number: str) -> None:
    location = ("location", f"{CALLBACK}?error=access_denied&error_description=ESIA-{number}%3A+x&state=y")
    add(f"told_{kind}", field, kind, lambda request: request.exchange(status=302, answer_headers=(location,)), authorization)


told("person_refused", "consent", "007004")
told("person_not_confirmed", "person_filter", "007055")
told("person_not_employee", "scope_org", "007194")
told("person_no_second_factor", "scope", "007046")
told("person_other_role", "roles", "007062")
told("our_fault", "answer", "007007")
told("overloaded", "answer", "007008")


def choose(chance: random.Random, request: Request) -> Operator:
    """One of the operators that fit this request."""
    return chance.choice([each for each in OPERATORS if each.fits(request)])
