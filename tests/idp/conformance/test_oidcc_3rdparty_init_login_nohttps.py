"""oidcc-3rdparty-init-login-nohttps: an initiate_login_uri that is not https is refused at registration."""

import pytest

from tests.idp.conformance.relying_party import REDIRECT, RelyingParty
from tests.idp.stand import Stand


@pytest.mark.parametrize("address", ["http://client.example/initiate", "javascript:alert(1)", "/initiate", "ftp://client.test/"])
def test_address_that_is_not_https_is_refused(stand: Stand, address: str) -> None:
    answer = RelyingParty(stand).register({"redirect_uris": [REDIRECT], "initiate_login_uri": address})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")


@pytest.mark.parametrize("address", ["http://localhost:9999/initiate", "http://client.test/initiate"])
def test_test_stand_takes_plain_http_of_test_hosts(stand: Stand, address: str) -> None:
    assert RelyingParty(stand, initiate_login_uri=address).client["initiate_login_uri"] == address
