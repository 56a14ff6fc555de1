"""Foreign libraries sign in, refresh and sign out by the discovery URL alone: openid-client for Node, and Authlib's own."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.browser import Browser
from tests.house import VERA, parameters_of
from tests.node_packages import node_with_packages
from tests.reliability.servers import plain_http, real_browser
from tests.running_stand import RunningStand


@dataclass(frozen=True)
class Application:
    """A developer's application that has registered itself."""

    issuer: str
    client_id: str
    client_secret: str
    callback: str
    after_logout: str

    @property
    def discovery_url(self) -> str:
        return f"{self.issuer}/.well-known/openid-configuration"


@pytest.fixture
def application(running_stand: RunningStand) -> Application:
    """Registered through the endpoint that the discovery document names."""
    issuer = running_stand.at.issuer
    callback, after_logout = "http://localhost:9/callback", "http://localhost:9/bye"
    with plain_http() as session:
        metadata = session.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json()
        body = {
            "redirect_uris": [callback],
            "post_logout_redirect_uris": [after_logout],
            "client_name": "Учебная аптека",
            "grant_types": ["authorization_code", "refresh_token"],
        }
        answer = session.post(metadata["registration_endpoint"], json=body, timeout=10)
    assert answer.status_code == 201, answer.text
    client = answer.json()
    return Application(issuer, client["client_id"], client["client_secret"], callback, after_logout)


@pytest.mark.node
def test_c01_openid_client_of_node_needs_the_discovery_url_alone(application: Application) -> None:
    with _node_script(application) as node:
        browser = real_browser()
        callback = _sign_in(browser, _say_line(node)["authorization"], application)
        result = _say_line(node, {"callback": callback})
    assert result["issuer"] == application.issuer
    assert result["refusal"] is not None, "an answer with another iss is refused (RFC 9207)"
    assert result["userinfo"]["sub"] == result["claims"]["sub"]
    assert result["userinfo"]["given_name"] == "Вера"
    assert result["introspection"]["active"] is True
    assert result["isRotated"], "refreshing gave other tokens"
    assert result["renewedUserinfo"] == result["userinfo"]
    assert result["afterRevocation"] == {"active": False}, "what came of a revoked refresh token is over too (RFC 7009, 2.1)"
    assert _sign_out(browser, result["logout"], application)


def test_c01_authlib_needs_the_discovery_url_alone(application: Application) -> None:
    with plain_http() as http:
        metadata = http.get(application.discovery_url, timeout=10).json()
        keys = http.get(metadata["jwks_uri"], timeout=10).json()
    session = OAuth2Session(
        application.client_id,
        application.client_secret,
        scope="openid profile",
        redirect_uri=application.callback,
        code_challenge_method="S256",
    )
    session.trust_env = False
    verifier, nonce = generate_token(48), generate_token(20)
    address, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, prompt="consent"
    )
    browser = real_browser()
    callback = _sign_in(browser, address, application)
    assert parameters_of(callback)["iss"] == metadata["issuer"]

    tokens = session.fetch_token(metadata["token_endpoint"], authorization_response=callback, code_verifier=verifier, state=state)
    decoded = jwt.decode(tokens["id_token"], KeySet.import_key_set(keys), algorithms=["RS256"])
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        options={"iss": {"value": metadata["issuer"]}, "aud": {"value": application.client_id}},
        params={"nonce": nonce, "client_id": application.client_id, "access_token": tokens["access_token"]},
    )
    claims.validate(leeway=60)
    userinfo = session.get(metadata["userinfo_endpoint"], timeout=10).json()
    assert (userinfo["sub"], userinfo["given_name"]) == (claims["sub"], "Вера")

    renewed = session.refresh_token(metadata["token_endpoint"], refresh_token=tokens["refresh_token"])
    assert renewed["access_token"] != tokens["access_token"]
    assert renewed["refresh_token"] != tokens["refresh_token"]
    assert session.get(metadata["userinfo_endpoint"], timeout=10).json() == userinfo, "the library goes on with the new token"
    session.revoke_token(metadata["revocation_endpoint"], token=renewed["refresh_token"], token_type_hint="refresh_token")
    assert session.get(metadata["userinfo_endpoint"], timeout=10).status_code == 401
    leaving = {"id_token_hint": renewed["id_token"], "post_logout_redirect_uri": application.after_logout}
    logout = f"{metadata['end_session_endpoint']}?{urlencode(leaving)}"
    session.close()
    assert _sign_out(browser, logout, application)


def _sign_in(browser: Browser, address: str, application: Application) -> str:
    """The human part, up to the address that the application would be called back at."""
    browser.open(address)
    browser.submit("sign-in", "submit", login=VERA.email, password=VERA.password)
    form = browser.forms()["consent"]
    name, value = form.buttons["allow"]
    answer = browser.session.post(form.action, data={**form.values, name: value}, allow_redirects=False)
    while not answer.headers["Location"].startswith(application.callback):
        answer = browser.session.get(urljoin(answer.url, answer.headers["Location"]), allow_redirects=False)
    return str(answer.headers["Location"])


def _sign_out(browser: Browser, address: str, application: Application) -> bool:
    """Does the logout address end the session without a question, and lead back to the application?"""
    answer = browser.session.get(address, allow_redirects=False)
    assert answer.headers.get("Location", "").startswith(application.after_logout), answer.text[:500]
    again = browser.session.get(f"{application.issuer}/oauth2/logout", allow_redirects=False)
    return 'id="logout"' not in again.text


@contextmanager
def _node_script(application: Application) -> Iterator["subprocess.Popen[str]"]:
    """The script, running. It lies beside the packages, because that is where Node looks for them."""
    node, modules = node_with_packages()
    script = modules.parent / "openid_client.mjs"
    about = (application.client_id, application.client_secret, application.callback, application.after_logout)
    process = subprocess.Popen(
        [str(node), str(script), application.discovery_url, *about],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def _say_line(node: "subprocess.Popen[str]", said: object = None) -> dict[str, Any]:
    """Send a line, if there is something to say, and read the next one."""
    assert node.stdin is not None and node.stdout is not None and node.stderr is not None
    if said is not None:
        node.stdin.write(json.dumps(said) + "\n")
        node.stdin.flush()
    line = node.stdout.readline()
    assert line, node.stderr.read()
    answer: dict[str, Any] = json.loads(line)
    return answer
