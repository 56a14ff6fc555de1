"""oidcc-server-rotate-keys.

After a rotation new ID tokens are signed with the new key, and the old key is still published.
"""

import pytest

from idp.keyring.rotation import make_new_keys
from tests.idp.conformance.relying_party import RelyingParty, header_of
from tests.idp.stand import Stand


def test_rotation_is_followed(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    party = RelyingParty(stand)
    before = header_of(party.sign_in()["id_token"])["kid"]
    make_new_keys(stand.settings.keys_folder / "signing", now=stand.clock.now())
    monkeypatch.setattr("idp.keyring.private.LOOK_AGAIN_SECONDS", 0.0)
    after = header_of(party.sign_in()["id_token"])["kid"]
    published = {key["kid"] for key in stand.http().get(party.metadata_document["jwks_uri"]).json()["keys"]}
    assert before != after
    assert {before, after} <= published
