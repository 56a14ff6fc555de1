"""The ESIA dialect in a sandbox: the people of the seed with the numbers that they have everywhere, at addresses of its own."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from idp.citizens import directory
from idp.realm import Realm
from idp.sandboxes.opened import pool_of
from tests.idp.control.conftest import Control
from tests.idp.esia.resources import MINISTRY, POND, read_as
from tests.idp.esia.system import register_system
from tests.idp.esia.test_people_of_the_seed import expected, login, numbers
from tests.idp.stand import ISSUER, Stand


def test_sandbox_has_the_same_people_with_the_same_numbers_and_addresses_of_its_own(sqlite_stand: Stand, rsa_pool: Path) -> None:
    pool_of(sqlite_stand.settings).symlink_to(str(rsa_pool))
    made = Control(sqlite_stand.control()).post("/sandboxes", id="mine")
    realm = sqlite_stand.opened.find("mine")
    assert realm is not None
    of_people = {key: number for key, number in expected().items() if key not in (POND, MINISTRY)}
    found = numbers(realm)
    assert {key: found[key] for key in of_people} == of_people
    sandbox = cast(Stand, _Beside(sqlite_stand, realm))
    register_system(sandbox)
    anna = read_as(sandbox, login(1), "openid vehicles")
    assert made["issuer"] == f"{ISSUER}/t/mine"
    addresses = anna.person("/vhls")["elements"]
    assert all(address.startswith(f"{ISSUER}/t/mine/rs/prns/{anna.oid}/vhls/") for address in addresses)
    assert [anna.ask(address).status_code for address in addresses] == [200, 200]
    outside = sqlite_stand.http().get(f"{ISSUER}/rs/prns/{anna.oid}", headers={"Authorization": f"Bearer {anna.token}"})
    assert outside.status_code == 401


class _Beside(SimpleNamespace):
    """A sandbox, as far as a token is made and used there."""

    def __init__(self, stand: Stand, realm: Realm) -> None:
        super().__init__(realm=realm, issuer=realm.issuer, settings=realm.settings, clock=realm.clock, http=stand.http)
        self.browser, self.last_code = stand.browser, stand.last_code

    def citizen(self, login: str) -> str:
        with self.realm.database.read() as connection:
            person = directory.find_by_login(self.realm, connection, login)
        assert person is not None
        return person.id
