"""Of many who send one signed request at the same moment, one is believed: at either database."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.esia.client import authenticate
from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.signed_text import V2_AUTHORIZATION
from tests.idp.esia.system import register_system
from tests.idp.stand import Stand

TOGETHER = 8


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest) -> Stand:
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


def test_one_of_many_at_once_is_believed(stand: Stand) -> None:
    system = register_system(stand)
    for _ in range(3):
        parameters = system.authorization("v2", signs="rsa")

        def what_came(_number: int, parameters: dict[str, str] = parameters) -> str:
            try:
                authenticate(stand.realm, parameters, version="v2", recipes=(V2_AUTHORIZATION,))
            except EsiaRefused as refusal:
                return refusal.cause
            finally:
                stand.realm.database.release()
            return "believed"

        with ThreadPoolExecutor(TOGETHER) as threads:
            came = sorted(threads.map(what_came, range(TOGETHER)))
        assert came == ["believed", *["the signature was used before"] * (TOGETHER - 1)]
