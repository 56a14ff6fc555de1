"""What makes each member of the discovery document true: it is used, and what it does not list is refused.

`PROOFS` maps each member to its proof, which raises where the member promises too much or too little.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from idp.protocol.scopes import REGISTRY_WRITE
from tests.browser import Browser
from tests.idp.conformance.relying_party import REDIRECT, RelyingParty, header_of, serving, unsigned_jwt
from tests.idp.conformance.signing_party import JWKS_URI, REQUEST_URI, SITE, SigningParty
from tests.idp.oauth import endpoint_proofs as endpoints
from tests.idp.oauth.discovery_walk import Walk, refused_registration
from tests.idp.stand import ISSUER, SECRET, VERIFIER, Stand, challenge

Proof = Callable[[Walk], None]
IN_ID_TOKEN = frozenset({"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"})


def scopes(walk: Walk) -> None:
    party = RelyingParty(walk.stand)
    assert own_token(walk)["scope"] == REGISTRY_WRITE
    for scope in set(walk.value) - {REGISTRY_WRITE}:
        tokens = party.sign_in(walk.stand.browser(), scope=" ".join(dict.fromkeys(["openid", scope])), prompt="consent")
        assert scope in tokens["scope"].split()
    assert party.sign_in(scope="openid unheard")["scope"] == "openid"
    assert party.authorize(scope="unheard")["error"] == "invalid_scope"


def claims(walk: Walk) -> None:
    """Vera has a value for every claim, so the two places together say exactly what is listed."""
    party = RelyingParty(walk.stand)
    asked = json.dumps({"userinfo": dict.fromkeys([*walk.value, "shoe_size"])})
    tokens = party.sign_in(claims=asked)
    assert tokens["claims"].keys() == IN_ID_TOKEN
    assert tokens["claims"].keys() | party.userinfo(tokens).keys() == set(walk.value)
    assert len(walk.value) == len(set(walk.value))


def claim_types(walk: Walk) -> None:
    party = RelyingParty(walk.stand)
    userinfo = party.userinfo(party.sign_in(scope=" ".join(walk.document["scopes_supported"])))
    assert walk.value == ["normal"]
    assert not {"_claim_names", "_claim_sources"} & userinfo.keys()


def claims_parameter(walk: Walk) -> None:
    party = RelyingParty(walk.stand)
    assert walk.value is True
    assert "email" in party.userinfo(party.sign_in(claims='{"userinfo": {"email": null}}'))


def response_types(walk: Walk) -> None:
    party = RelyingParty(walk.stand)
    for response_type in walk.value:
        assert response_type in party.authorize(response_type=response_type)
    for response_type in ("token", "id_token", "none", "code id_token", "code token", "id_token token"):
        assert party.authorize(response_type=response_type)["error"] == "unsupported_response_type"


def response_modes(walk: Walk) -> None:
    party, browser = RelyingParty(walk.stand), walk.stand.browser()
    party.authorize(browser)
    sent: Mapping[str, Callable[[], bool]] = {
        "query": lambda: "code" in party.answer(browser),
        "form_post": lambda: any("code" in form.values for form in browser.forms().values() if form.action == REDIRECT),
    }
    for mode in walk.value:
        browser.open(party.address(response_mode=mode))
        assert sent[mode](), mode
    for mode in ("fragment", "jwt", "query.jwt", "web_message"):
        assert party.authorize(browser, response_mode=mode)["error"] == "invalid_request"


def grant_types(walk: Walk) -> None:
    party = RelyingParty(walk.stand)
    tokens = party.sign_in()
    refreshed = party.post("token", refresh_of(tokens)).json()
    used = {"authorization_code": tokens, "refresh_token": refreshed, "client_credentials": own_token(walk)}
    assert all("access_token" in used[grant_type] for grant_type in walk.value)
    for grant_type in ("password", "urn:ietf:params:oauth:grant-type:device_code"):
        answer = party.post("token", {"grant_type": grant_type, "scope": "openid", "username": "vera@example.test"})
        assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def own_token(walk: Walk) -> dict[str, Any]:
    """The token of a system that its operator registered to have one."""
    walk.stand.add_client("system", scopes=frozenset({REGISTRY_WRITE}), grant_types=("client_credentials",))
    address, data = walk.document["token_endpoint"], {"grant_type": "client_credentials"}
    answer: dict[str, Any] = walk.stand.http().post(address, data=data, auth=("system", SECRET)).json()
    return answer


def refresh_of(tokens: Mapping[str, Any]) -> dict[str, str]:
    return {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}


def subject_types(walk: Walk) -> None:
    vera = walk.stand.citizen("vera@example.test")
    for subject_type in walk.value:
        party = RelyingParty(walk.stand, subject_type=subject_type)
        assert (party.sign_in()["claims"]["sub"] == vera) == (subject_type == "public")
    refused_registration(walk.stand, subject_type="ephemeral")


def id_token_algorithms(walk: Walk) -> None:
    for algorithm in walk.value:
        party = RelyingParty(walk.stand, id_token_signed_response_alg=algorithm)
        assert header_of(party.sign_in()["id_token"])["alg"] == algorithm
    for algorithm in walk.unlisted_algorithms:
        refused_registration(walk.stand, id_token_signed_response_alg=algorithm)


def userinfo_algorithms(walk: Walk) -> None:
    for algorithm in walk.value:
        party = RelyingParty(walk.stand, userinfo_signed_response_alg=algorithm)
        headers = {"Authorization": f"Bearer {party.sign_in()['access_token']}"}
        answer = walk.stand.http().get(party.endpoint("userinfo"), headers=headers)
        assert answer.headers["Content-Type"] == "application/jwt"
        assert walk.verified(answer.text, algorithm)["aud"] == party.client["client_id"]
    for algorithm in walk.unlisted_algorithms:
        refused_registration(walk.stand, userinfo_signed_response_alg=algorithm)


def challenge_methods(walk: Walk) -> None:
    party = RelyingParty(walk.stand)
    challenges = {"S256": challenge(VERIFIER)}
    for method in walk.value:
        answer = party.authorize(code_challenge=challenges[method], code_challenge_method=method)
        assert party.token(answer, code_verifier="w" * 43).json()["error"] == "invalid_grant"
        assert party.token(answer, code_verifier=VERIFIER).status_code == 200
    for unlisted in ("plain", "S512", None):
        assert party.authorize(code_challenge=VERIFIER, code_challenge_method=unlisted)["error"] == "invalid_request"


def prompts(walk: Walk) -> None:
    party, browser = RelyingParty(walk.stand), walk.stand.browser()
    party.authorize(browser)
    shown: Mapping[str, Callable[[], bool]] = {
        "none": lambda: "code" in party.answer(browser),
        "login": lambda: "sign-in" in browser.forms(),
        "consent": lambda: "consent" in browser.forms(),
        "select_account": lambda: "sign-in" in browser.forms(),
    }
    for prompt in walk.value:
        browser.open(party.address(prompt=prompt))
        assert shown[prompt](), prompt
    assert party.authorize(browser, prompt="create")["error"] == "invalid_request"


def displays(walk: Walk) -> None:
    party = RelyingParty(walk.stand)
    for display in walk.value:
        assert "sign-in" in walk.stand.browser().open(party.address(display=display)).forms()
    assert party.authorize(display="hologram")["error"] == "invalid_request"


def levels(walk: Walk) -> None:
    party = RelyingParty(walk.stand)
    for level in walk.value:
        for parameters in ({"acr_values": level}, {"claims": essential_level(level)}):
            assert party.sign_in(**parameters)["claims"]["acr"] == level
    assert party.authorize(claims=essential_level("highest"))["error"] == "unmet_authentication_requirements"
    assert party.sign_in(acr_values="high")["claims"]["acr"] in walk.value


def essential_level(level: str) -> str:
    return json.dumps({"id_token": {"acr": {"essential": True, "value": level}}})


def page_languages(walk: Walk) -> None:
    party = RelyingParty(walk.stand)
    for tag in walk.value:
        page = walk.stand.browser().open(party.address(ui_locales=tag))
        assert page.answer.headers["Content-Language"] == tag
    other = walk.stand.browser().open(party.address(ui_locales="de"))
    assert other.answer.headers["Content-Language"] in walk.value


def claim_languages(walk: Walk) -> None:
    """The names are Cyrillic, whatever other language is asked for."""
    party = RelyingParty(walk.stand)
    assert walk.value == ["ru"]
    for tag in ("ru", "en"):
        userinfo = party.userinfo(party.sign_in(scope="openid profile", claims_locales=tag))
        assert userinfo["name"] == "Ромашкина Вера Тимофеевна"
        assert not any("#" in name for name in userinfo)


def request_parameter(walk: Walk) -> None:
    party = RelyingParty(walk.stand)
    assert walk.value is True
    inside = unsigned_jwt(party.request(state="inside the object"))
    assert party.authorize(request=inside, state=None)["state"] == "inside the object"


def request_uri_parameter(walk: Walk) -> None:
    party = RelyingParty(walk.stand, request_uris=[REQUEST_URI])
    by_reference(walk.stand, party, is_supported=walk.value)


def request_uri_registration(walk: Walk) -> None:
    """Who registered no request_uris may use any; who registered some may use these."""
    by_reference(walk.stand, RelyingParty(walk.stand), is_supported=not walk.value)
    bound = RelyingParty(walk.stand, request_uris=[f"{SITE}/another"])
    assert bound.authorize(request_uri=REQUEST_URI)["error"] == "invalid_request_uri"


def by_reference(stand: Stand, party: RelyingParty, *, is_supported: bool) -> None:
    inside = unsigned_jwt(party.request(state="inside the object")).encode()
    stand.transport.hosts[SITE] = serving(inside, "application/oauth-authz-req+jwt")
    assert (party.authorize(request_uri=REQUEST_URI, state=None).get("state") == "inside the object") == is_supported


def request_object_algorithms(walk: Walk) -> None:
    for algorithm in walk.value:
        party = object_party(walk.stand, algorithm)
        assert "code" in bring(party, party.request(), algorithm)
    party = object_party(walk.stand, "ES256")
    for unlisted in walk.unlisted_algorithms:
        assert bring(party, party.request(), unlisted)["error"] == "invalid_request_object"
        refused_registration(walk.stand, request_object_signing_alg=unlisted)


def object_party(stand: Stand, algorithm: str) -> SigningParty:
    own = "ES256" if algorithm == "none" else algorithm
    return SigningParty(
        stand, own, request_object_signing_alg=algorithm, token_endpoint_auth_method="client_secret_basic", jwks_uri=JWKS_URI
    )


def bring(party: SigningParty, parameters: dict[str, str], algorithm: str) -> dict[str, str]:
    claims = {"iss": party.client["client_id"], "aud": ISSUER, **parameters}
    return party.authorize(request=unsigned_jwt(claims) if algorithm == "none" else endpoints.sign(party, claims, algorithm))


def pushing_required(walk: Walk) -> None:
    assert walk.value is False
    assert "code" in RelyingParty(walk.stand).authorize()
    assert RelyingParty(walk.stand, require_pushed_authorization_requests=True).authorize()["error"] == "invalid_request"


def issuer_in_answers(walk: Walk) -> None:
    """`authorize` looks at `iss` of each answer; here are the good one, the bad one and the one that disturbs nobody."""
    party = RelyingParty(walk.stand)
    assert walk.value is True
    answers: Iterable[Browser] = (
        walk.stand.browser().open(party.address(prompt="none")),
        walk.stand.browser().open(party.address(scope="unheard")),
    )
    assert [party.answer(browser)["iss"] for browser in answers] == [ISSUER, ISSUER]
    assert party.authorize()["iss"] == ISSUER


PROOFS: Mapping[str, Proof] = {
    **endpoints.PROOFS,
    "scopes_supported": scopes,
    "claims_supported": claims,
    "claim_types_supported": claim_types,
    "claims_parameter_supported": claims_parameter,
    "response_types_supported": response_types,
    "response_modes_supported": response_modes,
    "grant_types_supported": grant_types,
    "subject_types_supported": subject_types,
    "id_token_signing_alg_values_supported": id_token_algorithms,
    "userinfo_signing_alg_values_supported": userinfo_algorithms,
    "code_challenge_methods_supported": challenge_methods,
    "prompt_values_supported": prompts,
    "display_values_supported": displays,
    "acr_values_supported": levels,
    "ui_locales_supported": page_languages,
    "claims_locales_supported": claim_languages,
    "request_parameter_supported": request_parameter,
    "request_uri_parameter_supported": request_uri_parameter,
    "require_request_uri_registration": request_uri_registration,
    "request_object_signing_alg_values_supported": request_object_algorithms,
    "require_pushed_authorization_requests": pushing_required,
    "authorization_response_iss_parameter_supported": issuer_in_answers,
}
