"""The people of ESIA's test system, as every fresh stand and every sandbox has them."""

from collections.abc import Mapping
from typing import Any

import pytest

from idp.citizens import directory, oids
from idp.citizens.levels import level_of
from idp.citizens.profile import documents_of
from idp.protocol.esia.document_types import DOCUMENT_TYPES
from idp.realm import Realm
from tests.idp.control.conftest import Control
from tests.idp.esia.resources import MINISTRY, POND, read_as
from tests.idp.esia.system import register_system
from tests.idp.stand import CITIZENS, ISSUER, PEOPLE, SEEDED, Stand

PASSWORD = "11111111"
LEVELS = {2: "standard", 3: "simplified"}
FIRST_OF_ESIA = [entry["key"] for entry in PEOPLE].index("esia-001") + 1


def login(number: int) -> str:
    return f"EsiaTest{number:03}@yandex.ru"


def numbers(realm: Realm) -> dict[str, int]:
    """The numbers of everybody of the seed and of its organisations, by what names them everywhere."""
    with realm.database.read() as connection:
        people = {entry["key"]: directory.find_by_login(realm, connection, entry["phone"]) for entry in PEOPLE}
        ids = {person.id: key for key, person in people.items() if person is not None}
        known = oids.known_oids(connection, "citizen_id", list(ids))
        organisations = oids.known_oids(connection, "organisation_id", [POND, MINISTRY])
    return {ids[citizen_id]: number for citizen_id, number in known.items()} | organisations


def expected() -> Mapping[str, int]:
    people = {entry["key"]: oids.FIRST + place for place, entry in enumerate(PEOPLE, 1)}
    # Two organisations are in a file before.
    return people | {POND: oids.FIRST + SEEDED + 3, MINISTRY: oids.FIRST + SEEDED + 4}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def either(request: pytest.FixtureRequest, stand_settings: dict[str, object]) -> Stand:
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


def test_numbers_are_those_of_the_files_and_are_so_again_after_a_reset(either: Stand) -> None:
    assert numbers(either.realm) == expected()
    control = Control(either.control())
    stranger = control.post("/people")
    # Four organisations have numbers before, and those of workplaces.toml after.
    assert stranger["oid"] == oids.FIRST + SEEDED + 7
    assert control.get(f"/people/{stranger['id']}")["oid"] == stranger["oid"]
    assert control.ask("POST", "/reset").status_code == 204
    assert numbers(either.realm) == expected()


@pytest.mark.parametrize("number", range(1, 11))
def test_everybody_signs_in_with_the_login_of_the_test_system_in_any_case(stand: Stand, number: int) -> None:
    browser = stand.browser().open(f"{ISSUER}/account")
    typed = login(number) if number % 2 else login(number).upper()
    stand.sign_in(browser, login=typed, password=PASSWORD)
    assert browser.url.startswith(f"{ISSUER}/account"), browser.url
    with stand.realm.database.read() as connection:
        person = directory.find_by_login(stand.realm, connection, typed)
    assert person is not None
    assert person.data.email == login(number), "it is kept as it is spelled"
    assert person.data.snils == (None if number == 3 else f"000-000-600 {number:02}")
    assert level_of(person) == LEVELS.get(number, "confirmed")


def test_somebody_has_a_document_of_every_type(stand: Stand) -> None:
    with stand.realm.database.read() as connection:
        person = directory.find_by_login(stand.realm, connection, login(7))
    assert person is not None
    assert {document.type for document in documents_of(person)} == set(DOCUMENT_TYPES)


def test_what_only_esia_tells_is_set_and_read_over_the_control_plane(stand: Stand) -> None:
    control = Control(stand.control())
    esia = {"birthplace": "г. Тест", "vehicles": [{"name": "Тест", "number_plate": "А000АА00"}], "self_employed": True}
    made = control.post("/people", esia=esia)
    assert made["esia"] == esia
    assert control.get(f"/people/{made['id']}")["esia"] == esia
    register_system(stand)
    reader = read_as(stand, made["email"], "openid birthplace vehicles self_employed")
    told = reader.person("?embed=(vehicles.elements)")
    assert (told["birthPlace"], told["selfEmployed"]) == ("г. Тест", {"confirmed": True})
    assert told["vehicles"]["elements"][0]["numberPlate"] == "А000АА00"
    changed = control.done(control.ask("PATCH", f"/people/{made['id']}", {"esia": None}))
    assert (changed["esia"], changed["oid"]) == (None, made["oid"])
    assert "birthPlace" not in reader.person()
    assert len(control.get("/people")["people"]) == CITIZENS + 1


@pytest.mark.parametrize(
    "esia",
    [
        {"surname": "x"}, {"documents": [{"type": "NOTHING"}]}, {"documents": [{"number": "1"}]}, {"citizenship": "россия"},
        {"avatar": "red"}, {"addresses": [{"type": "PRG"}]}, {"documents": [{"type": "FID_DOC", "issued_on": "yesterday"}]}, [],
        {"vehicles": [{}]}, {"self_employed": "yes"},
    ],
)  # fmt: skip
def test_what_esia_does_not_tell_is_refused(stand: Stand, esia: Any) -> None:
    assert Control(stand.control()).refused("POST", "/people", {"esia": esia}) == (422, "body_invalid")
