"""The registry is a client of the standard endpoints: tokens of ESIA's dialect open nothing there, whoever they are about."""

from tests.house import VERA, House
from tests.idp.esia.system import payload_of, register_system


def test_c02_registry_takes_no_token_of_esia(house: House) -> None:
    system = register_system(house.stand)
    browser = house.browser()
    entered = system.sign_in(browser, person=(VERA.email, VERA.password))
    assert entered.rest().status_code == 200
    for name in ("access_token", "id_token"):
        answer = house.ask_api(str(entered.tokens[name]))
        assert answer.status_code == 401, payload_of(str(entered.tokens[name]))
    assert house.sign_in(VERA).answer.status_code == 200, "the same person signs in to the registry"
