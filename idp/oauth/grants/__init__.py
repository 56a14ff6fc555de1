"""The grants of the token endpoint, as one tuple."""

from idp.oauth.grants.authorization_code import CodeGrant

GRANTS = (CodeGrant,)
