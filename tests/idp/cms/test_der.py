"""Whatever is uploaded in the place of a signature is refused in no time, by a reason and never by a fault."""

import base64
import random
import time

import pytest
from asn1crypto import cms

from idp.cms.der import MAX_BYTES, check_der, unwrap
from idp.cms.detached_signature import verify
from idp.cms.verdict import Reason, SignatureRefused
from tests.idp.cms.certifying import NOW, TEXT, Authority, Signer

LONGEST_SECONDS = 0.2


def refusal(signature: bytes, authority: Authority) -> Reason:
    """Why it is refused, which takes no longer than it may."""
    before = time.process_time()
    with pytest.raises(SignatureRefused) as refused:
        verify(signature, TEXT, authority.trust(), NOW)
    assert time.process_time() - before < LONGEST_SECONDS
    return refused.value.reason


def nested(tag: int, depth: int) -> bytes:
    """Elements within elements, the lengths right."""
    made = b""
    for _ in range(depth):
        length = len(made)
        header = bytes([length]) if length < 128 else bytes([0x83]) + length.to_bytes(3, "big")
        made = bytes([tag]) + header + made
    return made


BOMBS = {
    "definite": nested(0x30, 12_000),
    "shortest lengths": nested(0x30, 40),
    "indefinite": b"\x30\x80" * 30_000,
    "sets": nested(0x31, 12_000),
    "many elements": b"\x30\x83\x00\xff\x00" + b"\x05\x00" * 32_640,
    "high tags": b"\x30\x82\x10\x00" + b"\x3f\xff\xff\xff\x7f\x00" * 682 + b"\x05\x00\x05\x00",
    "spaces in armour": b"-----BEGIN CMS-----" + b" " * 100_000,
    "spaces before armour": b" " * 100_000 + b"!",
    "length of lengths": b"\x30\xff" + b"\xff" * 127,
    "length beyond all": b"\x30\x84\xff\xff\xff\xff",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_nesting_bomb_is_refused_at_once(authority: Authority, bomb: bytes) -> None:
    assert len(bomb) <= MAX_BYTES * 2
    assert refusal(bomb, authority) in (Reason.MALFORMED, Reason.TOO_LARGE)


@pytest.mark.parametrize("text", [b"", b"0", b"\x30\x00", b"hello", b"\xff" * 100, b"=" * 9, "йцукен".encode()])
def test_what_is_no_signature_is_malformed(authority: Authority, text: bytes) -> None:
    assert refusal(text, authority) is Reason.MALFORMED


def test_signature_may_have_so_many_bytes(authority: Authority) -> None:
    assert refusal(b"\x30" + b"\x00" * MAX_BYTES, authority) is Reason.TOO_LARGE
    assert refusal(b"A" * (4 * MAX_BYTES), authority) is Reason.TOO_LARGE
    assert refusal(base64.b64encode(b"\x30" * (MAX_BYTES + 1)), authority) is Reason.TOO_LARGE


def test_pem_and_base64_are_the_same_signature(authority: Authority, signer: Signer) -> None:
    signature = signer.sign()
    lines = base64.encodebytes(signature)
    spellings = [signature, lines, base64.b64encode(signature), b"\r\n" + lines.replace(b"\n", b"\r\n") + b"\r\n"]
    spellings += [b"-----BEGIN %b-----\n%b-----END %b-----\n" % (label, lines, label) for label in (b"CMS", b"PKCS7")]
    for spelling in spellings:
        assert unwrap(spelling) == signature
        assert verify(spelling, TEXT, authority.trust(), NOW)
    other_label = b"-----BEGIN CERTIFICATE-----\n%b-----END CERTIFICATE-----\n" % lines
    assert refusal(other_label, authority) is Reason.MALFORMED


def test_same_content_in_other_bytes_is_refused(authority: Authority, signer: Signer) -> None:
    """What DER forbids: a longer length than needed, an indefinite one, something before or behind."""
    signature = signer.sign()
    assert signature[:2] == b"\x30\x82"
    body = signature[4:]
    spellings = {
        "longer length": b"\x30\x83\x00" + signature[2:4] + body,
        "indefinite length": b"\x30\x80" + body + b"\x00\x00",
        "something behind": signature + b"\x00",
        "twice": signature * 2,
        "cut off": signature[:-1],
        "primitive": b"\x10" + signature[1:],
    }
    for name, spelling in spellings.items():
        assert refusal(spelling, authority) is Reason.MALFORMED, name


def test_signature_that_is_cut_off_anywhere_is_refused(authority: Authority, signer: Signer) -> None:
    signature = signer.sign()
    for end in range(0, len(signature), 7):
        assert refusal(signature[:end], authority) is Reason.MALFORMED


@pytest.mark.parametrize("flip", [0x01, 0x80])
def test_one_bit_changes_everything_or_nothing(authority: Authority, signer: Signer, flip: int) -> None:
    """Some bytes carry nothing, such as a version; what comes through still tells of the same signer."""
    signature = signer.sign()
    for place in range(0, len(signature), 5):
        changed = bytearray(signature)
        changed[place] ^= flip
        try:
            verified = verify(bytes(changed), TEXT, authority.trust(), NOW)
        except SignatureRefused:
            continue
        assert verified.serial == f"{signer.serial:x}"
        assert verified.snils == "000-000-017 00"


def test_chaos_is_never_a_fault(authority: Authority, signer: Signer) -> None:
    """Pieces of a good signature cut out, doubled and overwritten, with the lengths mended by chance at most."""
    chance, signature = random.Random(17), signer.sign()  # noqa: S311 - the same chaos every time
    for _ in range(400):
        changed = bytearray(signature)
        for _ in range(chance.randint(1, 4)):
            start = chance.randrange(len(changed))
            piece = changed[start : start + chance.randint(1, 40)]
            at = chance.randrange(len(changed))
            changed[at : at + chance.choice([0, len(piece)])] = piece
        if bytes(changed) != signature:
            with pytest.raises(SignatureRefused):
                verify(bytes(changed), TEXT, authority.trust(), NOW)


@pytest.mark.parametrize("serial", [0, -5, -(2**100), 2**160], ids=["zero", "negative", "very negative", "too long"])
def test_serial_number_that_no_authority_may_give_is_refused(authority: Authority, signer: Signer, serial: int) -> None:
    message = cms.ContentInfo.load(signer.sign())
    signed_data = message["content"]
    for holder in (signed_data["certificates"][0].chosen["tbs_certificate"], signed_data["signer_infos"][0]["sid"].chosen):
        holder["serial_number"] = serial
    assert refusal(message.dump(force=True), authority) is Reason.MALFORMED


def test_what_our_library_writes_is_der(signer: Signer, rsa_signer: Signer) -> None:
    for each in (signer, rsa_signer):
        check_der(each.sign())
