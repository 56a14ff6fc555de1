"""Where a control plane may be at all: on a test stand, for an issuer nobody real signs in at, out of others' reach."""

from dataclasses import replace

import pytest

from ground.listening import is_loopback
from idp.control.app import make_control
from idp.control.gate import hosts
from idp.control.permission import is_test_issuer
from idp.errors import StandUnusable
from idp.settings import Settings
from tests.idp.stand import Stand

TOKEN = "0123456789abcdef0123456789abcdef"
TEST_ISSUERS = [
    "http://localhost:8400", "https://idp.localhost", "https://idp.test", "https://a.b.test:8443/path", "http://idp:8400",
    "http://IDP.TEST", "http://127.0.0.1:8400", "http://127.9.9.9", "http://[::1]:8400", "http://10.1.2.3", "http://172.16.0.1",
    "http://172.31.255.255", "http://192.168.0.10:8400", "http://169.254.1.1", "http://[fd00::1]", "http://[fe80::1]",
]  # fmt: skip
REAL_ISSUERS = [
    "https://idp.example.ru", "https://esia.gosuslugi.ru", "https://test.ru", "https://localhost.ru", "https://idp.test.ru",
    "https://idp.local", "https://idp.internal", "https://8.8.8.8", "https://172.32.0.1", "https://[2001:db8::1]", "https://.",
    "https://0.0.0.0", "https://idp.test.", "https://nottest.example",
]  # fmt: skip


@pytest.mark.parametrize("issuer", TEST_ISSUERS)
def test_issuer_that_no_real_provider_has_is_a_test_issuer(issuer: str) -> None:
    assert is_test_issuer(issuer)


@pytest.mark.parametrize("issuer", REAL_ISSUERS)
def test_issuer_that_may_be_real_is_one_only_where_the_operator_lists_it(issuer: str) -> None:
    assert not is_test_issuer(issuer)
    assert not is_test_issuer(issuer, ("other.example.ru",))


def test_operator_lists_names_of_test_issuers_whole_and_in_any_case() -> None:
    listed = ("Idp.Example.ru", "8.8.8.8")
    assert is_test_issuer("https://idp.example.ru:8443", listed) and is_test_issuer("https://8.8.8.8", listed)
    assert not is_test_issuer("https://a.idp.example.ru", listed)


@pytest.mark.parametrize(
    ("listen", "expected"),
    [
        ("127.0.0.1:8401", True), ("127.0.0.2:1", True), ("[::1]:8401", True), ("localhost:8401", True), ("0.0.0.0:8401", False),
        ("[::]:8401", False), ("10.0.0.1:8401", False), ("192.168.1.1:8401", False), ("control:8401", False),
    ],
)  # fmt: skip
def test_only_loopback_is_out_of_reach_of_other_machines(listen: str, expected: bool) -> None:
    assert is_loopback(listen) is expected


def refusal(stand: Stand, **settings: object) -> str:
    realm = replace(stand.realm, settings=replace(stand.settings, **settings))  # type: ignore[arg-type]
    with pytest.raises(StandUnusable) as refused:
        make_control(realm)
    return str(refused.value)


def test_lb_01_control_plane_is_not_made_for_production_or_an_issuer_that_may_be_real(stand: Stand) -> None:
    production = refusal(stand, environment="production", issuer="https://idp.test", codes_per_hour=5)
    assert 'environment = "test"' in production
    real = refusal(stand, issuer="https://idp.example.ru")
    assert "idp.example.ru in test_hosts" in real and ".localhost" in real


def test_lb_05_open_address_needs_the_operators_own_token(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    for listen in ("0.0.0.0:8401", "10.0.0.1:8401", "[::]:8401", "stand:8401"):
        assert "PROPUSK_CONTROL_TOKEN" in refusal(stand, control_listen=listen)
    monkeypatch.setenv("PROPUSK_CONTROL_TOKEN", TOKEN[:-1])
    assert "at least 32" in refusal(stand, control_listen="0.0.0.0:8401")
    assert "at least 32" in refusal(stand), "a short token is refused on loopback too"
    monkeypatch.setenv("PROPUSK_CONTROL_TOKEN", "я" * 32)
    assert "ASCII" in refusal(stand)
    monkeypatch.setenv("PROPUSK_CONTROL_TOKEN", TOKEN)
    make_control(replace(stand.realm, settings=replace(stand.settings, control_listen="0.0.0.0:8401")))


def test_control_plane_answers_to_its_own_names_only() -> None:
    settings = Settings(environment="test", issuer="http://idp:8400", control_listen="0.0.0.0:8401", control_names=("ci", "a:1"))
    assert hosts(settings) == {"0.0.0.0:8401", "localhost:8401", "127.0.0.1:8401", "idp:8401", "ci:8401", "a:1"}
