"""Mistakes in scope and the words of a request."""

import base64
from collections.abc import Callable
from urllib.parse import quote_plus

from idp.requests.exchange import Exchange
from tests.idp.esia.diagnosis import world
from tests.idp.esia.diagnosis.operators.base import Fits, add, authorization, blanks, both, operator, with_code, with_refresh
from tests.idp.esia.diagnosis.world import Request


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
