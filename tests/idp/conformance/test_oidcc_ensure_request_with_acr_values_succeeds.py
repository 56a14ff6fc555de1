"""oidcc-ensure-request-with-acr-values-succeeds: acr_values that we support are answered with a truthful acr."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_acr_is_at_least_the_one_asked_for(stand: Stand) -> None:
    party = RelyingParty(stand)
    assert "substantial" in party.metadata_document["acr_values_supported"]
    assert party.sign_in(acr_values="substantial low")["claims"]["acr"] == "substantial"


def test_unknown_acr_values_do_not_stop_a_sign_in(stand: Stand) -> None:
    assert RelyingParty(stand).sign_in(acr_values="1 2")["claims"]["acr"] == "low"
