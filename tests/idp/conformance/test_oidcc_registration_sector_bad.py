"""oidcc-registration-sector-bad: a sector file that lists other redirect URIs is refused."""

from tests.idp.conformance.relying_party import RelyingParty, serving_json
from tests.idp.stand import Stand


def test_sector_file_that_lists_others_is_refused(stand: Stand) -> None:
    stand.transport.hosts["https://sector.test"] = serving_json(["https://other.test/callback"])
    wanted = {
        "redirect_uris": ["http://localhost:9999/callback"],
        "subject_type": "pairwise",
        "sector_identifier_uri": "https://sector.test/file.json",
    }
    answer = RelyingParty(stand).register(wanted)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
