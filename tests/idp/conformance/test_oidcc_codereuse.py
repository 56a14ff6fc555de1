"""oidcc-codereuse: a code is good once."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_code_used_again_at_once_is_refused(stand: Stand) -> None:
    party = RelyingParty(stand)
    answer = party.authorize()
    assert party.token(answer).status_code == 200
    again = party.token(answer)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
