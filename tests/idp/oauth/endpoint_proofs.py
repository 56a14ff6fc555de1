"""What makes the endpoints of the discovery document true, how clients prove themselves there, and the logouts."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import requests
from joserfc.jwk import OctKey

from idp.app import run_due_jobs
from tests.idp.conformance.logout import End, log_out, logout_party
from tests.idp.conformance.relying_party import RelyingParty, header_of
from tests.idp.conformance.signing_party import ASSERTION_TYPE, JWKS_URI, SITE, SigningParty
from tests.idp.logout.clients import Receiver, read
from tests.idp.oauth.discovery_walk import Walk, refused_registration
from tests.idp.signing import make_key, signed
from tests.idp.stand import CALLBACK, CLIENT, ISSUER, Stand

UNLISTED_METHODS = ("tls_client_auth", "self_signed_tls_client_auth", "plain")
UNLISTED_ALGORITHMS = ("none", "HS512", "ES384", "PS512")


def issuer(walk: Walk) -> None:
    documents = [walk.stand.http().get(f"{walk.value}/.well-known/{name}").json() for name in
                 ("openid-configuration", "oauth-authorization-server")]  # fmt: skip
    assert documents == [walk.document, walk.document]
    assert RelyingParty(walk.stand).sign_in()["claims"]["iss"] == walk.value


def authorization(walk: Walk) -> None:
    assert "code" in RelyingParty(walk.stand).authorize()
    nobody = walk.stand.browser().open(walk.value, params={"client_id": "nobody", "response_type": "code"})
    assert (nobody.status, nobody.url.startswith(walk.value)) == (400, True)


def pushed_requests(walk: Walk) -> None:
    party = RelyingParty(walk.stand)
    answer = walk.stand.http().post(walk.value, data=party.request(), auth=secret_of(party))
    assert answer.status_code == 201
    page = walk.stand.browser().open(
        party.endpoint("authorization"), params={"client_id": party.client["client_id"], **answer.json()}
    )
    assert "code" in party.walk(page)
    assert walk.stand.http().post(walk.value, data=party.request()).status_code == 401


def token(walk: Walk) -> None:
    assert RelyingParty(walk.stand).sign_in()["token_type"] == "Bearer"
    assert walk.stand.http().get(walk.value).status_code == 405


def userinfo(walk: Walk) -> None:
    party = RelyingParty(walk.stand)
    assert party.userinfo(party.sign_in())
    assert walk.stand.http().get(walk.value).status_code == 401


def revocation(walk: Walk) -> None:
    party = RelyingParty(walk.stand)
    tokens = party.sign_in()
    assert party.post("revocation", {"token": tokens["access_token"]}).status_code == 200
    assert walk.stand.userinfo(tokens["access_token"]).status_code == 401


def introspection(walk: Walk) -> None:
    party, stranger = RelyingParty(walk.stand), RelyingParty(walk.stand)
    data = {"token": party.sign_in()["access_token"]}
    assert party.post("introspection", data).json()["active"] is True
    assert stranger.post("introspection", data).json() == {"active": False}


def registration(walk: Walk) -> None:
    party = RelyingParty(walk.stand)
    headers = {"Authorization": f"Bearer {party.client['registration_access_token']}"}
    read_again = walk.stand.http().get(party.client["registration_client_uri"], headers=headers).json()
    assert read_again["client_id"] == party.client["client_id"]
    assert "code" in party.authorize()


def end_session(walk: Walk) -> None:
    party, browser = logout_party(walk.stand), walk.stand.browser()
    hint = party.sign_in(browser)["id_token"]
    assert log_out(party, browser, hint=hint) == End(True, "state-of-the-logout")
    assert not party.is_signed_in(browser)


def session_frame(walk: Walk) -> None:
    """The frame can be framed, and the answers carry what it compares."""
    page = walk.stand.http().get(walk.value)
    assert "frame-ancestors *" in page.headers["Content-Security-Policy"]
    [script] = re.findall(r'<script [^>]*src="([^"]*)"', page.text)
    assert walk.stand.http().get(ISSUER + script).status_code == 200
    assert "." in RelyingParty(walk.stand).authorize()["session_state"]


def back_channel(walk: Walk) -> None:
    """With and without `sid`: a logout token reaches the client."""
    walk.stand.transport.hosts[SITE] = receiver = Receiver()
    party = RelyingParty(walk.stand, backchannel_logout_uri=f"{SITE}/out", backchannel_logout_session_required=True)
    browser = walk.stand.browser()
    tokens = party.sign_in(browser)
    log_out(party, browser, hint=tokens["id_token"], address=None, state=None)
    run_due_jobs(walk.stand.realm)
    assert walk.value is True
    assert read(walk.stand, receiver.tokens[0])[1]["sid"] == tokens["claims"]["sid"]


def front_channel(walk: Walk) -> None:
    party = RelyingParty(walk.stand, frontchannel_logout_uri=f"{CLIENT}/out", frontchannel_logout_session_required=True)
    browser = walk.stand.browser()
    tokens = party.sign_in(browser)
    log_out(party, browser, hint=tokens["id_token"], address=None, state=None)
    [frame] = re.findall(r'<iframe[^>]* src="([^"]*)"', browser.answer.text)
    assert walk.value is True
    assert dict(parse_qsl(unescape(frame).partition("?")[2])) == {"iss": ISSUER, "sid": tokens["claims"]["sid"]}


def key_set(walk: Walk) -> None:
    """One key at least for each algorithm we say we sign with, and the ID token's among them."""
    keys = walk.stand.http().get(walk.value).json()["keys"]
    assert {key["alg"] for key in keys} == set(walk.document["id_token_signing_alg_values_supported"])
    assert header_of(RelyingParty(walk.stand).sign_in()["id_token"])["kid"] in {key["kid"] for key in keys}


