"""The bank is the provider's program once more: with settings, keys, customers and looks of its own, and without its tools."""

import json
import shutil
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from click.testing import CliRunner

from ground.settings import SettingRefused
from idp.cli import propusk
from idp.cli.start import read_test_settings
from idp.errors import StandUnusable
from idp.protocol.client_assertion import ASSERTION_TYPE
from idp.settings import INSTANCE_VARIABLE, read_settings
from idp.tokens.minting import mint_client_assertion
from tests.idp.bank import CALLBACK, PASSWORDS, open_beside
from tests.idp.stand import BANK, ISSUER, VERIFIER, Stand, challenge

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    monkeypatch.setenv("PROPUSK_HOME", str(tmp_path))
    monkeypatch.setenv("BANK_PASSWORD_HASHING_MEMORY_KIB", "8")
    return tmp_path


@pytest.fixture
def provider(stand: Stand) -> Stand:
    return stand


@pytest.fixture
def bank(provider: Stand) -> Stand:
    """The bank, on the network of the provider."""
    return open_beside(provider)


def command(*words: str) -> str:
    done = CliRunner().invoke(propusk, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_every_instance_reads_its_own_file_and_variables(home: Path) -> None:
    variables = {"PROPUSK_HOME": str(home), "PROPUSK_THREADS": "7", "BANK_THREADS": "3"}
    provider, bank = (read_settings({**variables, INSTANCE_VARIABLE: name}) for name in ("idp", "bank"))
    assert (provider.instance, provider.issuer, provider.threads) == ("idp", "http://localhost:8400", 7)
    assert (bank.instance, bank.issuer, bank.threads) == ("bank", "http://localhost:8402", 3)
    assert provider.bank.issuer == bank.issuer
    assert bank.keys_folder == home / "keys" / "bank"
    assert bank.sqlite_file == home / "var" / "bank.sqlite3"
    assert bank.var_folder == provider.var_folder, "one clock moves both"


def test_instance_that_there_is_not_is_refused(home: Path) -> None:
    with pytest.raises(SettingRefused, match="PROPUSK_INSTANCE must be one of idp, bank"):
        read_settings({"PROPUSK_HOME": str(home), INSTANCE_VARIABLE: "shop"})


@pytest.mark.parametrize("issuer", ["bank.test", "http://bank.test/", "http://bank.test?x"])
def test_address_of_the_bank_that_is_none_is_refused(home: Path, issuer: str) -> None:
    with pytest.raises(SettingRefused, match="issuer must be"):
        read_settings({"PROPUSK_HOME": str(home), "PROPUSK_BANK_ISSUER": issuer})


def test_commands_of_the_bank_make_what_is_the_banks_and_leave_the_provider_alone(home: Path) -> None:
    made = command("--instance", "bank", "keys") + command("--instance", "bank", "prepare")
    assert "5 test people entered" in made and "1 information systems registered" in made
    assert {path.name for path in (home / "keys").iterdir()} == {"bank"}
    assert {path.name for path in (home / "var").iterdir()} == {"bank.sqlite3", "bank.tombstones"}, (
        "the control plane is the provider's"
    )
    people = json.loads(command("--instance", "bank", "people"))
    assert {person["key"]: person["password"] for person in people} == PASSWORDS
    assert json.loads(command("people"))[0]["password"] == "romashka-17", "the next command is the provider's again"


def test_bank_has_no_control_plane(home: Path) -> None:
    with pytest.raises(StandUnusable, match="the bank has no control plane"):
        propusk(["--instance", "bank", "serve", "--control"], standalone_mode=False)


def test_stand_of_one_process_has_no_bank(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROPUSK_BANK_ISSUER", BANK)
    assert read_settings().bank.issuer == BANK
    assert read_test_settings().bank.issuer == ""


def test_account_with_its_ways_to_sign_in_is_not_the_banks(bank: Stand) -> None:
    assert bank.http().get(f"{BANK}/account").status_code == 404


def test_who_is_locked_out_of_the_bank_is_not_sent_to_a_page_that_it_has_not(bank: Stand) -> None:
    browser = bank.browser()
    for _ in range(5):
        bank.sign_in(browser.open(_authorize_url(bank)), password="a wrong one")
    assert "Блокировка аккаунта" in browser.text and "в отделение" in browser.text
    assert "/recovery" not in browser.answer.text and bank.http().get(f"{BANK}/recovery").status_code == 404


def test_sandboxes_are_not_the_banks(bank: Stand) -> None:
    assert bank.http().get(f"{BANK}/t/anything/.well-known/openid-configuration").status_code == 404


def test_bank_is_visibly_a_bank_and_a_test_stand(bank: Stand, provider: Stand) -> None:
    browser = bank.browser().open(_authorize_url(bank))
    assert browser.title == "Вход через банк. Облепиха, учебный стенд"
    for words in ("Учебный стенд. Это не Госуслуги.", "Для входа в «Пропуск»", "Пароль от банка", "учебный банк"):
        assert words in browser.text
    assert 'data-brand="bank"' in browser.answer.text
    bank.sign_in(browser, password=PASSWORDS["vera"])
    assert browser.title == "Разрешение для сервиса. Облепиха, учебный стенд"
    assert "•• 1704" in browser.text and "•• 0017" in browser.text
    assert "00000000000000001704" not in browser.answer.text
    assert "Облепиха" in bank.browser().open(f"{BANK}/").title
    assert 'data-brand="propusk"' in provider.browser().open(f"{ISSUER}/").answer.text


def test_passwords_of_the_two_are_not_interchangeable(bank: Stand) -> None:
    browser = bank.browser().open(_authorize_url(bank))
    assert "Неверный логин или пароль" in bank.sign_in(browser, password="romashka-17").text


def test_provider_proves_itself_at_the_bank_with_its_published_keys(bank: Stand, provider: Stand) -> None:
    browser = bank.browser().open(_authorize_url(bank))
    bank.sign_in(browser, password=PASSWORDS["vera"])
    browser.submit("consent", "allow")
    arrived = next(answer.url for answer in (*browser.answer.history, browser.answer) if answer.url.startswith(CALLBACK))
    code = dict(parse_qsl(urlsplit(arrived).query))["code"]
    assertion = mint_client_assertion(provider.realm, client_id="propusk", audience=BANK)
    proved = {"redirect_uri": CALLBACK, "code_verifier": VERIFIER, "client_assertion_type": ASSERTION_TYPE}
    answer = bank.redeem(code, auth=None, client_assertion=assertion, **proved)
    assert answer.status == 200, answer.body
    claims = bank.userinfo(str(answer.body["access_token"])).json()
    assert (claims["bank_account"], claims["bank_card"]) == ("•• 1704", "•• 0017")
    assert "name" not in claims
    again = bank.redeem(code, auth=None, client_assertion=assertion, **proved)
    assert (again.status, again.body["error"]) == (401, "invalid_client"), "an assertion is used once"


def test_only_a_bank_speaks_of_accounts_and_no_system_registers_for_them(bank: Stand, provider: Stand) -> None:
    for stand, is_bank in ((bank, True), (provider, False)):
        metadata = stand.http().get(f"{stand.issuer}/.well-known/openid-configuration").json()
        assert ("bank" in metadata["scopes_supported"]) is is_bank
        assert ("bank_account" in metadata["claims_supported"]) is is_bank
        asked = {"redirect_uris": ["http://localhost:9999/callback"], "scope": "openid bank"}
        assert stand.http().post(f"{stand.issuer}/oauth2/register", json=asked).json()["scope"] == "openid"


def _authorize_url(bank: Stand) -> str:
    """What the provider asks the bank."""
    return bank.authorize_url(
        client_id="propusk",
        redirect_uri=CALLBACK,
        scope="openid bank",
        code_challenge=challenge(),
        code_challenge_method="S256",
    )
