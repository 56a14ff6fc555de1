"""Who is which patient, where claims and an earlier link do not agree: then nothing is shown."""

import pytest

from rp.patients.directory import find_by_snils
from rp.patients.matching import Match, link_patient, match_person
from tests.rp.conftest import Stand
from tests.rp.fake_provider import ISSUER, PYOTR, VERA


@pytest.mark.parametrize(
    ("snils", "birth_date", "reason"),
    [
        ("000-000-099 00", VERA["birthdate"], "conflict"),
        (PYOTR["snils"], PYOTR["birthdate"], "conflict"),
        (VERA["snils"], "1984-02-15", "conflict"),
        ("nonsense", VERA["birthdate"], "conflict"),
        (VERA["snils"], VERA["birthdate"], "claims"),
        (None, VERA["birthdate"], "link"),
        (VERA["snils"], None, "link"),
    ],
)
def test_claims_that_contradict_a_link_lead_to_nobody(
    sqlite_stand: Stand, snils: str | None, birth_date: str | None, reason: str
) -> None:
    realm, account = sqlite_stand.realm, {"issuer": ISSUER, "subject": VERA["sub"]}
    with realm.database.write() as connection:
        vera = find_by_snils(connection, realm, VERA["snils"])
        assert vera is not None
        link_patient(connection, realm, issuer=ISSUER, subject=VERA["sub"], patient_id=vera.id)
        found = match_person(connection, realm, **account, snils=snils, birth_date=birth_date)
        assert found == Match(None if reason == "conflict" else vera, reason)
        other = match_person(
            connection, realm, issuer=ISSUER, subject="another", snils=VERA["snils"], birth_date=VERA["birthdate"]
        )
        assert other == Match(None, "taken")
