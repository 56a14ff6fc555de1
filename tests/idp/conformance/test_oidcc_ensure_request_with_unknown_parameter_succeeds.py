"""oidcc-ensure-request-with-unknown-parameter-succeeds: an unknown parameter is ignored."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_unknown_parameter_is_ignored(stand: Stand) -> None:
    assert "id_token" in RelyingParty(stand).sign_in(extra="foobar")
