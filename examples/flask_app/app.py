"""People sign in by ESIA, and are greeted by name."""

from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session, url_for
from werkzeug.wrappers import Response


def create_app(issuer: str, client_id: str, client_secret: str) -> Flask:
    app = Flask(__name__)
    app.secret_key = "only for this example"
    oauth = OAuth(app)
    oauth.register(
        "esia",
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_id=client_id,
        client_secret=client_secret,
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
    )

    @app.get("/")
    def home() -> str:
        return f"Здравствуйте, {session['name']}!" if "name" in session else "Вы не вошли."

    @app.get("/login")
    def login() -> Response:
        return oauth.esia.authorize_redirect(url_for("callback", _external=True))

    @app.get("/callback")
    def callback() -> Response:
        token = oauth.esia.authorize_access_token()
        session["name"] = oauth.esia.userinfo(token=token)["name"]
        return redirect("/")

    return app
