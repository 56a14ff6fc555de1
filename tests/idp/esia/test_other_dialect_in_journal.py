"""What the request journal says of a client that comes to the other dialect's endpoints."""

import pytest

from idp.clients import registry
from idp.requests import journal, recorder
from idp.requests.findings import judge
from idp.settings import RequestJournal
from tests.idp.esia.system import MNEMONIC, register_system
from tests.idp.stand import Stand


@pytest.fixture
def stand_settings() -> dict[str, object]:
    """As a test stand is: what systems send is written down."""
    return {"request_journal": RequestJournal()}


def test_journal_says_that_a_client_came_to_the_other_dialect(stand: Stand) -> None:
    system = register_system(stand)
    stand.http().post(f"{stand.issuer}/oauth2/token", data={"client_id": MNEMONIC, "client_secret": "x", "grant_type": "x"})
    system.client_id = "client"
    system.post(system.token_request("code", "v1", signs="rsa"), "v1")
    recorder.settle(stand.realm)
    with stand.realm.database.read() as connection:
        found = [
            judge(each.exchange, registry.find(connection, each.system)) for each in journal.everything(stand.realm, connection)
        ]
    assert [[finding.code for finding in findings if finding.code == "dialect_differs"] for findings in found] == [
        ["dialect_differs"]
    ] * 2
    assert "/aas/oauth2/v3/te" in found[0][0].text and "/oauth2/token" in found[1][0].text
