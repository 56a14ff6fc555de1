"""May this person be served here, whoever vouches for them? A confirmed account, and the role of a medical service's patient.

Both are the provider's word, in the ID token or at introspection; nothing that a browser brings is looked at.
"""

from collections.abc import Mapping
from typing import Any

from rp.trust.errors import RightsMissing

MEDICAL_SERVICE = "citizen.medical_service"
"""«Гражданин - медицинский сервис»."""


def check_rights(claims: Mapping[str, Any]) -> None:
    """Judge the claims of the account. Raises RightsMissing; a claim that is absent or odd is a «no»."""
    if claims.get("verified") is not True:
        raise RightsMissing("unverified", "the account is not confirmed (verified)")
    roles = claims.get("roles")
    if not isinstance(roles, list) or MEDICAL_SERVICE not in roles:
        raise RightsMissing("role", f"the account lacks the role {MEDICAL_SERVICE} (roles)")
