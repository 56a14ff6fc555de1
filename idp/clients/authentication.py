"""How a client proves who it is (RFC 6749, 2.3; RFC 7523, 3; OpenID Connect Core 1.0, 9).

One method for each request, and it must be the one that the client registered, with the registered algorithm: what a
client did not choose is an open door it does not watch. Whether the client is unknown or its secret wrong cannot be told
from the answer nor from the time it takes.
"""

import hashlib
from collections.abc import Collection

from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jws import JWSRegistry
from sqlalchemy import bindparam, delete, insert
from sqlalchemy.exc import IntegrityError

from ground.database import table_of
from ground.wire import Request
from idp.audit import Event, record
from idp.clients import keys, registry
from idp.clients.models import UsedAssertion
from idp.errors import RequestRefused
from idp.protocol import client_assertion
from idp.protocol.client import Client
from idp.protocol.client_assertion import ASSERTION_TYPE, Use
from idp.protocol.compact_jwt import JwtMalformed, UnverifiedJwt, take_apart
from idp.protocol.vocabulary import CLIENT_AUTHENTICATIONS
from idp.realm import Realm
from idp.tombstones import is_of_older_epoch

USED = table_of(UsedAssertion)
FORGET = delete(USED).where(USED.c.expires_at < bindparam("now"))
TOKEN_PATH = "/oauth2/token"


def authenticate(realm: Realm, request: Request, *, accepted: Collection[str] = CLIENT_AUTHENTICATIONS) -> Client:
    """The client that sends a request, proved by a method among `accepted`. Call it outside any transaction.

    Raises RequestRefused: `invalid_client` with status 401, after the journal has it, or `invalid_request` for more than
    one method. Raises BadRequest for a body that is no form.
    """
    method = _presented(request)
    try:
        client = _check_assertion(realm, request) if method == "assertion" else _check_secret(realm, request, method)
        if client.authentication not in accepted:
            raise _refused("this endpoint is for clients that authenticate")
    except RequestRefused as refusal:
        _write_down(realm, request, refusal)
        raise
    return client


def _presented(request: Request) -> str:
    """The one method that the request uses (RFC 6749, 2.3: not more than one)."""
    form = request.form
    scheme = request.headers.get("authorization", "").partition(" ")[0].lower()
    presented = [
        method
        for method, is_used in (
            ("client_secret_basic", scheme == "basic"),
            ("client_secret_post", bool(form.get("client_secret"))),
            ("assertion", "client_assertion" in form or "client_assertion_type" in form),
        )
        if is_used
    ]
    if len(presented) > 1:
        raise RequestRefused("invalid_request", "use one method of client authentication", clause="RFC 6749, 2.3")
    return presented[0] if presented else "none"


def _check_secret(realm: Realm, request: Request, method: str) -> Client:
    client_id, secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
    if method == "client_secret_basic":
        given_client_id = client_id
        client_id, secret = request.basic_credentials or ("", "")
        if given_client_id not in ("", client_id):
            raise _refused()
    with realm.database.read() as connection:
        client = registry.find(connection, client_id)
    is_right = method == "none" or registry.secret_is_right(client, secret)
    if client is None or not is_right or client.authentication != method:
        raise _refused()
    return client


def _check_assertion(realm: Realm, request: Request) -> Client:
    form = request.form
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise client_assertion.refused(f"client_assertion_type must be {ASSERTION_TYPE}")
    try:
        assertion = take_apart(form.get("client_assertion", ""))
    except JwtMalformed as reason:
        raise client_assertion.refused(f"the assertion is unreadable: {reason}") from None
    client_id = client_assertion.unverified_client_id(assertion.claims, form.get("client_id"))
    with realm.database.read() as connection:
        client = registry.find(connection, client_id)
        secret = registry.open_secret(realm, connection, client_id) if client is not None else None
    if client is None or client.authentication not in ("private_key_jwt", "client_secret_jwt"):
        raise _refused()
    _check_signature(realm, client, assertion, secret)
    audiences = {realm.issuer, realm.url(TOKEN_PATH), realm.url(request.path)}
    use = client_assertion.check_claims(assertion.claims, client_id=client_id, audiences=audiences, now=realm.clock.now())
    if not _use_up(realm, client_id, use):
        raise client_assertion.refused("the assertion was used before")
    return client


def _check_signature(realm: Realm, client: Client, assertion: UnverifiedJwt, secret: str | None) -> None:
    algorithms = client_assertion.algorithms_for(client)
    if assertion.algorithm not in algorithms:
        raise client_assertion.refused(f"alg of the assertion must be {' or '.join(algorithms)}")
    if client.authentication == "private_key_jwt":
        try:
            keys.check_signature(realm, client, assertion, algorithms=algorithms)
        except (keys.SignatureWrong, keys.KeysUnusable) as reason:
            raise client_assertion.refused(str(reason)) from None
        return
    try:
        key = OctKey.import_key(secret or "")
        is_right = JWSRegistry.algorithms[assertion.algorithm].verify(assertion.message, assertion.signature, key)
    except (JoseError, ValueError):
        is_right = False
    if secret is None or not is_right:
        raise _refused()


def _use_up(realm: Realm, client_id: str, use: Use) -> bool:
    """Remember an assertion by one INSERT, which only the first of its users wins. A restart forgets nothing, and what
    an older database may have forgotten is refused by its age."""
    digest = hashlib.sha256(f"{client_id}\0{use.jti}".encode()).digest()
    with realm.database.write() as connection:
        if is_of_older_epoch(connection, use.born_at):
            return False
        connection.execute(FORGET, {"now": realm.clock.now() - client_assertion.LONGEST_LIFETIME_SECONDS})
        try:
            with connection.begin_nested():
                connection.execute(insert(USED), {"assertion_hash": digest, "expires_at": use.expires_at})
        except IntegrityError:
            return False
    return True


def _write_down(realm: Realm, request: Request, refusal: RequestRefused) -> None:
    with realm.database.write() as connection:
        actor = f"address:{request.remote_address}"
        record(realm, connection, Event.CLIENT_REFUSED, actor=actor, object="authentication", outcome=refusal.code)


def _refused(
    description: str = "the client is unknown, or did not prove who it is by the method it registered",
) -> RequestRefused:
    return RequestRefused("invalid_client", description, clause="RFC 6749, 5.2", status=401)
