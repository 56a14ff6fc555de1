"""A person of the stand, and OpenSSL beside it."""

import pytest

from idp.authority.citizen_certificates import Issued, Terms, issue
from idp.authority.private_keys import Algorithm
from idp.citizens import directory
from idp.citizens.models import Person
from tests.idp.openssl import OpenSsl, open_program
from tests.idp.stand import Stand

LOGIN = "vera@example.test"


@pytest.fixture(scope="session")
def openssl(tmp_path_factory: pytest.TempPathFactory) -> OpenSsl:
    return open_program(tmp_path_factory.mktemp("openssl"))


def person_of(stand: Stand, login: str = LOGIN) -> Person:
    with stand.realm.database.read() as connection:
        person = directory.find_by_login(stand.realm, connection, login)
    assert person is not None
    return person


def issued_by(stand: Stand, algorithm: Algorithm = "ec", **terms: object) -> Issued:
    """A certificate of Vera."""
    person = person_of(stand)
    with stand.realm.database.write() as connection:
        return issue(
            stand.realm,
            connection,
            person.id,
            person.data,
            Terms(algorithm=algorithm, **terms),
            actor="operator:test",  # type: ignore[arg-type]
        )
