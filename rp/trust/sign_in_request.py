"""The request that sends a browser to the provider, and the one that ends the provider's session."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

import orjson
from authlib.integrations.requests_client import OAuth2Session

from ground.chance import draw_token
from ground.fetch import confine
from rp.realm import Realm
from rp.settings import ASSURANCE_LEVELS
from rp.trust.assurance import reaches
from rp.trust.provider import Provider


@dataclass(frozen=True)
class SignInRequest:
    """Where the browser goes, and what we must remember to judge the answer."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)
    acr: str = "low"


def authlib_session(realm: Realm) -> OAuth2Session:
    """Authlib's client as this registry, under our fetch policy."""
    session = OAuth2Session(
        client_id=realm.settings.client_id,
        client_secret=realm.client_secret,
        token_endpoint_auth_method="client_secret_basic",
        scope=" ".join(realm.settings.scopes),
        redirect_uri=realm.settings.callback_url,
        code_challenge_method="S256",
    )
    return confine(session, realm.fetch_policy, realm.transport)


def make_sign_in_request(
    realm: Realm,
    *,
    language: str | None = None,
    login_hint: str | None = None,
    acr: str | None = None,
    insists: bool = False,
) -> SignInRequest:
    """Draw state, nonce and PKCE verifier and build the authorization URL, for the level that `acr` names or the one we
    require. Whoever `insists` wants that level or an error (OpenID Connect Core 1.0, 5.5.1.1). Raises ProviderUnavailable."""
    metadata = realm.room(Provider).metadata()
    state, nonce, verifier = (draw_token(realm.chance, purpose) for purpose in ("state", "nonce", "code verifier"))
    asked = acr or realm.settings.required_acr
    wishes = {"ui_locales": language, "login_hint": login_hint, "claims": _essential(asked) if insists else None}
    extra = {name: value for name, value in wishes.items() if value}
    with authlib_session(realm) as session:
        url, _ = session.create_authorization_url(
            metadata.authorization_endpoint,
            state=state,
            code_verifier=verifier,
            nonce=nonce,
            acr_values=asked,
            **extra,
        )
    return SignInRequest(url=url, state=state, nonce=nonce, code_verifier=verifier, acr=asked)


def _essential(acr: str) -> str:
    """The `claims` parameter that asks for this level or a higher one, and for nothing less."""
    levels = [level for level in ASSURANCE_LEVELS if reaches(level, acr)]
    return orjson.dumps({"id_token": {"acr": {"essential": True, "values": levels}}}).decode()


def sign_out_url(realm: Realm, *, provider_session: str | None) -> str | None:
    """Where the browser goes to end the provider's session too; None when the provider offers no such place.

    RP-Initiated Logout 1.0 lets us name ourselves by `client_id` instead of sending the ID token: a token never stands in
    a URL of ours. `logout_hint` is the provider's own name of the session (`sid`).
    """
    endpoint = realm.room(Provider).metadata().end_session_endpoint
    if endpoint is None:
        return None
    parameters = {"client_id": realm.settings.client_id, "post_logout_redirect_uri": realm.settings.signed_out_url}
    if provider_session:
        parameters["logout_hint"] = provider_session
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}"
