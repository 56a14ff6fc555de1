"""A test in any language gets certificates and signatures of people from the control plane."""

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from idp.authority.judging import verify_signature
from idp.authority.signing import sign
from idp.cms.verdict import Reason, SignatureRefused
from tests.idp.control.conftest import Control
from tests.idp.stand import Stand

VERA = "vera@example.test"
TEXT = "Вход\n".encode()


def verdict(stand: Stand, signature: bytes) -> str:
    """СНИЛС of the signer, or why not."""
    try:
        return verify_signature(stand.realm, signature, TEXT).snils or "nobody"
    except SignatureRefused as refused:
        return refused.reason.value


def signed_with(made: dict[str, str]) -> bytes:
    certificate = x509.load_pem_x509_certificate(made["certificate"].encode())
    return sign(TEXT, certificate.public_bytes(serialization.Encoding.DER), made["private_key"].encode())


@pytest.mark.parametrize("algorithm", ["rsa", "ec", "gost256", "gost512"])
def test_certificate_signs_for_its_person(stand: Stand, control: Control, algorithm: str) -> None:
    made = control.post("/certificates", person=VERA, algorithm=algorithm)
    assert made["algorithm"] == algorithm
    assert verdict(stand, signed_with(made)) == "000-000-017 00"


def test_container_and_pem_hold_the_same(control: Control) -> None:
    made = control.post("/certificates", person=VERA)
    key, certificate, _ = pkcs12.load_key_and_certificates(base64.b64decode(made["pkcs12"]), made["password"].encode())
    assert certificate == x509.load_pem_x509_certificate(made["certificate"].encode())
    assert key is not None
    assert key.public_key() == serialization.load_pem_private_key(made["private_key"].encode(), None).public_key()


def test_r057_certificate_is_made_as_a_test_wants_it(stand: Stand, control: Control) -> None:
    now = stand.clock.now()
    wishes: list[tuple[dict[str, object], str]] = [
        ({"not_before": now - 10, "not_after": now - 1}, Reason.EXPIRED),
        ({"not_before": now + 1}, Reason.NOT_YET_VALID),
        ({"for_sign_in": False}, Reason.WRONG_USAGE),
        ({"snils": None}, "nobody"),
        ({"snils": "000-000-018 00"}, "000-000-018 00"),
    ]
    for wish, expected in wishes:
        assert verdict(stand, signed_with(control.post("/certificates", person=VERA, **wish))) == expected, wish


def test_r057_certificate_is_revoked_by_its_serial_number_in_any_spelling(stand: Stand, control: Control) -> None:
    for spell in (str, str.upper, lambda serial: serial.zfill(42)):
        made = control.post("/certificates", person=VERA)
        for _ in range(2):
            control.post(f"/certificates/{spell(made['serial'])}/revoke")
        assert verdict(stand, signed_with(made)) == Reason.REVOKED


def test_stand_signs_as_a_person(stand: Stand, control: Control) -> None:
    made = control.post("/certificates/sign", person=VERA, content=base64.b64encode(TEXT).decode())
    signature = base64.b64decode(made["signature"])
    assert verdict(stand, signature) == "000-000-017 00"
    assert f"{x509.load_pem_x509_certificate(made['certificate'].encode()).serial_number:x}" == made["serial"]
    control.post(f"/certificates/{made['serial']}/revoke")
    assert verdict(stand, signature) == Reason.REVOKED


def test_what_cannot_be_done_is_a_problem(control: Control, stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    assert control.refused("POST", "/certificates", {"person": "nobody"}) == (404, "person_unknown")
    assert control.refused("POST", "/certificates/sign", {"person": "nobody", "content": ""}) == (404, "person_unknown")
    assert control.refused("POST", "/certificates", {"person": VERA, "snils": "112-233-445 00"}) == (422, "body_invalid")
    assert control.refused("POST", "/certificates", {"person": VERA, "not_after": 5}) == (422, "body_invalid")
    for serial in ("17", "xyz", "0", "f" * 50):
        assert control.refused("POST", f"/certificates/{serial}/revoke") == (404, "certificate_unknown")
    monkeypatch.setattr("idp.cms.openssl._program", lambda: None)
    assert control.refused("POST", "/certificates", {"person": VERA, "algorithm": "gost256"}) == (409, "algorithm_unavailable")


def test_certificates_of_a_removed_person_are_worth_nothing(stand: Stand, control: Control) -> None:
    made = control.post("/certificates", person=VERA)
    control.done(control.ask("DELETE", f"/people/{stand.citizen(VERA)}"))
    assert verdict(stand, signed_with(made)) == Reason.REVOCATION_UNKNOWN


def test_certificates_do_not_outlive_a_reset(stand: Stand, control: Control) -> None:
    made = control.post("/certificates", person=VERA)
    control.post(f"/certificates/{made['serial']}/revoke")
    control.post("/reset")
    assert verdict(stand, signed_with(made)) == Reason.REVOCATION_UNKNOWN


def test_journal_says_who_issued_and_revoked(stand: Stand, control: Control) -> None:
    made = control.post("/certificates", person=VERA)
    control.post(f"/certificates/{made['serial']}/revoke")
    issued, revoked = stand.events()[-2:]
    assert (issued["action"], issued["actor"]) == ("certificate.issued", "operator:control plane")
    assert issued["object"] == f"citizen:{stand.citizen(VERA)}"
    assert (revoked["action"], revoked["object"]) == ("certificate.revoked", f"certificate:{made['serial']}")
