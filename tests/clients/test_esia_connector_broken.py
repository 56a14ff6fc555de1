"""A working client is broken as integrators break theirs, and `propusk why` names the cause on its first screen."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.esia_stand import Files, control, register
from tests.clients.test_esia_connector import connector
from tests.reliability.servers import plain_http
from tests.running_stand import ROOT, clean_environment
from tests.started import PROPUSK, Started

SCREEN_LINES = 24
TWENTY_MINUTES = 1200


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with Started(tmp_path_factory.mktemp("broken") / "home") as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("systems")


@pytest.fixture(scope="module")
def system(stand: Started, folder: Path) -> Files:
    return register(stand, folder, "PHARMACY")


@pytest.fixture(scope="module")
def other(stand: Started, folder: Path) -> Files:
    return register(stand, folder, "BAKERY")


def first_screen(stand: Started, system: Files, **changed: str) -> tuple[str, str]:
    """What the library's person meets, and what the integrator reads who asks why."""
    with connector(stand.announced["issuer"], system, **changed) as library, plain_http() as http:
        answer = http.get(library.authorization(), allow_redirects=False, timeout=10)
    ended = subprocess.run(
        [*PROPUSK, "why", answer.headers["X-Propusk-Request"], "--lang", "ru"],
        cwd=ROOT,
        env=clean_environment(stand.home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return answer.headers.get("Location", answer.text), "\n".join(ended.stdout.splitlines()[:SCREEN_LINES])


def test_es_01_client_that_is_not_broken_sees_the_page(stand: Started, system: Files) -> None:
    with connector(stand.announced["issuer"], system) as library, plain_http() as http:
        assert 'id="sign-in"' in http.get(library.authorization(), timeout=10).text


def test_c02_certificate_of_another_system_is_named(stand: Started, system: Files, other: Files) -> None:
    keys = {"certificate_file": str(other.certificate), "private_key_file": str(other.key)}
    met, screen = first_screen(stand, system, **keys)
    assert "ESIA-007005" in met
    assert "Сертификат другой системы" in screen and "CN=BAKERY" in screen


def test_c02_key_that_fits_no_certificate_is_named(stand: Started, system: Files, other: Files) -> None:
    """OpenSSL refuses to sign, and the library goes on with an empty signature."""
    met, screen = first_screen(stand, system, private_key_file=str(other.key))
    assert "ESIA-007014" in met
    assert "[client_secret]" in screen and "пуст" in screen


def test_c02_address_that_is_not_registered_is_named(stand: Started, system: Files) -> None:
    met, screen = first_screen(stand, system, redirect_uri="https://pharmacy.example.test/callback")
    assert "ESIA-007023" in met
    assert "Домен redirect_uri не зарегистрирован" in screen and "https://pharmacy.example.test/callback" in screen


def test_c02_misspelt_scope_is_named(stand: Started, system: Files) -> None:
    met, screen = first_screen(stand, system, esia_scope="openid fulname")
    assert "ESIA-007006" in met
    assert "Опечатка в scope" in screen and "fullname" in screen


def test_c02_misspelt_mnemonic_is_named(stand: Started, system: Files) -> None:
    met, screen = first_screen(stand, system, esia_client_id="PHARMACI")
    assert "ESIA-008010" in met
    assert "Опечатка в мнемонике" in screen and "PHARMACY" in screen


def test_c02_clock_that_is_wrong_is_named(stand: Started, system: Files) -> None:
    clock = control(stand)
    clock.post("/clock/advance", {"seconds": TWENTY_MINUTES})
    try:
        met, screen = first_screen(stand, system)
    finally:
        clock.post("/clock/advance", {"seconds": -TWENTY_MINUTES})
    assert "ESIA-007015" in met
    assert "Часы расходятся" in screen and "-120" in screen
