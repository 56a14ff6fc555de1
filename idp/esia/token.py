"""The token endpoints of the ESIA dialect: v1 signs by CMS, v3 and v2 by a raw signature; for the rest they are alike.

Everything may be refused with a code of ESIA's, and every refusal bears the `state` of the request that it refuses.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType

from sqlalchemy import Connection

from ground.wire import BadRequest, Request, Response, refusing_unread
from idp.cms.gost_engine import GostUnavailable
from idp.esia.client import Proof, Version, prove, read_parameters, use_up, write_down
from idp.esia.grants import authorization_code, client_credentials, refresh_token
from idp.esia.grants.minted import Taken, answer_with_tokens
from idp.esia.pages import fault
from idp.pages.access import Access, open_to
from idp.protocol.client import Client
from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.parameters import Call, check_mandatory
from idp.protocol.esia.signed_text import R1, R2, V1, V3_CLIENT, V3_CODE, Recipe
from idp.realm import Realm
from idp.tokens.minting import check_esia_key

Take = Callable[[Realm, Connection, Client, Mapping[str, str]], Taken]
GRANTS: Mapping[str, Take] = MappingProxyType(
    {
        "authorization_code": authorization_code.take,
        "refresh_token": refresh_token.take,
        "client_credentials": client_credentials.take,
    }
)
CALLS: Mapping[tuple[Version, str], Call] = MappingProxyType(
    {
        ("v1", "authorization_code"): "v1/te code",
        ("v1", "refresh_token"): "v1/te refresh",
        ("v1", "client_credentials"): "v1/te client",
        ("v2", "authorization_code"): "v3/te code",
        ("v2", "refresh_token"): "v3/te refresh",
        ("v2", "client_credentials"): "v3/te client",
    }
)
REFRESH_RECIPES = {"R1": R1, "R2": R2}


def _refuse(refusal: EsiaRefused, state: str | None, *, status: int = 400, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    body = {"error": refusal.code, "error_description": refusal.description}
    if state is not None:
        body["state"] = state
    return Response.of_json(body, status=status, headers=headers)


def _refuse_unread(bad: BadRequest) -> Response:
    """Of a body that is too large: there is no other status than 400 here."""
    return _refuse(EsiaRefused("007038", cause=bad.description), None)


@open_to(Access.CLIENT)
@refusing_unread(_refuse_unread)
def token_v1(realm: Realm, request: Request) -> Response:
    """`/aas/oauth2/te`."""
    return _answer(realm, request, "v1")


@open_to(Access.CLIENT)
@refusing_unread(_refuse_unread)
def token_v3(realm: Realm, request: Request) -> Response:
    """`/aas/oauth2/v3/te`."""
    return _answer(realm, request, "v2")


@open_to(Access.CLIENT)
@refusing_unread(_refuse_unread)
def token_v2(realm: Realm, request: Request) -> Response:
    """`/aas/oauth2/v2/te`, which is as v3 where there is one at all."""
    return _answer(realm, request, "v2") if realm.settings.esia.has_v2_token else Response(404)


def _answer(realm: Realm, request: Request, version: Version) -> Response:
    if request.method != "POST":
        return _refuse(EsiaRefused("007003", cause="not a POST"), None, status=405, headers=(("Allow", "POST"),))
    parameters: Mapping[str, str] = {}
    try:
        with _written_down(realm, parameters):
            parameters = read_parameters(request)
        return Response.of_json(_exchange(realm, parameters, version))
    except EsiaRefused as refusal:
        return _refuse(refusal, parameters.get("state"))
    except Exception as reason:
        return _refuse(fault(reason), parameters.get("state"))


def _exchange(realm: Realm, parameters: Mapping[str, str], version: Version) -> Mapping[str, object]:
    """The good answer. Raises EsiaRefused."""
    grant_type = parameters.get("grant_type", "")
    with _written_down(realm, parameters):
        # Who sent no form at all learns first what is missing.
        check_mandatory(parameters, CALLS.get((version, grant_type), CALLS[version, "client_credentials"]))
        if grant_type not in GRANTS:
            raise EsiaRefused("007012", cause="grant_type is unknown")
    recipes = _recipes(realm, version, grant_type)
    redeems_code = grant_type == "authorization_code"
    proof = prove(realm, parameters, version=version, recipes=recipes, redeems_code=redeems_code)
    with _written_down(realm, parameters):
        taken = _take(realm, proof, grant_type, parameters)
    return answer_with_tokens(realm, taken, state=parameters["state"])


def _take(realm: Realm, proof: Proof, grant_type: str, parameters: Mapping[str, str]) -> Taken:
    """Use the signature up, and then what the grant takes, in one transaction. Raises EsiaRefused, and commits what a refusal has
    written all the same: that a signature was used, or a code came back."""
    client = proof.signer.client
    with realm.database.write() as connection:
        try:
            use_up(realm, connection, proof)
            if grant_type not in client.grant_types:
                raise EsiaRefused("007005", cause=f"the system may not use grant_type={grant_type}")
            _check_key(realm, client)
            taken = GRANTS[grant_type](realm, connection, client, parameters)
        except EsiaRefused as reason:
            refusal = reason
        else:
            return taken
    raise refusal


@contextmanager
def _written_down(realm: Realm, parameters: Mapping[str, str]) -> Iterator[None]:
    """The journal has every refusal with its cause; who proved nothing is written down by whoever asked for the proof."""
    try:
        yield
    except EsiaRefused as refusal:
        write_down(realm, parameters, refusal)
        raise


def _check_key(realm: Realm, client: Client) -> None:
    """Nothing is used up for tokens that nobody here could sign. Raises EsiaRefused; the journal has the reason."""
    try:
        check_esia_key(realm, client.esia_algorithm)
    except GostUnavailable as reason:
        raise EsiaRefused("007007", cause=str(reason)) from None


def _recipes(realm: Realm, version: Version, grant_type: str) -> Sequence[Recipe]:
    """What this request may be signed over."""
    if version == "v1":
        return (V1,)
    if grant_type == "refresh_token":
        return [REFRESH_RECIPES[name] for name in realm.settings.esia.refresh_texts]
    return (V3_CODE,) if grant_type == "authorization_code" else (V3_CLIENT,)
