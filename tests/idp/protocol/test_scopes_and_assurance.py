"""Scopes, claims, audiences, levels and the reasons to disturb a person."""

import pytest

from idp.errors import RequestRefused
from idp.protocol.assurance import Factor, asked_level, level_of, reaches, references_of
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.claims import released
from idp.protocol.prompt import INTERACTION_ERRORS, SignedIn, check_silent, reason_to_sign_in
from idp.protocol.scopes import SCOPES, audience, claims_of, granted, spell
from idp.protocol.vocabulary import LEVELS

ISSUER, REGISTRY = "https://idp.test", "https://rp.test/api"
PASSWORD = Factor(method="password", kind="knowledge", amr=("pwd",), at=100)
SMS = Factor(method="code", kind="possession", amr=("otp", "sms"), at=200)
ANSWER = Factor(method="question", kind="knowledge", amr=("kba",), at=150)
PERSON = {"sub": "1", "name": "Вера", "snils": "000-000-017 00", "inn": None, "email": "v@example.test", "email_verified": False}


@pytest.mark.parametrize(
    ("asked", "allowed", "got"),
    [
        ("openid", {"openid", "email"}, {"openid"}),
        ("openid  email", {"openid"}, {"openid"}),
        ("email openid email", {"openid", "email"}, {"openid", "email"}),
        ("OPENID email", {"openid", "email"}, {"email"}),
        ("openid made-up", {"openid", "made-up"}, {"openid"}),
    ],
)
def test_client_gets_what_it_asked_for_exists_and_may_have(asked: str, allowed: set[str], got: set[str]) -> None:
    assert granted(asked, allowed) == got


@pytest.mark.parametrize("asked", ["", " ", "openid\temail", "made-up", "email"])
def test_request_for_nothing_that_can_be_granted_is_refused(asked: str) -> None:
    with pytest.raises(RequestRefused, match="invalid_scope"):
        granted(asked, {"openid"})


@pytest.mark.parametrize(
    ("scopes", "claims"),
    [
        ({"openid"}, ()),
        ({"registry.read"}, ()),
        ({"snils", "openid"}, ("snils",)),
        ({"fullname", "profile"}, ("name", "family_name", "given_name", "middle_name", "birthdate", "gender")),
        ({"mobile", "phone"}, ("phone_number", "phone_number_verified")),
    ],
)
def test_scopes_open_their_claims_once(scopes: set[str], claims: tuple[str, ...]) -> None:
    assert claims_of(scopes) == claims


def test_jw_08_only_claims_of_granted_scopes_that_have_a_value_are_released() -> None:
    assert released(PERSON, claims_of({"openid", "snils", "inn", "email"})) == {
        "snils": "000-000-017 00",
        "email": "v@example.test",
        "email_verified": False,
    }
    assert released(PERSON, claims_of({"openid"})) == {}


@pytest.mark.parametrize(
    ("scopes", "meant_for"),
    [
        ({"openid"}, [ISSUER]),
        ({"snils"}, [ISSUER]),
        ({"registry.read"}, [REGISTRY]),
        ({"openid", "registry.read"}, [REGISTRY, ISSUER]),
        ({"snils", "registry.read"}, [REGISTRY]),
        (set(), [ISSUER]),
    ],
)
def test_audience_follows_the_scope(scopes: set[str], meant_for: list[str]) -> None:
    assert audience(scopes, issuer=ISSUER, registry_resource=REGISTRY) == meant_for


def test_equal_sets_of_scopes_are_spelt_equally() -> None:
    assert spell(["snils", "openid", "email"]) == spell({"email", "openid", "snils"}) == "openid email snils"
    assert spell(reversed(list(SCOPES))).split() == list(SCOPES)


@pytest.mark.parametrize(
    ("factors", "level", "references"),
    [
        ((), "low", []),
        ((PASSWORD,), "low", ["pwd"]),
        ((SMS,), "low", ["otp", "sms"]),
        ((PASSWORD, ANSWER), "low", ["pwd", "kba"]),
        ((PASSWORD, SMS), "substantial", ["pwd", "otp", "sms", "mfa"]),
    ],
)
def test_level_follows_from_factors_of_different_kinds(factors: tuple[Factor, ...], level: str, references: list[str]) -> None:
    assert level_of(factors) == level
    assert references_of(factors) == references


@pytest.mark.parametrize("lower", range(3))
@pytest.mark.parametrize("higher", range(3))
def test_levels_are_in_order(lower: int, higher: int) -> None:
    assert reaches(LEVELS[higher], LEVELS[lower]) is (higher >= lower)


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ((), None),
        (("unknown",), None),
        (("unknown", "substantial", "low"), "substantial"),
        (("low", "high"), "low"),
        (("Substantial",), None),
    ],
)
def test_first_known_level_of_acr_values_is_asked(words: tuple[str, ...], level: str | None) -> None:
    assert asked_level(words) == level


def asked(**terms: object) -> AuthorizationRequest:
    return AuthorizationRequest(client_id="client", redirect_uri="https://c.test", scope=frozenset({"openid"}), **terms)  # type: ignore[arg-type]


VERA = SignedIn(subject="vera", authenticated_at=1000, level="low")


@pytest.mark.parametrize(
    ("terms", "person", "level", "here", "now", "reason"),
    [
        ({}, None, None, False, 1000, "no_session"),
        ({}, VERA, None, False, 9000, None),
        ({"prompt": frozenset({"login"})}, VERA, None, False, 1000, "login_asked"),
        ({"prompt": frozenset({"login"})}, VERA, None, True, 1000, None),
        ({"prompt": frozenset({"select_account"})}, VERA, None, False, 1000, "login_asked"),
        ({"prompt": frozenset({"consent"})}, VERA, None, False, 1000, None),
        ({"max_age": 60}, VERA, None, False, 1060, None),
        ({"max_age": 60}, VERA, None, False, 1061, "too_old"),
        ({"max_age": 60}, VERA, None, True, 1061, None),
        ({"max_age": 0}, VERA, None, False, 1000, "too_old"),
        ({"max_age": 0}, VERA, None, True, 1000, None),
        ({}, VERA, "low", False, 1000, None),
        ({}, VERA, "substantial", False, 1000, "level_too_low"),
        ({}, VERA, "substantial", True, 1000, None),
        ({"hinted_subject": "vera"}, VERA, None, False, 1000, None),
        ({"hinted_subject": "pyotr"}, VERA, None, False, 1000, "other_person"),
        ({"hinted_subject": "pyotr"}, VERA, None, True, 1000, "other_person"),
        ({"hinted_subject": "pyotr"}, None, None, False, 1000, "no_session"),
    ],
)
def test_person_is_disturbed_for_a_reason_only(
    terms: dict[str, object], person: SignedIn | None, level: str | None, here: bool, now: int, reason: str | None
) -> None:
    assert reason_to_sign_in(asked(**terms), person, level=level, signed_in_here=here, now=now) == reason  # type: ignore[arg-type]


@pytest.mark.parametrize(("reason", "error"), INTERACTION_ERRORS.items())
def test_prompt_none_turns_each_reason_into_its_error(reason: str, error: str) -> None:
    check_silent(asked(), reason)  # type: ignore[arg-type]
    with pytest.raises(RequestRefused, match=error):
        check_silent(asked(prompt=frozenset({"none"})), reason)  # type: ignore[arg-type]
