"""Codes of the ESIA dialect without the pages before them: what the token endpoint is given is issued here, term by term."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from ground.chance import SystemChance, draw_identifier, draw_token
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.esia.particulars import ChallengeMethod, OrganisationScope, Particulars
from idp.protocol.vocabulary import OFFLINE_ACCESS, Level
from idp.tokens import codes
from idp.tokens.families import Grant
from tests.idp.esia.system import PERSON, System
from tests.idp.stand import Stand

VERIFIER = "v" * 43
CHANCE = SystemChance()


def challenge_of(verifier: str = VERIFIER) -> str:
    """The S256 challenge of a verifier."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def issue_code(
    stand: Stand,
    system: System,
    *,
    scopes: tuple[str, ...] = ("openid", "fullname", "snils"),
    is_offline: bool = True,
    login: str = PERSON[0],
    acr: Level = "substantial",
    amr: tuple[str, ...] = ("pwd", "otp", "mfa"),
    organisations: tuple[OrganisationScope, ...] = (),
    permissions: tuple[Mapping[str, Any], ...] = (),
    challenge_method: ChallengeMethod = "S256",
    sid: str | None = None,
    **asked: Any,
) -> str:
    """A code that somebody's agreement gave this system; `asked` are terms of the authorization request."""
    granted = frozenset((*scopes, OFFLINE_ACCESS) if is_offline else scopes)
    request = AuthorizationRequest(system.client_id, asked.pop("redirect_uri", system.callback), granted, **asked)
    particulars = Particulars(
        version="v2",
        state=str(asked.get("state", "")),
        personal=scopes,
        organisations=organisations,
        is_offline=is_offline,
        permissions=permissions,
        challenge_method=challenge_method,
    )
    grant = Grant(
        client_id=system.client_id,
        citizen_id=stand.citizen(login),
        sid=sid or draw_identifier(CHANCE, "session"),
        scopes=granted,
        acr=acr,
        amr=amr,
        authenticated_at=stand.clock.now() - 53,
        particulars=particulars.as_document(),
    )
    with stand.realm.database.write() as connection:
        return codes.issue(
            stand.realm,
            connection,
            request,
            grant,
            make_code=lambda _family_id: draw_token(CHANCE, "code"),
            lifetime_seconds=stand.realm.settings.esia.code_seconds,
        )


def granted_to(answer: Any) -> dict[str, Any]:
    """The tokens of a good answer."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


def refused_with(answer: Any) -> str:
    """The number of a refusal, which is delivered as every one is."""
    assert answer.status_code == 400, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    document = answer.json()
    assert set(document) <= {"error", "error_description", "state"}
    assert document["error_description"].startswith("ESIA-")
    return str(document["error_description"][5:11])
