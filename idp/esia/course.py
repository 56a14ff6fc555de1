"""An authorization request of the dialect from its parameters to where it waits, or to the error for its system.

who asks, and may the answer go there? ──no──▶ a page of ours
      └──yes──▶ all there? ──▶ signed? ──▶ asked rightly? ──no──▶ back to the system, with a code
                                             └──yes──▶ paused; what follows is as for every client
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from idp.cms import gost_engine
from idp.esia.client import Version, authenticate, known_system, write_down
from idp.esia.dialect import error_answer
from idp.interaction import course
from idp.interaction.course import Answer, Begun, record_refusal
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.client import Client
from idp.protocol.esia import authorization
from idp.protocol.esia.authorization import Switches
from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.parameters import Call, check_mandatory
from idp.protocol.esia.redirect import is_of_registered_domain
from idp.protocol.esia.signed_text import V1, V2_AUTHORIZATION, Recipe
from idp.protocol.vocabulary import MAX_PARAMETER_LENGTH, MAX_STATE_LENGTH
from idp.realm import Realm


@dataclass(frozen=True)
class Endpoint:
    """One of the two authorization endpoints: what it demands, and what a system signs there."""

    version: Version
    call: Call
    recipe: Recipe


ENDPOINTS: Mapping[Version, Endpoint] = {
    "v1": Endpoint("v1", "v1/ac", V1),
    "v2": Endpoint("v2", "v2/ac", V2_AUTHORIZATION),
}


def begin(realm: Realm, parameters: Mapping[str, str], *, version: Version, browser: str | None) -> Begun | Answer:
    """Judge a request and pause it, bound to a browser or to the one that takes it up first; or the error for its system.

    Raises EsiaRefused when the answer must not leave the provider.
    """
    client = whom_to_answer(realm, parameters)
    endpoint = ENDPOINTS[version]
    try:
        check_mandatory(parameters, endpoint.call)
        _check_lengths(parameters)
    except EsiaRefused as refusal:
        write_down(realm, parameters, refusal)
        return _refused(realm, parameters, refusal)
    try:
        authenticate(realm, parameters, version=version, recipes=(endpoint.recipe,))
    except EsiaRefused as refusal:
        return _refused(realm, parameters, refusal)
    return begin_for(realm, client, parameters, version=version, browser=browser)


def begin_for(
    realm: Realm,
    client: Client,
    parameters: Mapping[str, str],
    *,
    version: Version,
    browser: str | None,
    acr_values: tuple[str, ...] = (),
) -> Begun | Answer:
    """The same for a system that has proved who it is, or for which the test API speaks; only that asks for levels."""
    try:
        judged = replace(_judge(realm, client, parameters, version=version), acr_values=acr_values)
    except EsiaRefused as refusal:
        record_refusal(realm, client.client_id, refusal)
        return _refused(realm, parameters, refusal)
    return course.begin(realm, lambda _connection: judged, browser=browser)


def whom_to_answer(realm: Realm, parameters: Mapping[str, str]) -> Client:
    """The system, once it is sure that an answer may go to the address that the request names. Raises EsiaRefused."""
    try:
        for name in ("client_id", "redirect_uri"):
            if not parameters.get(name):
                raise EsiaRefused("007014", name=name, cause=f"{name} is missing")
        client = known_system(realm, parameters["client_id"])
        address = parameters["redirect_uri"]
        if not is_of_registered_domain(address, client.redirect_uris, application_type=client.application_type):
            raise EsiaRefused("007023", cause="redirect_uri is of no registered domain")
        if len(parameters.get("state", "")) > MAX_STATE_LENGTH:
            raise EsiaRefused("007003", cause=f"state is longer than {MAX_STATE_LENGTH} characters")  # nothing is echoed in part
    except EsiaRefused as refusal:
        write_down(realm, parameters, refusal)
        raise
    return client


def _judge(realm: Realm, client: Client, parameters: Mapping[str, str], *, version: Version) -> AuthorizationRequest:
    esia = realm.settings.esia
    switches = Switches(takes_st256=esia.st256_challenge, echoes_nonce=esia.echoes_nonce)
    judged = authorization.judge(parameters, client, version=version, switches=switches)
    if client.esia_algorithm != "RS256" and not gost_engine.is_available():
        raise EsiaRefused("007008", cause="the codes of this system are signed by GOST, and there is no engine for it here")
    return judged


def _check_lengths(parameters: Mapping[str, str]) -> None:
    for name, value in parameters.items():
        if name != "client_secret" and len(value) > MAX_PARAMETER_LENGTH:
            raise EsiaRefused("007003", cause=f"a parameter is longer than {MAX_PARAMETER_LENGTH} characters")


def _refused(realm: Realm, parameters: Mapping[str, str], refusal: EsiaRefused) -> Answer:
    return error_answer(realm, parameters["redirect_uri"], parameters.get("state"), refusal)
