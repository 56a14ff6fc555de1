"""An authorization request of the dialect, judged by a list of checks whose order is the order of this file.

Who asks, and whether the answer may go there, is settled before, and so is the signature: what these checks say is said to a
system that proved who it is.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.client import Client
from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.fact import Fact, assumed, exact
from idp.protocol.esia.particulars import Particulars, split
from idp.protocol.esia.permissions import read_permissions
from idp.protocol.esia.scopes import check_granted, read_organisation_scopes, read_scope
from idp.protocol.pkce import CHALLENGE
from idp.protocol.vocabulary import MAX_NONCE_LENGTH, OFFLINE_ACCESS

Version = Literal["v1", "v2"]
PERSON_FILTERS: Final[Mapping[str, Fact]] = {
    "conf_acc": exact("ILIM tests; VF PersonFilter"),
    "acc_kid": exact("ILIM tests; VF PersonFilter"),
    "acc_not_kid": exact("ILIM tests; VF PersonFilter"),
}
"""Confirmed accounts only, those of children only, none of children."""
ROLES: Final[Mapping[str, Fact]] = {
    name: assumed("the types of roles in ILIM tests, AIS sample") for name in ("PRIVATE", "BUSINESS", "LEGAL", "AGENCY")
}
"""Somebody for themselves, and employees of what kind of organisation."""
OBJECT_TYPES: Final[Mapping[str, Fact]] = {"P": assumed("urn:esia:sbj:typ in LEO")}
BETWEEN_ROLES: Final = re.compile(r"[ ,]+")


@dataclass(frozen=True)
class Switches:
    """What of the settings these checks ask for."""

    takes_st256: bool
    echoes_nonce: bool


@dataclass(frozen=True)
class Draft:
    """What the checks have found out so far."""

    request: AuthorizationRequest
    particulars: Particulars


Check = Callable[[Mapping[str, str], Client, Switches, Draft], Draft]


def judge(parameters: Mapping[str, str], client: Client, *, version: Version, switches: Switches) -> AuthorizationRequest:
    """Judge everything but client, redirect URI and signature. Raises EsiaRefused."""
    request = AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri=parameters["redirect_uri"],
        scope=frozenset(),
        state=parameters["state"],
        dialect="esia",
    )
    draft = Draft(request, Particulars(version, parameters["state"], ()))
    for check in CHECKS[version]:
        draft = check(parameters, client, switches, draft)
    particulars = draft.particulars
    return replace(
        draft.request,
        scope=draft.request.scope | ({OFFLINE_ACCESS} if particulars.is_offline else frozenset()),
        # A «yes» is remembered by names of scopes, and says nothing of another organisation, or of another purpose.
        prompt=frozenset({"consent"} if particulars.permissions or particulars.organisation_oids else ()),
        must_act_for="organisation" if particulars.needs_choice else None,
        particulars=particulars.as_document(),
    )


def _check_response_type(parameters: Mapping[str, str], client: Client, switches: Switches, draft: Draft) -> Draft:
    if parameters["response_type"] != "code":
        raise EsiaRefused("007009", cause="response_type is not code")
    return draft


def _check_scope(parameters: Mapping[str, str], client: Client, switches: Switches, draft: Draft) -> Draft:
    asked = read_scope(parameters["scope"])
    for each in asked:
        if each.oid is not None and each.scope.about != "organisation":
            raise EsiaRefused("007006", cause=f"{each.name} names a person, and who comes is not known yet")
    of_organisations = read_organisation_scopes(parameters.get("scope_org", "") if draft.particulars.version == "v2" else "")
    check_granted((*asked, *of_organisations), client.scopes)
    personal, organisations = split(asked, of_organisations)
    names = frozenset((*personal, *(each.name for each in organisations)))
    particulars = replace(draft.particulars, personal=personal, organisations=organisations)
    return Draft(replace(draft.request, scope=names), particulars)


def _check_access_type(parameters: Mapping[str, str], client: Client, switches: Switches, draft: Draft) -> Draft:
    access_type = parameters.get("access_type") or "online"
    if access_type not in ("online", "offline"):
        raise EsiaRefused("007003", cause="access_type is neither online nor offline")
    return replace(draft, particulars=replace(draft.particulars, is_offline=access_type == "offline"))


def _check_nonce(parameters: Mapping[str, str], client: Client, switches: Switches, draft: Draft) -> Draft:
    """Not ESIA's; where it is echoed for stacks that insist on it, it has to fit."""
    if not switches.echoes_nonce or "nonce" not in parameters:
        return draft
    if len(parameters["nonce"]) > MAX_NONCE_LENGTH:
        raise EsiaRefused("007003", cause=f"nonce is longer than {MAX_NONCE_LENGTH} characters")
    return replace(draft, request=replace(draft.request, nonce=parameters["nonce"]))


