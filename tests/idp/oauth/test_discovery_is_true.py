"""Every word of the discovery document is true: each member has a proof that uses it (discovery_proofs, endpoint_proofs)."""

from typing import Any

import pytest

from tests.idp.oauth.discovery_proofs import PROOFS
from tests.idp.oauth.discovery_walk import Walk
from tests.idp.stand import ISSUER, Stand


def document_of(stand: Stand) -> dict[str, Any]:
    document: dict[str, Any] = stand.http().get(f"{ISSUER}/.well-known/openid-configuration").json()
    return document


def test_every_member_has_a_proof_and_every_proof_a_member(stand: Stand) -> None:
    assert PROOFS.keys() == document_of(stand).keys()


@pytest.mark.parametrize("member", PROOFS)
def test_member_is_true(stand: Stand, member: str) -> None:
    PROOFS[member](Walk(stand, document_of(stand), member))
