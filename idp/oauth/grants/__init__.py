"""The grants of the token endpoint, as one tuple."""

from idp.oauth.grants.authorization_code import CodeGrant
from idp.oauth.grants.client_credentials import ClientGrant
from idp.oauth.grants.refresh_token import RefreshGrant

GRANTS = (CodeGrant, RefreshGrant, ClientGrant)
