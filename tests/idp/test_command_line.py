"""`propusk`, as an operator uses it: each command, and each mistake as one sentence."""

import contextlib
import io
import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from idp.authentication.methods import METHODS
from idp.authentication.methods.password.store import set_password
from idp.citizens import directory, locks
from idp.citizens.models import PersonalData
from idp.cli import propusk, run
from idp.keyring.rotation import algorithms_here
from idp.realm import open_realm
from idp.settings import read_settings
from tests.idp.stand import SEEDED, Stand

ROOT = Path(__file__).parents[2]
NUMBER_TOO_LARGE = json.dumps({"masters": {"99999": "A" * 43 + "="}})


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout with configuration and the registry's secret, and nothing made yet."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    (tmp_path / "keys" / "rp").mkdir(parents=True)
    (tmp_path / "keys" / "rp" / "client-secret").write_text("registry secret")
    monkeypatch.setenv("PROPUSK_HOME", str(tmp_path))
    monkeypatch.setenv("PROPUSK_PASSWORD_HASHING_MEMORY_KIB", "8")
    monkeypatch.delenv("PROPUSK_CONFIG", raising=False)
    return tmp_path


def command(*words: str) -> Result:
    return CliRunner().invoke(propusk, list(words), catch_exceptions=True)


def refused(*words: str) -> str:
    """The one sentence an operator reads."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        status = run(lambda **_: propusk(list(words), standalone_mode=False))
    assert status == 1
    assert said.getvalue().count("\n") == 1
    assert said.getvalue().startswith("propusk: ")
    return said.getvalue()


def test_c06_keys_are_made_once_and_for_their_owner_only(home: Path) -> None:
    made = command("keys")
    assert made.exit_code == 0, made.output
    files = [file for file in (*(home / "keys" / "idp").rglob("*"), home / "var" / "control-token") if file.is_file()]
    ready = [file for file in files if file.parent.name == "esia"]
    systems = [file for file in files if file.parent.name == "systems"]
    assert {file.name for file in systems} == {"clinic", "laboratory", "insurer", "partner"}
    assert len(ready) == 2 * len([name for name in algorithms_here() if name in ("RS256", "GOST3410_2012_256")])
    assert len([file for file in files if file.suffix != ".cer"]) == 3 + len(algorithms_here()) + len(ready) + len(systems)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    contents = {file: file.read_bytes() for file in files}
    again = command("keys")
    assert (again.exit_code, again.output) == (0, "")
    assert {file: file.read_bytes() for file in files} == contents


def test_c06_rotation_adds_keys_beside_the_old(home: Path) -> None:
    command("keys")
    folder = home / "keys" / "idp" / "signing"
    before = set(folder.iterdir())
    assert command("keys", "--rotate").output.count("made") == len(algorithms_here())
    assert before < set(folder.iterdir())


def test_prepare_makes_the_database_once_and_then_has_nothing_to_do(home: Path) -> None:
    command("keys")
    first, second = command("prepare"), command("prepare")
    assert first.exit_code == 0, first.output
    assert "the database was made" in first.output
    assert f"{SEEDED} test people entered" in first.output
    assert "6 information systems registered" in first.output
    assert second.output.splitlines() == ["the database is up to date"]


def test_prepare_enters_nobody_in_production(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command("keys")
    for name, value in (("ENVIRONMENT", "production"), ("ISSUER", "https://idp.test"), ("CODES_PER_HOUR", "5")):
        monkeypatch.setenv(f"PROPUSK_{name}", value)
    assert "people" not in command("prepare").output
    assert "there are test people only with" in refused("people")
    assert "there are test people only with" in refused("phone-link")
    assert "runs only with environment" in refused("serve", "--control")


def test_people_are_printed_with_what_they_sign_in_with(home: Path) -> None:
    people = json.loads(command("people").output)
    assert [person["key"] for person in people] == [
        *("vera", "pyotr", "maya", "anton", "luka"),
        *("olga", "semyon", "nina", "gleb"),
        *(f"esia-{number:03}" for number in range(1, 11)),
        "rita",
    ]
    assert people[0]["name"] == "Ромашкина Вера Тимофеевна"
    assert all(person[name] for person in people for name in ("phone", "email", "password", "note"))
    assert [person["key"] for person in people if not person["snils"]] == ["esia-003", "rita"]


def test_phone_link_lets_in_whoever_has_it(home: Path) -> None:
    assert "run scripts/keys" in refused("phone-link")
    command("keys")
    token = (home / "var" / "control-token").read_text().strip()
    assert command("phone-link").output == f"http://127.0.0.1:8401/open?token={token}\n"


def test_operator_lifts_the_lock_of_an_account(home: Path) -> None:
    command("keys")
    command("prepare")
    assert command("citizen", "unlock", "vera@example.test").output == "the account was not locked\n"
    realm = open_realm(read_settings())
    with realm.database.write() as connection:
        person = directory.find_by_login(realm, connection, "vera@example.test")
        assert person is not None
        assert locks.lock(realm, connection, person.id, because="failures")
    assert command("citizen", "unlock", "+7 0000000017").output.startswith("the account is unlocked from 20")
    assert "nobody has the login" in refused("citizen", "unlock", "nobody@example.test")
    realm.database.close()


def test_staff_is_listed_given_and_taken(home: Path) -> None:
    command("keys")
    command("prepare")
    assert command("staff", "list").output.splitlines() == [
        "+70000000023  Клеверов Семён Олегович  support",
        "+70000000022  Колокольчикова Ольга Петровна  operator",
        "+70000000025  Ландышев Глеб Андреевич  administrator",
        "+70000000024  Шиповникова Нина Игоревна  officer",
    ]
    vera = "vera@example.test"
    assert command("staff", "give", vera, "administrator").output == f"{vera} is administrator from now on\n"
    assert command("staff", "give", "+70000000017", "administrator").output == "+70000000017 is administrator already\n"
    assert "Ромашкина Вера Тимофеевна  administrator" in command("staff", "list").output
    assert command("staff", "take", "gleb@example.test", "administrator").output == "gleb@example.test is administrator no more\n"
    assert f"{vera} is the last administrator" in refused("staff", "take", vera, "administrator")
    assert command("staff", "take", vera, "support").output == f"{vera} is no support\n"
    assert "are two people" in refused("staff", "give", vera, "officer")


def test_staff_is_nobody_who_could_not_work(home: Path) -> None:
    command("keys")
    command("prepare")
    assert "nobody has the login" in refused("staff", "give", "nobody@example.test", "support")
    assert "Invalid value" in command("staff", "give", "vera@example.test", "doctor").output
    realm = open_realm(read_settings())
    with realm.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM totp_secrets")
        connection.exec_driver_sql("UPDATE citizens SET phone_verified_at = NULL, email_verified_at = NULL")
    assert "no second way to sign in" in refused("staff", "give", "anton@example.test", "support")
    with realm.database.write() as connection:
        connection.exec_driver_sql("UPDATE citizens SET disabled_at = 1, phone_verified_at = 1")
    realm.database.close()
    assert "is disabled" in refused("staff", "give", "anton@example.test", "support")


def test_first_administrator_of_a_production_comes_from_the_command_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ENVIRONMENT", "production"), ("ISSUER", "https://idp.test"), ("CODES_PER_HOUR", "5")):
        monkeypatch.setenv(f"PROPUSK_{name}", value)
    command("keys")
    command("prepare")
    realm = open_realm(read_settings())
    with realm.database.write() as connection:
        data = PersonalData("Лютикова", "Зоя", phone="+70000000701")
        zoya = directory.enter(realm, connection, data, phone_is_verified=True, actor="citizen:zoya")
        set_password(realm, connection, zoya, "lyutik-701")
    assert command("staff", "list").output == ""
    assert "no second way to sign in" in refused("staff", "give", "+70000000701", "administrator"), "nobody carries SMS here"
    with realm.database.write() as connection:
        next(method for method in METHODS if method.name == "totp").seed(realm, connection, zoya, {"totp": True})
    realm.database.close()
    assert command("staff", "give", "80000000701", "administrator").exit_code == 0
    assert command("staff", "list").output == "+70000000701  Лютикова Зоя  administrator\n"


def test_bank_has_no_staff(home: Path) -> None:
    assert "a bank has no staff here" in refused("--instance", "bank", "staff", "list")


def test_client_is_created_with_a_secret_shown_once(home: Path) -> None:
    command("keys")
    command("prepare")
    made = json.loads(command("client", "create", "Поликлиника", "--redirect-uri", "https://c.example/cb").output)
    assert made["redirect_uris"] == ["https://c.example/cb"]
    assert len(made["client_secret"]) == 43
    listed = command("client", "list").output
    assert f"{made['client_id']}  Поликлиника" in listed
    assert "registry" in listed
    assert made["client_secret"] not in listed


def test_public_client_is_created_without_a_secret(home: Path) -> None:
    command("keys")
    command("prepare")
    made = json.loads(command("client", "create", "App", "--public", "--redirect-uri", "com.example.app:/cb").output)
    assert "client_secret" not in made
    assert made["token_endpoint_auth_method"] == "none"


def test_client_with_an_unsound_address_is_refused(home: Path) -> None:
    command("keys")
    command("prepare")
    assert "redirect_uris" in refused("client", "create", "X", "--redirect-uri", "http://c.example/cb")


def test_journal_is_verified_and_an_edited_row_is_named(home: Path) -> None:
    command("keys")
    command("prepare")
    assert command("journal", "verify").output.startswith("the journal is whole: rows 1 to ")
    stand = Stand.__new__(Stand)
    stand.realm = open_realm(read_settings())
    stand.execute("UPDATE journal SET actor = 'nobody' WHERE seq = 2")
    stand.realm.database.close()
    assert "row 2 was edited" in refused("journal", "verify")
    result = command("journal", "verify", "--json")
    assert result.exit_code == 1
    document = json.loads(result.output)
    assert (document["whole"], document["first"], document["heads"]) == (False, 1, 0)
    assert document["findings"] == [{"seq": 2, "kind": "edited", "sentence": "row 2 was edited"}]


def test_heads_begin_anew_after_a_restore(home: Path) -> None:
    command("keys")
    command("prepare")
    command("journal", "anchor")
    realm = open_realm(read_settings())
    with realm.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM journal WHERE seq > 2")
    realm.database.close()
    assert "rows 3 to " in refused("journal", "verify") and "are missing at the end" in refused("journal", "verify")
    command("journal", "anchor")
    assert command("journal", "verify").output == "the journal is whole: rows 1 to 3, 1 head outside the database agrees\n"


@pytest.mark.parametrize(
    ("harm", "words", "sentence"),
    [
        (lambda home: (home / "keys/idp/secrets.json").unlink(), ("prepare",), "run scripts/keys"),
        (lambda home: (home / "keys/idp/secrets.json").chmod(0o644), ("prepare",), "chmod 600"),
        (lambda home: (home / "keys/idp/secrets.json").write_text('{"masters":{"1":"c2hvcnQ="}}'), ("prepare",), "32 bytes"),
        (lambda home: (home / "keys/idp/secrets.json").write_text("{"), ("prepare",), "not a file of secrets"),
        (lambda home: (home / "keys/idp/secrets.json").write_text(NUMBER_TOO_LARGE), ("prepare",), "not a file"),
        (lambda home: (home / "keys/rp/client-secret").unlink(), ("prepare",), "run scripts/keys"),
        (lambda home: (home / "config/seed/people.toml").write_text("= x"), ("prepare",), "is not TOML"),
        (lambda home: (home / "config/idp.toml").write_text("enviroment = 'test'"), ("people",), "enviroment is not a setting"),
        (lambda home: (home / "config/idp.toml").write_text("="), ("people",), "is not TOML"),
        (lambda home: (home / "var/idp.sqlite3").write_text("not a database" * 100), ("prepare",), "database"),
        (lambda home: None, ("serve",), "run propusk prepare"),
    ],
)  # fmt: skip
def test_op_14_mistake_of_an_operator_is_one_sentence(
    home: Path, harm: Callable[[Path], object], words: tuple[str, ...], sentence: str
) -> None:
    command("keys")
    harm(home)
    assert sentence in refused(*words)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("ENVIROMENT", "test", "PROPUSK_ENVIROMENT is not a setting"),
        ("ENVIRONMENT", "TEST", "must be one of production, test"),
        ("ENVIRONMENT", "test ", "must be one of production, test"),
        ("ENVIRONMENT", "", "must be one of production, test"),
        ("ENVIRONMENT", "production", "must use https in production"),
        ("ISSUER", "http://localhost:8400/", "final slash"),
        ("ISSUER", "localhost:8400", "issuer must be an http(s) URL"),
        ("ISSUER", "http://localhost:8400?x=1", "issuer must be"),
        ("THREADS", "many", "must be int"),
        ("THREADS", "--5", "must be int"),
        ("REGISTRATION_IS_OPEN", "yes", "must be bool"),
        ("REGISTRATION_IS_OPEN", "TRUE", "must be bool"),
        ("REGISTRATION_IS_OPEN", "1", "must be bool"),
        ("LISTEN", "8400", "listen must be an address and a port"),
        ("LISTEN", "127.0.0.1:http", "listen must be an address and a port"),
        ("CONTROL_LISTEN", "127.0.0.1:99999", "control_listen must be an address and a port"),
        ("TLS_PRIVATE", "/x.pem", "set together"),
        ("LIFETIMES_ACCESS_TOKEN", "long", "must be int"),
    ],
)
def test_lb_04_setting_that_makes_no_sense_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"PROPUSK_{name}", value)
    assert sentence in refused("people")


def test_no_limit_of_codes_is_for_test_stands_only(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROPUSK_ENVIRONMENT", "production")
    monkeypatch.setenv("PROPUSK_ISSUER", "https://idp.test")
    assert "codes_per_hour" in refused("people")


def test_without_a_file_the_environment_is_production(home: Path) -> None:
    (home / "config" / "idp.toml").unlink()
    assert "must use https in production" in refused("people")


def test_environment_overrides_the_file_also_inside_a_table(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROPUSK_LIFETIMES_ACCESS_TOKEN", "77")
    settings = read_settings()
    assert settings.lifetimes.access_token == 77
    assert settings.environment == "test"
    assert settings.home == home