def _check_permissions(parameters: Mapping[str, str], client: Client, switches: Switches, draft: Draft) -> Draft:
    """With consents `scope` is `openid` alone: what they open stands in them."""
    if not parameters.get("permissions"):
        return draft
    if draft.particulars.personal != ("openid",) or draft.particulars.organisations:
        raise EsiaRefused("007006", cause="with permissions scope has to be openid alone")
    consents = read_permissions(parameters["permissions"])
    names = tuple(dict.fromkeys(name for consent in consents for name in consent.scopes))
    if lacking := [name for name in names if name not in client.scopes]:
        raise EsiaRefused("007019", cause=f"{lacking[0]} of permissions is not granted to the system")
    particulars = replace(
        draft.particulars,
        personal=("openid", *(name for name in names if name != "openid")),
        permissions=tuple(consent.document for consent in consents),
    )
    return Draft(replace(draft.request, scope=frozenset(particulars.personal)), particulars)


def _check_person_filter(parameters: Mapping[str, str], client: Client, switches: Switches, draft: Draft) -> Draft:
    text = parameters.get("person_filter", "")
    if not text:
        return draft
    try:
        plain = text.replace("-", "+").replace("_", "/").rstrip("=")
        wanted = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode("ascii").strip()
    except (binascii.Error, ValueError):
        wanted = ""
    if wanted not in PERSON_FILTERS:
        raise EsiaRefused("007003", cause=f"person_filter is not base64 of {', '.join(PERSON_FILTERS)}")
    return replace(draft, particulars=replace(draft.particulars, person_filter=wanted))


def _check_roles(parameters: Mapping[str, str], client: Client, switches: Switches, draft: Draft) -> Draft:
    roles = tuple(name for name in BETWEEN_ROLES.split(parameters.get("roles", "")) if name)
    if any(name not in ROLES for name in roles):
        raise EsiaRefused("007060", cause=f"roles are among {', '.join(ROLES)}")
    if (parameters.get("obj_type") or "P") not in OBJECT_TYPES:
        raise EsiaRefused("007061", cause=f"obj_type is {' or '.join(OBJECT_TYPES)}")
    return replace(draft, particulars=replace(draft.particulars, roles=roles))


def _check_challenge(parameters: Mapping[str, str], client: Client, switches: Switches, draft: Draft) -> Draft:
    challenge, method = parameters.get("code_challenge"), parameters.get("code_challenge_method") or "S256"
    if not challenge:
        if "code_challenge_method" in parameters:
            raise EsiaRefused("007014", name="code_challenge", cause="code_challenge_method came without code_challenge")
        return draft
    if method not in ("S256", "St256") or (method == "St256" and not switches.takes_st256):
        raise EsiaRefused("007003", cause=f"code_challenge_method is not S256{' or St256' if switches.takes_st256 else ''}")
    if not CHALLENGE.match(challenge):
        raise EsiaRefused("007003", cause="code_challenge is not 43 characters of base64url")
    particulars = replace(draft.particulars, challenge_method="St256" if method == "St256" else "S256")
    return Draft(replace(draft.request, code_challenge=challenge), particulars)


OF_BOTH: Final[tuple[Check, ...]] = (_check_response_type, _check_scope, _check_access_type, _check_nonce)
CHECKS: Final[Mapping[Version, tuple[Check, ...]]] = {
    "v1": OF_BOTH,
    "v2": (*OF_BOTH, _check_permissions, _check_person_filter, _check_roles, _check_challenge),
}
"""In this order. Unknown parameters are ignored, and so are those of v2 at v1."""
