"""The userinfo endpoint (OpenID Connect Core 1.0, 5.3)."""

from ground.wire import BadRequest, Request, Response
from idp.audit import Event
from idp.clients import registry
from idp.consent import disclosures
from idp.pages.access import Access, open_to
from idp.protocol.claims import released
from idp.protocol.scopes import claims_of
from idp.realm import Realm
from idp.throttling import strangers
from idp.tokens import access, minting
from idp.tokens.holder import holder_of
from idp.tokens.subjects import subject_of


@open_to(Access.BEARER)
def userinfo(realm: Realm, request: Request) -> Response:
    """What an access token opens about its citizen: the claims of its scopes, and single ones.

    By GET or POST, the token in header or form (RFC 6750).
    """
    try:
        token = _token(request)
    except BadRequest as bad:
        return _challenge(bad.status, "invalid_request", bad.description, headers=bad.headers)
    if token is None:
        return Response(401, (("WWW-Authenticate", 'Bearer realm="propusk"'), ("Cache-Control", "no-store")))
    with realm.database.read() as connection:
        verified = access.judge(realm, connection, token)
        if verified is None or realm.issuer not in verified.audience:
            return _refuse_token(realm)
        if "openid" not in verified.grant.scopes:
            return _challenge(403, "insufficient_scope", "the scope openid is needed", scope="openid")
        client = registry.find(connection, verified.grant.client_id)
        holder = holder_of(realm, connection, verified.grant, client)
    if holder is None or client is None:
        return _refuse_token(realm)
    names = (*claims_of(verified.grant.scopes), *verified.grant.claims.userinfo)
    claims = {"sub": subject_of(realm, client, holder.person.id), **released(holder.claims, names)}
    claims = realm.seams.userinfo(claims)
    disclosures.write_down(
        realm,
        family_id=verified.family_id,
        citizen_id=holder.person.id,
        client_id=client.client_id,
        channel="userinfo",
        claims=(name for name in claims if name != "sub"),
    )
    if client.userinfo_algorithm is None:
        return Response.of_json(claims)
    signed = minting.mint_userinfo(realm, client, claims, algorithm=client.userinfo_algorithm)
    headers = (("Content-Type", "application/jwt"), ("Cache-Control", "no-store"))
    return Response(200, headers, signed.encode("ascii"))


def _token(request: Request) -> str | None:
    """The token of the header or of the form body, not of both (RFC 6750, 2); never of the query."""
    if request.method not in ("GET", "POST"):
        raise BadRequest("userinfo is used with GET or POST", 405, headers=(("Allow", "GET, POST"),))
    in_form = request.form.get("access_token") if request.method == "POST" and request.body else None
    if in_form and request.bearer_token:
        raise BadRequest("the token is sent in more than one way")
    return request.bearer_token or in_form


def _refuse_token(realm: Realm) -> Response:
    strangers.write_down(realm, Event.TOKEN_REFUSED, object="endpoint:userinfo")
    return _challenge(401, "invalid_token", "the access token is not valid here")


def _challenge(
    status: int, error: str, description: str, *, scope: str | None = None, headers: tuple[tuple[str, str], ...] = ()
) -> Response:
    """An error of RFC 6750, 3.1, in the header and in the body."""
    wanted = f', scope="{scope}"' if scope else ""
    header = f'Bearer realm="propusk", error="{error}", error_description="{description}"{wanted}'
    body = {"error": error, "error_description": description}
    return Response.of_json(body, status=status, headers=[("WWW-Authenticate", header), *headers])
