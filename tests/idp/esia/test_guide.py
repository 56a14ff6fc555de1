"""docs/esia.md: what it tells its reader to type works as written."""

import os
import re
import shutil
import subprocess
import time
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from asn1crypto import x509 as asn1

from ground.chance import SystemChance
from idp.clients import certificates
from idp.cms.gost_2012 import public_key
from idp.esia.new_identity import KEY_ALGORITHMS, make_identity
from idp.protocol.esia.client_secret import read_client_secret
from idp.settings.groups import Esia
from tests.idp.esia.system import payload_of, register_system
from tests.idp.stand import CLIENT, Stand

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "esia.md").read_text(encoding="utf-8")
REDIRECT = "http://localhost:8000"
PERSON = ("EsiaTest001@yandex.ru", "11111111")
CURL = '#!/bin/sh\nfor word in "$@"; do printf "%s\\n" "$word"; done > "$(dirname "$0")/curl.words"\n'
LANGUAGES = {
    "python": ("python3", ["python3"], ".py"),
    "php": ("php", ["php"], ".php"),
    "js": ("node", ["node"], ".cjs"),
    "go": ("go", ["go", "run"], ".go"),
}
HERE = [language for language, (program, _, _) in LANGUAGES.items() if shutil.which(program)]
TEXT = "TESTISopenid fullname2026.11.22 20:15:53 +00007648d7bd-6369-4073-b545-90250f68025ehttps://rp.test/cbКОД"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


class Reader:
    """Whoever follows the page in the folder of a stand, in the time that their own machine tells."""

    def __init__(self, stand: Stand, folder: Path) -> None:
        self.stand, self.folder = stand, folder
        stand.clock.advance(max(0, int(time.time()) - stand.clock.now()))
        self.system = register_system(stand, redirect_uris=(REDIRECT,), is_certified=False)
        self.system.callback = REDIRECT
        stand.transport.hosts[REDIRECT] = stand.transport.hosts[CLIENT]
        keys = folder / "keys" / "idp" / "esia"
        keys.mkdir(parents=True)
        for algorithm in KEY_ALGORITHMS:
            identity = make_identity("TESTIS", algorithm, now=stand.clock.now(), chance=SystemChance())
            (keys / f"TESTIS-{algorithm}.key").write_bytes(identity.private)
            (keys / f"TESTIS-{algorithm}.pem").write_bytes(identity.certificate_pem)
            self._register(identity.certificate)
        (folder / "curl").write_text(CURL)
        (folder / "curl").chmod(0o755)

    def type(self, *numbers: int, code: str = "") -> str:
        """Type these blocks of the page, one after the other, and read what they print."""
        script = "set -eu\n" + f"CODE='{code}'\n" + "\n".join(blocks("sh")[number] for number in numbers)
        environment = {"PATH": f"{self.folder}:/usr/local/bin:/usr/bin:/bin", "HOME": str(self.folder)}
        done = subprocess.run(["sh"], input=script, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def open(self, address: str) -> str:
        """Sign in as the page says, and copy the code."""
        browser = self.system.go_on(self.stand.browser().open(address), person=PERSON)
        assert browser.url.startswith(REDIRECT), browser.text[:500]
        return dict(parse_qsl(urlsplit(browser.url).query))["code"]

    def send(self) -> Any:
        """What `curl` was told to send, sent."""
        address, *words = [word for word in (self.folder / "curl.words").read_text().splitlines() if word != "-s"]
        form = dict(word.split("=", 1) for word in words if word != "--data-urlencode")
        return self.stand.http().post(address, data=form)

    def _register(self, der: bytes) -> None:
        with self.stand.realm.database.write() as connection:
            certificates.add(self.stand.realm, connection, "TESTIS", der, actor="operator:test")


@pytest.fixture
def reader(stand: Stand, tmp_path: Path) -> Reader:
    return Reader(stand, tmp_path)


def test_person_signs_in_by_the_commands_of_v2_and_v3(reader: Reader) -> None:
    code = reader.open(reader.type(0, 1))
    reader.type(0, 2, code=code)
    answer = reader.send()
    assert answer.status_code == 200, answer.text
    oid = payload_of(answer.json()["access_token"])["urn:esia:sbj_id"]
    told = reader.system.rest(
        f"/rs/prns/{oid}?embed=(contacts.elements,documents.elements)", answer.json()["access_token"]
    ).json()
    assert told["lastName"] == "Кувшинкина" and told["snils"] == "000-000-600 01"


def test_person_signs_in_by_the_commands_of_v1(reader: Reader) -> None:
    assert len(reader.open(reader.type(0, 3))) > 500


@pytest.mark.parametrize("language", HERE)
def test_text_is_signed_in_every_language(language: str, tmp_path: Path) -> None:
    _, command, ending = LANGUAGES[language]
    (tmp_path / f"sign{ending}").write_text(blocks(language)[0], encoding="utf-8")
    identity = make_identity("TESTIS", "gost", now=int(time.time()), chance=SystemChance())
    (tmp_path / "key").write_bytes(identity.private)
    (tmp_path / "gost.cnf").write_text(re.findall(r"<<'END'\n(.*?)END\n", PAGE, re.DOTALL)[0])
    path = "/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin"
    variables = {"OPENSSL_CONF": "gost.cnf", "KEY": "key", "PATH": path, "HOME": os.environ["HOME"]}
    done = subprocess.run(
        [*command, f"sign{ending}"], input=TEXT.encode(), cwd=tmp_path, env=variables, capture_output=True, timeout=120
    )
    assert done.returncode == 0, done.stderr.decode()
    signature = read_client_secret(done.stdout.decode().strip())
    info = asn1.Certificate.load(identity.certificate)["tbs_certificate"]["subject_public_key_info"].dump()
    assert public_key(info).verify(TEXT.encode(), signature)


def test_every_language_of_the_page_is_tried_somewhere() -> None:
    told = set(re.findall(r"```(\w+)", PAGE)) - {"console", "toml"}
    assert told == {"sh", *LANGUAGES}


def test_settings_of_the_page_are_settings() -> None:
    (section,) = blocks("toml")
    values = tomllib.loads(section)["esia"]
    assert Esia(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})


def test_settings_file_shows_every_switch_with_its_default() -> None:
    lines = (ROOT / "config" / "idp.toml").read_text(encoding="utf-8").partition("# [esia]\n")[2].splitlines()
    shown = tomllib.loads("\n".join(line.removeprefix("# ") for line in lines))
    assert Esia(**{name: tuple(value) if isinstance(value, list) else value for name, value in shown.items()}) == Esia()
    assert set(shown) == {each.name for each in fields(Esia)}