def secret_of(party: RelyingParty) -> tuple[str, str]:
    return party.client["client_id"], party.client["client_secret"]


def sign(party: RelyingParty, claims: Mapping[str, Any], algorithm: str) -> str:
    """A JWT by the client's secret, its own key, or, where that makes no such signatures, a key that fits."""
    if algorithm.startswith("HS"):
        return signed(OctKey.import_key(party.client["client_secret"]), claims, algorithm=algorithm, header={"kid": None})
    own = isinstance(party, SigningParty) and party.algorithm == algorithm
    key = party.key if isinstance(party, SigningParty) and own else make_key("ES256")
    return signed(key, claims, algorithm=algorithm if own else "ES256", header={"alg": algorithm, "kid": key.kid})


def party_of(stand: Stand, method: str, algorithm: str) -> RelyingParty:
    metadata = {"token_endpoint_auth_method": method}
    if method == "private_key_jwt":
        return SigningParty(stand, algorithm, jwks_uri=JWKS_URI)
    return RelyingParty(stand, **metadata)


def call(party: RelyingParty, endpoint: str, method: str, algorithm: str) -> requests.Response:
    """Call an endpoint as a client does that proves itself by a method."""
    client_id, secret = party.client["client_id"], party.client.get("client_secret", "")
    data = {"grant_type": "authorization_code", "code": "unknown", "redirect_uri": CALLBACK, "code_verifier": "v" * 43,
            "token": "unknown"}  # fmt: skip
    if method.endswith("_jwt"):
        now = party.stand.clock.now()
        claims = {"iss": client_id, "sub": client_id, "aud": ISSUER, "exp": now + 60, "jti": f"{endpoint} {algorithm}"}
        data |= {"client_assertion_type": ASSERTION_TYPE, "client_assertion": sign(party, claims, algorithm)}
    elif method == "client_secret_post":
        data |= {"client_id": client_id, "client_secret": secret}
    elif method == "none":
        data |= {"client_id": client_id}
    auth = (client_id, secret) if method == "client_secret_basic" else None
    return party.stand.http().post(party.endpoint(endpoint), data=data, auth=auth)


def is_believed(answer: requests.Response) -> bool:
    """A client that proved itself hears of the code or the token, another one of itself."""
    assert answer.status_code in (200, 400, 401), answer.text
    assert (answer.status_code == 401) == (answer.json().get("error") == "invalid_client")
    return answer.status_code != 401


def methods(endpoint: str, walk: Walk) -> None:
    """Each method listed is believed, each other one that a client can register is not, and no further can be registered."""
    for method in ("client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"):
        algorithm = "HS256" if method == "client_secret_jwt" else "RS256"
        party = party_of(walk.stand, method, algorithm)
        assert is_believed(call(party, endpoint, method, algorithm)) == (method in walk.value), method
    for method in UNLISTED_METHODS:
        refused_registration(walk.stand, token_endpoint_auth_method=method)


def assertion_algorithms(endpoint: str, walk: Walk) -> None:
    for algorithm in (*walk.value, *UNLISTED_ALGORITHMS):
        method = "client_secret_jwt" if algorithm.startswith("HS") else "private_key_jwt"
        is_listed = algorithm in walk.value
        party = party_of(walk.stand, method, algorithm if is_listed else "ES256")
        assert is_believed(call(party, endpoint, method, algorithm)) == is_listed, algorithm
    for algorithm in UNLISTED_ALGORITHMS:
        refused_registration(
            walk.stand,
            token_endpoint_auth_method="private_key_jwt",
            jwks_uri=JWKS_URI,
            token_endpoint_auth_signing_alg=algorithm,
        )


PROOFS: Mapping[str, Callable[[Walk], None]] = {
    "issuer": issuer,
    "authorization_endpoint": authorization,
    "pushed_authorization_request_endpoint": pushed_requests,
    "token_endpoint": token,
    "userinfo_endpoint": userinfo,
    "revocation_endpoint": revocation,
    "introspection_endpoint": introspection,
    "registration_endpoint": registration,
    "end_session_endpoint": end_session,
    "check_session_iframe": session_frame,
    "backchannel_logout_supported": back_channel,
    "backchannel_logout_session_supported": back_channel,
    "frontchannel_logout_supported": front_channel,
    "frontchannel_logout_session_supported": front_channel,
    "jwks_uri": key_set,
    "token_endpoint_auth_methods_supported": partial(methods, "token"),
    "revocation_endpoint_auth_methods_supported": partial(methods, "revocation"),
    "introspection_endpoint_auth_methods_supported": partial(methods, "introspection"),
    "token_endpoint_auth_signing_alg_values_supported": partial(assertion_algorithms, "token"),
    "revocation_endpoint_auth_signing_alg_values_supported": partial(assertion_algorithms, "revocation"),
    "introspection_endpoint_auth_signing_alg_values_supported": partial(assertion_algorithms, "introspection"),
}
