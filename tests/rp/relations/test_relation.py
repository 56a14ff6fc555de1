"""What somebody is to a patient, where the near miss is as good as a hit."""

import pytest

from rp.access.policy import Relation
from rp.access.principal import Principal, Role
from rp.organisations.directory import organisations_of_kinds
from rp.patients.directory import find_by_snils, register_patient
from rp.relations.relation import relations_of
from tests.rp.conftest import Stand
from tests.rp.fake_provider import PYOTR, VERA


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


def test_r002_whom_another_insurer_insures_an_insurer_has_nothing_to_do_with(stand: Stand) -> None:
    with stand.realm.database.write() as connection:
        (insurer,) = organisations_of_kinds(connection, ("insurer",))
        (another,) = organisations_of_kinds(connection, ("partner",))
        pyotr = find_by_snils(connection, stand.realm, PYOTR["snils"])
        assert pyotr is not None
        register_patient(connection, stand.realm, pyotr.person, insurer_id=another.id)
        for organisation, held in ((insurer, frozenset()), (another, frozenset({Relation.INSURED}))):
            principal = Principal(Role.INSURER, "client:insurer", organisation_id=organisation.id)
            assert relations_of(connection, principal, pyotr.id) == held


def test_a_citizen_is_to_another_nothing_and_to_themselves_what_they_act_as(stand: Stand) -> None:
    with stand.realm.database.read() as connection:
        vera, pyotr = (find_by_snils(connection, stand.realm, person["snils"]) for person in (VERA, PYOTR))
        assert vera is not None
        assert pyotr is not None
        citizen = Principal(Role.CITIZEN, f"patient:{vera.id}", vera.id)
        assert relations_of(connection, citizen, vera.id) == {Relation.OWN}
        assert relations_of(connection, citizen, pyotr.id) == frozenset()
        acting = Principal(Role.CITIZEN, f"patient:{vera.id}", pyotr.id, represents=frozenset({Relation.REPRESENTED}))
        assert relations_of(connection, acting, pyotr.id) == {Relation.REPRESENTED}
        assert relations_of(connection, acting, vera.id) == frozenset()
