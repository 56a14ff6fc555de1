"""Where the engine is missing GOST is verified in pure Python, says so once, and never signs."""

import logging
from collections.abc import Iterator

import pytest

from idp.cms import gost_2012, gost_engine
from idp.cms.gost_2012 import PurePythonKey
from idp.cms.registered import verify_cms, verify_raw
from idp.cms.verdict import Reason, SignatureRefused
from tests.idp.cms.certifying import NOW
from tests.idp.esia.keys import gost_identity, rsa_identity
from tests.idp.esia.signing import V1_WAYS, Identities

TEXT = b"openid fullname2026.11.22 20:15:53 +0000TESTIS7648d7bd-6369-4073-b545-90250f68025e"
REMEMBERED = (gost_2012.streebog256, gost_2012.public_key, gost_2012._pure)


@pytest.fixture
def identities() -> Identities:
    """Made with the engine, which somebody else has."""
    return Identities(rsa_identity(), gost_identity())


@pytest.fixture
def no_engine(identities: Identities, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    assert identities, "made before the engine goes"
    monkeypatch.setattr(gost_engine, "_loaded", lambda: gost_engine.GostUnavailable("libcrypto has no GOST engine"))
    for remembered in REMEMBERED:
        remembered.cache_clear()
    yield
    for remembered in REMEMBERED:
        remembered.cache_clear()


def refusal(signature: bytes, certificate: bytes, text: bytes = TEXT) -> Reason:
    with pytest.raises(SignatureRefused) as refused:
        verify_raw(signature, text, certificate, NOW)
    return refused.value.reason


@pytest.mark.usefixtures("no_engine")
def test_es_12_without_the_engine_a_raw_signature_is_judged_all_the_same(
    identities: Identities, caplog: pytest.LogCaptureFixture
) -> None:
    """One good and four spoiled: the answer is the engine's, later."""
    caplog.set_level(logging.WARNING)
    signature, certificate = identities.gost.key.sign(TEXT), identities.gost.der
    verify_raw(signature, TEXT, certificate, NOW)
    for spoiled in (signature[::-1], signature[:-1] + bytes([signature[-1] ^ 1]), bytes(64), b"\xff" * 64):
        assert refusal(spoiled, certificate) is Reason.BAD_SIGNATURE
    assert refusal(signature, certificate, b"another text") is Reason.BAD_SIGNATURE
    assert refusal(signature[:-1], certificate) is Reason.MALFORMED
    assert [each for each in caplog.messages if "pure Python" in each] == caplog.messages
    assert len(caplog.messages) == 1, "said once, not at every signature"


@pytest.mark.usefixtures("no_engine")
@pytest.mark.parametrize("way", ["gost", "gost bare"])
def test_es_12_without_the_engine_a_message_is_judged_all_the_same(identities: Identities, way: str) -> None:
    signed = V1_WAYS[way](identities, TEXT)
    assert verify_cms(signed, TEXT, [identities.gost.der], NOW) == identities.gost.der
    with pytest.raises(SignatureRefused):
        verify_cms(signed, TEXT + b" ", [identities.gost.der], NOW)


@pytest.mark.usefixtures("no_engine")
def test_without_the_engine_rsa_is_what_it_was(identities: Identities, caplog: pytest.LogCaptureFixture) -> None:
    signed = V1_WAYS["rsa"](identities, TEXT)
    assert verify_cms(signed, TEXT, [identities.rsa.der], NOW) == identities.rsa.der
    assert not caplog.messages


@pytest.mark.parametrize("curve", ["A", "B", "C", "XA"])
def test_pure_python_and_the_engine_agree(curve: str) -> None:
    identity = gost_identity("Система на кривой", curve=curve)
    signature, key = identity.key.sign(TEXT), PurePythonKey(identity.key.public_key_info())
    assert key.verify(TEXT, signature)
    assert not key.verify(TEXT, signature[32:] + signature[:32])
