"""What the README tells a stranger to type does what it says."""

import json
import os
import re
import shlex
from pathlib import Path

import pytest

from tests.house import PEOPLE, VERA, House
from tests.idp.stand import CONTROL, CONTROL_TOKEN

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.ru.md")


def commands(readme: str) -> list[str]:
    """The lines of the shell blocks, continued ones joined, comments cut."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line.partition("  #")[0].strip() for line in lines if line.strip()]


@pytest.mark.parametrize("readme", READMES)
def test_c08_scripts_that_the_readme_names_are_there_to_be_run(readme: str) -> None:
    named = set(re.findall(r"scripts/[a-z]+", (ROOT / readme).read_text(encoding="utf-8")))
    assert {"scripts/start", "scripts/test", "scripts/reset"} <= named
    assert all(os.access(ROOT / name, os.X_OK) for name in named)


@pytest.mark.parametrize("readme", READMES)
def test_c08_registration_by_curl_works_as_written(house: House, readme: str) -> None:
    words = shlex.split(next(command for command in commands(readme) if "/oauth2/register" in command))
    address = next(word for word in words if word.startswith("http"))
    body = json.loads(words[words.index("-d") + 1])
    answer = house.http().post(address, json=body)
    assert answer.status_code == 201
    assert {"client_id", "client_secret", "registration_access_token"} <= answer.json().keys()


@pytest.mark.parametrize("readme", READMES)
def test_c08_reading_the_sms_by_curl_works_as_written(house: House, readme: str) -> None:
    house.sign_in(VERA)
    words = shlex.split(next(command for command in commands(readme) if "/outbox" in command))
    address = next(word for word in words if word.startswith(CONTROL))
    answer = house.stand.control().session.get(address, headers={"Authorization": f"Bearer {CONTROL_TOKEN}"})
    assert house.stand.last_code() in answer.json()["messages"][-1]["text"]


@pytest.mark.parametrize("readme", READMES)
def test_c08_people_of_the_readme_can_sign_in(readme: str) -> None:
    """Those of ESIA's test system have a page of their own."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    for person in (person for key, person in PEOPLE.items() if not key.startswith("esia-")):
        assert all(f"`{word}`" in text for word in (person.phone, person.email, person.snils, person.password)), person.key
