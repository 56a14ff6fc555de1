"""An application of somebody else: it signs people in by the discovery document, and says what it was told."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests
from flask import Flask, redirect, request, session
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Response

from propusk import Client, Esia


def make_relying_party(esia: Esia, client: Client, **parameters: str) -> Flask:
    """The application; `parameters` are added to each of its authorization requests."""
    app = Flask(__name__)
    app.secret_key = "of a test"
    app.testing = True
    callback = client.redirect_uris[0]

    @app.get("/")
    def home() -> str:
        return json.dumps(session.get("claims", {}), ensure_ascii=False)

    @app.get("/login")
    def login() -> Response:
        asked = {"response_type": "code", "client_id": client.client_id, "redirect_uri": callback, "scope": "openid profile"}
        return redirect(f"{esia.discovery['authorization_endpoint']}?{urlencode(asked | parameters)}")

    @app.route("/callback", methods=["GET", "POST"])
    def come_back() -> Response | tuple[str, int]:
        given = request.values
        if "error" in given:
            return f"refused: {given['error']}", 403
        told = _redeem(esia, client, given["code"], callback)
        session["claims"], session["hint"] = told
        return redirect("/")

    @app.get("/logout")
    def logout() -> Response:
        asked = {"id_token_hint": session.pop("hint", ""), "post_logout_redirect_uri": callback.replace("/callback", "/")}
        session.clear()
        return redirect(f"{esia.discovery['end_session_endpoint']}?{urlencode(asked)}")

    return app


def _redeem(esia: Esia, client: Client, code: str, callback: str) -> tuple[dict[str, Any], str]:
    with requests.Session() as http:
        http.trust_env = False
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": callback}
        answer = http.post(
            esia.discovery["token_endpoint"], data=asked, auth=(client.client_id, client.client_secret or ""), timeout=30
        )
        tokens = answer.json()
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        told = http.get(esia.discovery["userinfo_endpoint"], headers=bearer, timeout=30).json()
    return read_claims(tokens["id_token"]) | told, tokens["id_token"]


def read_claims(token: str) -> dict[str, Any]:
    """What a token says, unchecked."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


@dataclass
class Served:
    """A port that answers with whatever application is put behind it."""

    address: str
    server: BaseWSGIServer

    @classmethod
    @contextmanager
    def open(cls) -> Iterator["Served"]:
        server = make_server("localhost", 0, Flask("nothing yet"), threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield cls(f"http://localhost:{server.port}", server)
        server.shutdown()
        thread.join()
        server.server_close()

    def put(self, app: Flask) -> None:
        self.server.app = app
