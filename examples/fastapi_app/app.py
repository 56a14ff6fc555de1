"""People sign in by ESIA, and are greeted by name."""

from authlib.integrations.starlette_client import OAuth
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.middleware.sessions import SessionMiddleware


def create_app(issuer: str, client_id: str, client_secret: str) -> FastAPI:
    app = FastAPI()
    app.add_middleware(SessionMiddleware, secret_key="only for this example")
    oauth = OAuth()
    oauth.register(
        "esia",
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_id=client_id,
        client_secret=client_secret,
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
    )

    @app.get("/")
    async def home(request: Request) -> PlainTextResponse:
        name = request.session.get("name")
        return PlainTextResponse(f"Здравствуйте, {name}!" if name else "Вы не вошли.")

    @app.get("/login")
    async def login(request: Request) -> Response:
        return await oauth.esia.authorize_redirect(request, request.url_for("callback"))

    @app.get("/callback")
    async def callback(request: Request) -> Response:
        token = await oauth.esia.authorize_access_token(request)
        request.session["name"] = (await oauth.esia.userinfo(token=token))["name"]
        return RedirectResponse("/")

    return app
