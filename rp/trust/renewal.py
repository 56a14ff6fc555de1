"""Asking the provider for the next tokens of a session: so it learns that its person is at work here (RFC 6749, 6)."""

from collections.abc import Mapping

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from rp.realm import Realm
from rp.trust.errors import AnswerRefused, ProviderUnavailable
from rp.trust.patience import patience
from rp.trust.provider import Provider, client_credentials
from rp.trust.sign_in_answer import Tokens


class ProviderNotReached(ProviderUnavailable):
    """The request was surely not received, so the refresh token is as good as before."""


def renew_tokens(realm: Realm, tokens: Tokens) -> Tokens:
    """The next tokens. The refresh token given is used up, unless this raises ProviderNotReached.

    Raises AnswerRefused when the provider refuses it for good, and ProviderUnavailable.
    """
    with patience(realm):
        return _renew(realm, tokens)


def _renew(realm: Realm, tokens: Tokens) -> Tokens:
    provider = realm.room(Provider)
    data = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
    try:
        endpoint = provider.metadata().token_endpoint
    except ProviderUnavailable as error:
        raise ProviderNotReached(str(error)) from error
    try:
        with provider.session() as session:
            response = session.post(endpoint, data=data, auth=client_credentials(realm), allow_redirects=False)
            answer = response.json()
    except requests.RequestException as error:
        unavailable = ProviderNotReached if _was_not_sent(error) else ProviderUnavailable
        raise unavailable(f"the token endpoint cannot be reached ({type(error).__name__})") from error
    except (ValueError, RecursionError) as error:
        raise ProviderUnavailable("the token endpoint's answer is not JSON") from error
    if not isinstance(answer, Mapping):
        raise ProviderUnavailable("the token endpoint's answer is no object")
    if response.status_code == 400:
        raise AnswerRefused(f"the token endpoint answers {str(answer.get('error'))[:64]}")
    access_token, lifetime = answer.get("access_token"), answer.get("expires_in")
    if response.status_code != 200 or not isinstance(access_token, str):
        raise ProviderUnavailable(f"the token endpoint answers {response.status_code}")
    refresh_token = answer.get("refresh_token")
    return Tokens(
        access_token=access_token,
        id_token=tokens.id_token,
        expires_at=realm.clock.now() + (lifetime if isinstance(lifetime, int) else 0),
        refresh_token=refresh_token if isinstance(refresh_token, str) else None,
    )


def _was_not_sent(error: requests.RequestException) -> bool:
    """Did nobody take the connection? Every other failure may have come after the token was used."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
