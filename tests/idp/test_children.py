"""A child's account: entered by a parent, acted for until fourteen, and nobody's way in."""

from dataclasses import replace

import pytest

from idp.account.removal import remove_person
from idp.citizens import children, directory
from idp.citizens.children import BirthCertificate, ChildRefused
from idp.citizens.identifiers import IdentifierMalformed
from idp.citizens.levels import level_of
from idp.citizens.models import Person, PersonalData
from tests.idp.stand import Stand

ASYA = PersonalData("Ромашкина", "Ася", "Олеговна", birthdate="2017-04-01", snils="000-000-077 00")
CERTIFICATE = BirthCertificate("II-АБ", "000077")
DAY = 24 * 3600


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest, stand_settings: dict[str, object]) -> Stand:
    """Every law of children is tried on both databases."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


def person(stand: Stand, login: str) -> Person:
    with stand.realm.database.read() as connection:
        found = directory.find_by_login(stand.realm, connection, login)
    assert found is not None
    return found


def add(
    stand: Stand, login: str = "vera@example.test", data: PersonalData = ASYA, certificate: BirthCertificate = CERTIFICATE
) -> str:
    parent = person(stand, login)
    with stand.realm.database.write() as connection:
        return children.add(stand.realm, connection, parent, data, certificate, actor=f"citizen:{parent.id}")


def listed(stand: Stand, login: str = "vera@example.test") -> list[str]:
    with stand.realm.database.read() as connection:
        return [each.person.id for each in children.of_parent(stand.realm, connection, stand.citizen(login))]


def is_acted_for(stand: Stand, child: str, login: str = "vera@example.test") -> bool:
    with stand.realm.database.read() as connection:
        return children.may_act_for(stand.realm, connection, stand.citizen(login), child)


def refused(stand: Stand, **what: object) -> str:
    with pytest.raises(ChildRefused) as refusal:
        add(stand, **what)  # type: ignore[arg-type]
    return refusal.value.reason


def test_parent_acts_for_the_child_they_entered_and_nobody_else_does(stand: Stand) -> None:
    asya = add(stand)
    assert listed(stand) == [asya] and is_acted_for(stand, asya)
    assert not is_acted_for(stand, asya, "pyotr@example.test")
    assert not is_acted_for(stand, stand.citizen("pyotr@example.test"))
    assert level_of(person(stand, "000-000-077 00")) == "child"
    assert "child.added" in stand.actions()


def test_child_is_acted_for_until_the_day_before_the_fourteenth_birthday(stand: Stand) -> None:
    asya = add(stand, data=replace(ASYA, birthdate="2012-11-30"))
    stand.clock.advance(7 * DAY)  # to the 29th
    assert is_acted_for(stand, asya)
    stand.clock.advance(DAY)
    assert not is_acted_for(stand, asya)
    assert listed(stand) == [asya]


@pytest.mark.parametrize(("born", "reason"), [("2012-01-01", "too_old"), ("2026-12-31", "not_born")])
def test_whoever_is_fourteen_or_not_born_is_not_entered(stand: Stand, born: str, reason: str) -> None:
    assert refused(stand, data=replace(ASYA, birthdate=born)) == reason


def test_parent_without_a_confirmed_account_enters_nobody(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET phone_verified_at = NULL")
    assert refused(stand) == "not_confirmed"


def test_child_taken_off_the_list_is_acted_for_no_longer_and_comes_back_as_the_same(stand: Stand) -> None:
    asya, vera = add(stand), stand.citizen("vera@example.test")
    with stand.realm.database.write() as connection:
        assert children.remove(stand.realm, connection, vera, asya, actor="operator:test")
        assert not children.remove(stand.realm, connection, vera, asya, actor="operator:test")
    assert listed(stand) == [] and not is_acted_for(stand, asya)
    assert add(stand) == asya
    assert is_acted_for(stand, asya)


def test_other_parent_enters_the_same_child_and_a_stranger_does_not(stand: Stand) -> None:
    asya = add(stand)
    assert add(stand, "maya@example.test") == asya
    assert is_acted_for(stand, asya, "maya@example.test")
    for changed in ({"given_name": "Зоя"}, {"birthdate": "2017-04-02"}, {"snils": "000-000-078 00"}):
        assert refused(stand, login="anton@example.test", data=replace(ASYA, **changed)) == "taken"
    another = BirthCertificate("II-АБ", "000078")
    assert refused(stand, login="anton@example.test", certificate=another) == "taken", "the СНИЛС is hers"
    assert refused(stand, data=replace(ASYA, snils="000-000-018 00"), certificate=another) == "taken"


@pytest.mark.parametrize(
    ("text", "spelled"),
    [("II-АБ", "II-АБ"), ("ii аб", "II-АБ"), ("IVМЮ", "IV-МЮ"), ("2-АБ", None), ("II-AB", None), ("II-АБВ", None), ("", None)],
)
def test_series_of_a_certificate_has_one_spelling(text: str, spelled: str | None) -> None:
    if spelled is None:
        with pytest.raises(IdentifierMalformed):
            children.series(text)
    else:
        assert children.series(text) == spelled


@pytest.mark.parametrize("text", ["00077", "٠٠٠٠٧٧", "00007a", "0000777", ""])
def test_number_of_a_certificate_is_six_digits(text: str) -> None:
    assert children.number("000077") == "000077"
    with pytest.raises(IdentifierMalformed):
        children.number(text)


def test_children_go_with_their_last_parent(stand: Stand) -> None:
    of_others = stand.rows("SELECT count(*) FROM children")
    asya = add(stand)
    add(stand, "maya@example.test")
    for login, left in (("vera@example.test", [(asya,)]), ("maya@example.test", [])):
        with stand.realm.database.write() as connection:
            remove_person(stand.realm, connection, stand.citizen(login), actor="operator:test")
        assert stand.rows(f"SELECT id FROM citizens WHERE id = '{asya}'") == left  # noqa: S608 - an id
    assert stand.rows("SELECT count(*) FROM children") == of_others
