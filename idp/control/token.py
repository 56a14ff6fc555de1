"""The token of the control plane: the operator's own, or the one that was made and is kept in `var/`."""

import os

from idp.errors import StandUnusable
from idp.settings import TOKEN_VARIABLE, Settings

SHORTEST = 32


def operators_token() -> str | None:
    """The token in PROPUSK_CONTROL_TOKEN; None when there is none. Raises StandUnusable."""
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    if token and (len(token) < SHORTEST or not token.isascii()):
        raise StandUnusable(f"{TOKEN_VARIABLE} must be at least {SHORTEST} ASCII characters")
    return token or None


def read_token(settings: Settings) -> str:
    """The token of the control plane. Raises StandUnusable."""
    own = operators_token()
    if own:
        return own
    file = settings.control_token_file
    try:
        token = file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise StandUnusable(f"{file} is missing: run scripts/keys") from None
    if len(token) < SHORTEST:
        raise StandUnusable(f"{file} is too short to be a token: remove it and run scripts/keys")
    return token
