"""From the parameters of a request to a judged one: the rules of `protocol`, with what they need of the client's keys, of
the network and of the database. Used by the authorization endpoint and by the one that takes pushed requests.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ground.fetch import FetchFailed
from idp.clients.keys import KeysUnusable, SignatureWrong, check_signature
from idp.errors import RequestRefused
from idp.protocol import authorization_request as rules
from idp.protocol import request_object
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.client import Client
from idp.protocol.compact_jwt import JwtMalformed, take_apart
from idp.protocol.request_object import SingleUse
from idp.protocol.vocabulary import CLIENT_SIGNING_ALGORITHMS, MAX_REQUEST_OBJECT_LENGTH
from idp.realm import Realm
from idp.tokens import hint as hints

CLAUSE = "RFC 9101, 6.3"


@dataclass(frozen=True)
class Unpacked:
    """The parameters that count. `single_use` names the object they came in, if it must not come again."""

    parameters: Mapping[str, str]
    single_use: SingleUse | None = None


def unpack(realm: Realm, client: Client, parameters: Mapping[str, str]) -> Unpacked:
    """Take the parameters out of a request object, if there is one. Raises RequestRefused.

    May fetch what the client published, so it is never called inside a transaction.
    """
    if "request" in parameters and "request_uri" in parameters:
        raise RequestRefused("invalid_request", "request and request_uri must not be used together", clause="RFC 9101, 5")
    if "request" in parameters:
        return _open(realm, client, parameters, parameters["request"])
    if "request_uri" in parameters:
        uri = request_object.check_request_uri(parameters["request_uri"], client, is_test=realm.settings.is_test)
        return _open(realm, client, parameters, _fetch(realm, uri))
    return Unpacked(parameters)


def judge(realm: Realm, client: Client, parameters: Mapping[str, str], redirect_uri: str) -> AuthorizationRequest:
    """Judge everything but client and redirect URI. Raises RequestRefused."""
    judged = rules.judge(parameters, client, redirect_uri)
    if "id_token_hint" not in parameters:
        return judged
    with realm.database.read() as connection:
        hint = hints.read(realm, connection, parameters["id_token_hint"])
    if hint.client_id != client.client_id:
        raise RequestRefused(
            "invalid_request", "id_token_hint was issued to another client", clause="OpenID Connect Core 1.0, 3.1.2.1"
        )
    return replace(judged, hinted_subject=hint.citizen_id)


def only_pushed(client: Client) -> None:
    """Raises RequestRefused for a client that said it would only push its requests (RFC 9126, 6)."""
    if client.require_pushed_requests:
        raise RequestRefused("invalid_request", "this client must push its requests", clause="RFC 9126, 6")


def _open(realm: Realm, client: Client, parameters: Mapping[str, str], text: str) -> Unpacked:
    if len(text) > MAX_REQUEST_OBJECT_LENGTH:
        raise RequestRefused("invalid_request_object", "the request object is too long", clause=CLAUSE)
    try:
        jwt = take_apart(text)
        is_signed = request_object.is_signed(jwt, client)
        if is_signed:
            check_signature(realm, client, jwt, algorithms=CLIENT_SIGNING_ALGORITHMS)
    except (JwtMalformed, KeysUnusable, SignatureWrong) as reason:
        raise RequestRefused("invalid_request_object", f"the request object: {reason}", clause=CLAUSE) from None
    single_use = request_object.check_claims(
        jwt, client_id=client.client_id, issuer=realm.issuer, now=realm.clock.now(), is_signed=is_signed
    )
    return Unpacked(request_object.merged(parameters, jwt, is_signed=is_signed), single_use)


def _fetch(realm: Realm, address: str) -> str:
    refusal = RequestRefused("invalid_request_uri", "request_uri cannot be fetched", clause="RFC 9101, 6.2")
    try:
        answer = realm.fetch.get(address, headers={"Accept": "application/oauth-authz-req+jwt, application/jwt"})
        if answer.status_code != 200 or len(answer.content) > MAX_REQUEST_OBJECT_LENGTH:
            raise refusal
        return answer.content.decode("ascii").strip()
    except (FetchFailed, ValueError):
        raise refusal from None
