"""oidcc-registration-sector-uri: pairwise subjects with a sector file that lists the redirect URIs."""

from tests.idp.conformance.relying_party import RelyingParty, serving_json
from tests.idp.stand import Stand


def test_sector_file_that_lists_the_redirect_uris_is_accepted(stand: Stand) -> None:
    stand.transport.hosts["https://sector.test"] = serving_json(["http://localhost:9999/callback"])
    party = RelyingParty(stand, subject_type="pairwise", sector_identifier_uri="https://sector.test/file.json")
    assert party.sign_in()["claims"]["sub"] != stand.citizen("vera@example.test")
