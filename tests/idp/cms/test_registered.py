"""A signature of a system is believed by the certificates registered for it, in every shape that a client of ESIA's writes."""

import contextlib
import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from asn1crypto import cms, core
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from ground.clock import as_datetime
from idp.cms.ber import to_der
from idp.cms.der import MAX_BYTES
from idp.cms.registered import verify_cms, verify_raw
from idp.cms.verdict import Reason, SignatureRefused
from tests.idp.cms.certifying import NOW, Signer, der, make_private
from tests.idp.cms.test_der import BOMBS, LONGEST_SECONDS
from tests.idp.esia.keys import BEGINS, ENDS, GostIdentity, RsaIdentity, gost_identity, rsa_identity
from tests.idp.esia.signing import V1_WAYS, Identities, own_identities
from tests.idp.openssl import OpenSsl

TEXT = b"openid fullname2026.11.22 20:15:53 +0000TESTIS7648d7bd-6369-4073-b545-90250f68025e"
OLD_GOST_DIGEST = "1.2.643.2.2.9"
OPTIONS = pkcs7.PKCS7Options
FUZZED = 400


@pytest.fixture(scope="session")
def identities() -> Identities:
    return own_identities()


@pytest.fixture(scope="session")
def rsa(identities: Identities) -> RsaIdentity:
    return identities.rsa


@pytest.fixture(scope="session")
def gost(identities: Identities) -> GostIdentity:
    return identities.gost


def refusal(signature: bytes, *certificates: bytes, text: bytes = TEXT, at: int = NOW) -> Reason:
    """Why a message is refused, which takes no longer than it may."""
    before = time.process_time()
    with pytest.raises(SignatureRefused) as refused:
        verify_cms(signature, text, certificates, at)
    assert time.process_time() - before < LONGEST_SECONDS
    return refused.value.reason


def raw_refusal(signature: bytes, certificate: bytes, *, text: bytes = TEXT, at: int = NOW, **options: bool) -> Reason:
    with pytest.raises(SignatureRefused) as refused:
        verify_raw(signature, text, certificate, at, **options)
    return refused.value.reason


def made(way: str, identities: Identities, text: bytes = TEXT) -> bytes:
    return V1_WAYS[way](identities, text)


def changed(message: bytes, change: Callable[[Any], None]) -> bytes:
    """The same message with something else in its signed data."""
    parsed = cms.ContentInfo.load(message)
    change(parsed["content"])
    return bytes(parsed.dump())


# What is believed


@pytest.mark.parametrize("way", V1_WAYS)
def test_every_way_of_signing_is_believed(identities: Identities, rsa: RsaIdentity, gost: GostIdentity, way: str) -> None:
    expected = identities.certificate(way)
    assert verify_cms(made(way, identities), TEXT, [rsa.der, gost.der], NOW) == expected


@pytest.mark.parametrize("way", V1_WAYS)
def test_every_way_of_signing_is_of_its_text_and_certificate_alone(identities: Identities, way: str) -> None:
    signature, own = made(way, identities), identities.certificate(way)
    others = own_identities("Другая система")
    assert refusal(signature, own, text=TEXT + b" ") in (Reason.WRONG_CONTENT, Reason.BAD_SIGNATURE)
    assert refusal(signature, others.certificate(way)) is Reason.UNTRUSTED
    assert refusal(signature) is Reason.UNTRUSTED, "nothing is registered"


@pytest.mark.parametrize(
    "options",
    [["-md", "sha384"], ["-md", "sha512"], ["-keyopt", "rsa_padding_mode:pss"], ["-keyid"], ["-cades"], ["-nocerts"]],
    ids=lambda options: " ".join(options),
)
def test_what_openssl_signs_with_rsa_is_believed(rsa_signer: Signer, openssl: OpenSsl, options: list[str]) -> None:
    assert verify_cms(_by_openssl(openssl, rsa_signer, *options), TEXT, [der(rsa_signer.certificate)], NOW)


def test_ecdsa_is_believed_too(signer: Signer) -> None:
    assert verify_cms(signer.sign(TEXT), TEXT, [der(signer.certificate)], NOW) == der(signer.certificate)


@pytest.mark.parametrize("curve", ["A", "B", "C", "XA"])
def test_es_12_every_curve_of_cryptopro_is_believed(curve: str) -> None:
    identity = gost_identity("Система на кривой", curve=curve)
    signed = made("gost", Identities(rsa_identity(), identity))
    assert verify_cms(signed, TEXT, [identity.der], NOW) == identity.der
    verify_raw(identity.key.sign(TEXT), TEXT, identity.der, NOW)


def test_message_without_certificate_finds_its_own_among_several(rsa: RsaIdentity, gost: GostIdentity) -> None:
    builder = pkcs7.PKCS7SignatureBuilder().set_data(TEXT).add_signer(rsa.certificate, rsa.private, hashes.SHA256())
    signed = builder.sign(serialization.Encoding.DER, [OPTIONS.DetachedSignature, OPTIONS.Binary, OPTIONS.NoCerts])
    assert verify_cms(signed, TEXT, [gost.der, own_identities("Другая система").rsa.der, rsa.der], NOW) == rsa.der


def test_two_certificates_of_one_name_and_serial_are_told_apart_by_the_key() -> None:
    """Systems that make their certificates themselves give every one of them the serial number 1."""
    one, other = (_self_made() for _ in range(2))
    registered = [der(one.certificate), der(other.certificate)]
    for somebody in (one, other):
        for options in ([], [OPTIONS.NoCerts]):
            signed = somebody.sign(TEXT, OPTIONS.DetachedSignature, OPTIONS.Binary, *options)
            assert verify_cms(signed, TEXT, registered, NOW) == der(somebody.certificate)


def test_digests_that_a_message_announces_are_not_asked(identities: Identities, gost: GostIdentity) -> None:
    """A client of CryptoPro JCP announces the digest of 1994, signs with that of 2012, and writes NULL wherever it can."""
    null = core.Null()

    def announce(signed_data: Any) -> None:
        signed_data["digest_algorithms"] = [{"algorithm": OLD_GOST_DIGEST, "parameters": null}]
        signer = signed_data["signer_infos"][0]
        signer["digest_algorithm"] = {"algorithm": "1.2.643.7.1.1.2.2", "parameters": null}
        signer["signature_algorithm"] = {"algorithm": "1.2.643.7.1.1.1.1", "parameters": null}

    signed = changed(made("gost bare", identities), announce)
    assert core.ObjectIdentifier(OLD_GOST_DIGEST).dump() in signed
    assert verify_cms(signed, TEXT, [gost.der], NOW) == gost.der


def test_name_of_the_issuer_may_be_written_in_another_type_of_text() -> None:
    latin = rsa_identity("Latin Name 1")
    signed = made("rsa bare", Identities(latin, gost_identity()))

    before, certificate, after = signed.partition(latin.der)
    as_utf8, as_printable = b"\x0c\x0cLatin Name 1", b"\x13\x0cLatin Name 1"
    assert after.count(as_utf8) == 1
    written = before + certificate + after.replace(as_utf8, as_printable)
    assert verify_cms(written, TEXT, [latin.der], NOW) == latin.der


def test_certificate_that_was_written_again_is_still_the_registered_one(identities: Identities, rsa: RsaIdentity) -> None:
    """Its signature is asked of nobody; another certificate of the same key is another certificate."""
    renewed = _self_made(rsa.private)

    def bring(certificate: bytes) -> Callable[[Any], None]:
        def change(signed_data: Any) -> None:
            parsed = cms.Certificate.load(certificate)
            parsed["signature_value"] = b"written otherwise"
            signed_data["certificates"] = cms.CertificateSet([cms.CertificateChoices({"certificate": parsed})])

        return change

    message = made("rsa", identities)
    assert verify_cms(changed(message, bring(rsa.der)), TEXT, [rsa.der], NOW) == rsa.der
    assert refusal(changed(message, bring(der(renewed.certificate))), rsa.der) is Reason.UNTRUSTED


def test_attributes_may_stand_in_another_order_than_they_were_signed_in(identities: Identities, rsa: RsaIdentity) -> None:
    message = made("rsa", identities)
    turned = _with_attributes_reversed(message)
    assert turned != message
    assert verify_cms(turned, TEXT, [rsa.der], NOW) == rsa.der


def test_ber_is_read_as_the_der_it_stands_for(identities: Identities, rsa: RsaIdentity) -> None:
    """Everything indefinite and the text in pieces, as a stream writes it."""
    message = made("rsa attached with attributes", identities)
    written = as_ber(message)
    assert written != message
    assert to_der(written) == message
    assert verify_cms(written, TEXT, [rsa.der], NOW) == rsa.der


@pytest.mark.parametrize("way", [way for way in V1_WAYS if "indefinite" not in way and "streamed" not in way])
def test_der_comes_back_byte_for_byte(identities: Identities, way: str) -> None:
    message = made(way, identities)
    assert to_der(message) == message


# What is refused


def test_signature_that_was_tampered_with_is_refused(identities: Identities, rsa: RsaIdentity, gost: GostIdentity) -> None:
    for way, certificate in (("rsa", rsa.der), ("rsa bare", rsa.der), ("gost", gost.der), ("gost bare", gost.der)):

        def spoil(signed_data: Any) -> None:
            signer = signed_data["signer_infos"][0]
            signature = bytearray(signer["signature"].native)
            signature[7] ^= 1
            signer["signature"] = bytes(signature)

        assert refusal(changed(made(way, identities), spoil), certificate) is Reason.BAD_SIGNATURE


def test_attached_text_must_be_the_one_that_is_expected(identities: Identities, rsa: RsaIdentity) -> None:
    signed = made("rsa attached", identities, text=b"another text")
    assert refusal(signed, rsa.der) is Reason.WRONG_CONTENT
    assert refusal(signed, rsa.der, text=b"") is Reason.WRONG_CONTENT


def test_certificate_is_good_to_its_last_second(identities: Identities, rsa: RsaIdentity, gost: GostIdentity) -> None:
    for way, certificate in (("rsa", rsa.der), ("gost", gost.der)):
        signed = made(way, identities)
        for moment in (BEGINS, ENDS):
            assert verify_cms(signed, TEXT, [certificate], moment) == certificate
        assert refusal(signed, certificate, at=BEGINS - 1) is Reason.NOT_YET_VALID
        assert refusal(signed, certificate, at=ENDS + 1) is Reason.EXPIRED
    assert raw_refusal(gost.key.sign(TEXT), gost.der, at=BEGINS - 1) is Reason.NOT_YET_VALID
    assert raw_refusal(gost.key.sign(TEXT), gost.der, at=ENDS + 1) is Reason.EXPIRED


@pytest.mark.parametrize("digest", ["md5", "sha1"])
def test_es_11_weak_digest_is_refused(rsa_signer: Signer, openssl: OpenSsl, digest: str) -> None:
    certificate = der(rsa_signer.certificate)
    for more in ([], ["-noattr"]):
        signed = _by_openssl(openssl, rsa_signer, "-md", digest, *more)
        assert refusal(signed, certificate) is Reason.WEAK_ALGORITHM


def test_es_11_gost_digest_of_1994_is_refused(identities: Identities, gost: GostIdentity) -> None:
    def weaken(signed_data: Any) -> None:
        signed_data["signer_infos"][0]["digest_algorithm"] = {"algorithm": OLD_GOST_DIGEST}

    for way in ("gost", "gost bare"):
        assert refusal(changed(made(way, identities), weaken), gost.der) is Reason.WEAK_ALGORITHM


def test_es_11_rsa_of_1024_bits_is_refused() -> None:
    weak = rsa_identity("Слабая система", bits=1024)
    signed = made("rsa bare", Identities(weak, gost_identity()))
    assert refusal(signed, weak.der) is Reason.WEAK_ALGORITHM
    raw = weak.private.sign(TEXT, padding.PKCS1v15(), hashes.SHA256())
    assert raw_refusal(raw, weak.der) is Reason.WEAK_ALGORITHM


@pytest.mark.parametrize(("algorithm", "word"), [("gost2012_512", "512 bits"), ("gost2001", "2001")])
def test_gost_key_of_another_kind_is_refused_in_words(openssl: OpenSsl, algorithm: str, word: str) -> None:
    openssl.made("other.key", "genpkey", "-algorithm", algorithm, "-pkeyopt", "paramset:A")
    request = ("req", "-x509", "-new", "-key", "other.key", "-subj", "/CN=Other", "-days", "3650", "-config", "openssl.cnf")
    openssl.made("other.pem", *request)
    certificate = openssl.made("other.der", "x509", "-in", "other.pem", "-outform", "DER")
    options = ("-binary", "-noattr", "-outform", "DER", "-signer", "other.pem", "-inkey", "other.key")
    signed = openssl.made("signed", "cms", "-sign", "-in", "text", *options, text=TEXT)
    at = int(time.time()) + 5  # the program dates by the machine's clock
    for attempt in (lambda: verify_cms(signed, TEXT, [certificate], at), lambda: verify_raw(bytes(64), TEXT, certificate, at)):
        with pytest.raises(SignatureRefused, match=word) as refused:
            attempt()
        assert refused.value.reason is Reason.UNSUPPORTED


def test_es_13_nothing_may_follow_a_message(identities: Identities, rsa: RsaIdentity) -> None:
    for way in ("rsa", "rsa indefinite"):
        message = made(way, identities)
        for more in (b"\x00", b"\x00\x00", b"\x05\x00", message):
            assert refusal(message + more, rsa.der) is Reason.MALFORMED
        assert refusal(message[:-1], rsa.der) is Reason.MALFORMED


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_es_13_nesting_bomb_is_refused_at_once(rsa: RsaIdentity, bomb: bytes) -> None:
    assert refusal(bomb, rsa.der) in (Reason.MALFORMED, Reason.TOO_LARGE)


@pytest.mark.parametrize(
    "bomb",
    [
        b"\x30\x80" * 5_000,
        b"\x30\x80" * 5_000 + b"\x00\x00" * 5_000,
        b"\x30\x80" + b"\x24\x80" * 5_000 + b"\x00\x00" * 5_001,
        b"\x30\x80" + b"\x04\x00" * 32_000 + b"\x00\x00",
        b"\x30\x83\x00\x00\x02\x04\x80",
        b"\x30\x80\x04\x80\x00\x00",
        b"\x30\x80\x24\x80\x02\x01\x00\x00\x00\x00\x00",
        b"\x30" + b"\x00" * MAX_BYTES,
    ],
    ids=["opened", "closed", "pieces of pieces", "many", "cut off", "primitive", "piece of another kind", "large"],
)
def test_es_13_ber_has_its_bounds(rsa: RsaIdentity, bomb: bytes) -> None:
    assert refusal(bomb, rsa.der) in (Reason.MALFORMED, Reason.TOO_LARGE)


def test_es_13_certificates_that_stand_there_twice(identities: Identities, rsa: RsaIdentity) -> None:
    """The same one twice says the same; one that is not registered beside it changes nothing; too many are refused."""
    other = own_identities("Другая система").rsa

    def bring(*brought: bytes) -> Callable[[Any], None]:
        def change(signed_data: Any) -> None:
            chosen = [cms.CertificateChoices({"certificate": cms.Certificate.load(each)}) for each in brought]
            signed_data["certificates"] = cms.CertificateSet(chosen)

        return change

    message = made("rsa", identities)
    assert verify_cms(changed(message, bring(rsa.der, rsa.der)), TEXT, [rsa.der], NOW) == rsa.der
    assert verify_cms(changed(message, bring(other.der, rsa.der)), TEXT, [rsa.der], NOW) == rsa.der
    assert refusal(changed(message, bring(other.der)), rsa.der, other.der) is Reason.UNTRUSTED, "it brings another than it means"
    assert refusal(changed(message, bring(*[rsa.der] * 5)), rsa.der) is Reason.MALFORMED


def test_one_signs_and_nobody_else(identities: Identities, rsa: RsaIdentity) -> None:
    def signers(count: int) -> Callable[[Any], None]:
        def change(signed_data: Any) -> None:
            only = signed_data["signer_infos"][0]
            signed_data["signer_infos"] = cms.SignerInfos([only.copy() for _ in range(count)])

        return change

    message = made("rsa", identities)
    assert refusal(changed(message, signers(2)), rsa.der) is Reason.SEVERAL_SIGNERS
    assert refusal(changed(message, signers(0)), rsa.der) is Reason.NO_SIGNER


@pytest.mark.parametrize(
    ("name", "value"), [("content_type", "1.2.840.113549.1.7.2"), ("message_digest", b"\x00" * 32)], ids=["type", "digest"]
)
def test_attributes_must_speak_of_the_text(identities: Identities, rsa: RsaIdentity, name: str, value: Any) -> None:
    def lie(signed_data: Any) -> None:
        attributes = signed_data["signer_infos"][0]["signed_attrs"]
        for attribute in attributes:
            if attribute["type"].native == name:
                attribute["values"] = [value]

    expected = Reason.MALFORMED if name == "content_type" else Reason.WRONG_CONTENT
    assert refusal(changed(made("rsa", identities), lie), rsa.der) is expected


def test_attributes_that_do_not_say_what_was_signed_are_refused(identities: Identities, rsa: RsaIdentity) -> None:
    def forget(signed_data: Any) -> None:
        signer = signed_data["signer_infos"][0]
        kept = [each for each in signer["signed_attrs"] if each["type"].native != "message_digest"]
        signer["signed_attrs"] = cms.CMSAttributes(kept)

    assert refusal(changed(made("rsa", identities), forget), rsa.der) is Reason.MALFORMED


def test_signed_attributes_are_not_passed_off_as_a_text(identities: Identities, rsa: RsaIdentity) -> None:
    """What is signed where there are attributes is their SET: taken for the text, it would be well signed (RFC 5652, 11)."""
    attributes: list[bytes] = []

    def strip(signed_data: Any) -> None:
        signer = signed_data["signer_infos"][0]
        attributes.append(b"\x31" + signer["signed_attrs"].dump()[1:])
        signed_data["signer_infos"] = cms.SignerInfos(
            [{name: signer[name] for name in ("version", "sid", "digest_algorithm", "signature_algorithm", "signature")}]
        )

    stripped = changed(made("rsa", identities), strip)
    rsa.private.public_key().verify(
        cms.ContentInfo.load(stripped)["content"]["signer_infos"][0]["signature"].native,
        attributes[0], padding.PKCS1v15(), hashes.SHA256(),
    )  # fmt: skip
    assert refusal(stripped, rsa.der, text=attributes[0]) is Reason.MALFORMED


# Raw signatures


def test_raw_signature_of_gost_is_s_and_r_and_nothing_else(gost: GostIdentity, identities: Identities) -> None:
    signature = gost.key.sign(TEXT)
    verify_raw(signature, TEXT, gost.der, NOW)
    verify_raw(signature, TEXT, gost.der, NOW, takes_rsa=False)
    assert raw_refusal(signature, gost.der, text=b"another text") is Reason.BAD_SIGNATURE
    assert raw_refusal(signature[::-1], gost.der) is Reason.BAD_SIGNATURE, "CryptoPro CSP returns it reversed"
    assert raw_refusal(signature[32:] + signature[:32], gost.der) is Reason.BAD_SIGNATURE
    for wrong in (b"", signature[:-1], signature + b"\x00", made("gost", identities)):
        assert raw_refusal(wrong, gost.der) is Reason.MALFORMED
    assert raw_refusal(bytes(64), gost.der) is Reason.BAD_SIGNATURE
    assert raw_refusal(b"\xff" * 64, gost.der) is Reason.BAD_SIGNATURE


def test_raw_signature_of_rsa_is_taken_where_it_may_be(rsa: RsaIdentity, signer: Signer) -> None:
    signature = rsa.private.sign(TEXT, padding.PKCS1v15(), hashes.SHA256())
    verify_raw(signature, TEXT, rsa.der, NOW)
    assert raw_refusal(signature, rsa.der, takes_rsa=False) is Reason.UNSUPPORTED
    assert raw_refusal(signature, rsa.der, text=b"another text") is Reason.BAD_SIGNATURE
    assert raw_refusal(signature[1:], rsa.der) is Reason.MALFORMED
    assert raw_refusal(bytes(64), der(signer.certificate)) is Reason.UNSUPPORTED, "a curve of NIST"


# Whatever comes


def test_es_13_whatever_comes_is_refused_and_never_a_fault(identities: Identities, rsa: RsaIdentity, gost: GostIdentity) -> None:
    chance, registered = random.Random(7), [rsa.der, gost.der]  # noqa: S311 - the same every time
    good = [made(way, identities) for way in ("rsa", "rsa bare", "rsa attached", "rsa indefinite", "gost", "gost bare")]
    good.append(as_ber(good[2]))
    for _ in range(FUZZED):
        message = bytearray(chance.choice(good))
        for _ in range(chance.choice((1, 1, 1, 2, 8))):
            message[chance.randrange(len(message))] ^= 1 << chance.randrange(8)
        _judge(bytes(message), registered)
        _judge(bytes(message[: chance.randrange(len(message))]), registered)
        _judge(chance.randbytes(chance.randrange(200)), registered)
        _judge(b"\x30\x80" + chance.randbytes(chance.randrange(60)), registered)


def test_whatever_comes_raw_is_refused_and_never_a_fault(rsa: RsaIdentity, gost: GostIdentity) -> None:
    chance, signature = random.Random(8), gost.key.sign(TEXT)  # noqa: S311 - the same every time
    for bit in range(512):
        spoiled = bytearray(signature)
        spoiled[bit // 8] ^= 1 << bit % 8
        assert raw_refusal(bytes(spoiled), gost.der) is Reason.BAD_SIGNATURE
    for _ in range(FUZZED):
        noise = chance.randbytes(chance.choice((0, 1, 63, 64, 64, 65, 256, 256)))
        for certificate in (rsa.der, gost.der, noise):
            assert raw_refusal(noise, certificate) in (Reason.BAD_SIGNATURE, Reason.MALFORMED)


def _judge(message: bytes, registered: list[bytes]) -> None:
    with contextlib.suppress(SignatureRefused):
        assert verify_cms(message, TEXT, registered, NOW) in registered


# Builders


def as_ber(message: bytes) -> bytes:
    """The same message as a stream writes it: no lengths, and octet strings in pieces of ten bytes."""
    tag, content = message[0], _content(message)
    if tag == 0x04 and len(content) > 10:
        pieces = [content[start : start + 10] for start in range(0, len(content), 10)]
        return b"\x24\x80" + b"".join(bytes((4, len(piece))) + piece for piece in pieces) + b"\x00\x00"
    if not tag & 0x20:
        return message
    return bytes((tag, 0x80)) + b"".join(map(as_ber, _parts(content))) + b"\x00\x00"


def _parts(content: bytes) -> list[bytes]:
    parts = []
    while content:
        size = len(content) - len(_after(content))
        parts.append(content[:size])
        content = content[size:]
    return parts


def _content(element: bytes) -> bytes:
    start, length = _extent(element)
    return element[start : start + length]


def _after(data: bytes) -> bytes:
    start, length = _extent(data)
    return data[start + length :]


def _extent(data: bytes) -> tuple[int, int]:
    if data[1] < 0x80:
        return 2, data[1]
    width = data[1] & 0x7F
    return 2 + width, int.from_bytes(data[2 : 2 + width], "big")


def _with_attributes_reversed(message: bytes) -> bytes:
    """The signed attributes in another order; lengths stay as they are."""
    signer = cms.ContentInfo.load(message)["content"]["signer_infos"][0]
    written = signer["signed_attrs"].dump()
    header = len(written) - len(_content(written))
    turned = written[:header] + b"".join(reversed(_parts(_content(written))))
    assert message.count(written) == 1
    return message.replace(written, turned)


def _self_made(private: Any = None) -> Signer:
    private, name = private or make_private("rsa"), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Система")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key()).serial_number(1)
    builder = builder.not_valid_before(as_datetime(BEGINS)).not_valid_after(as_datetime(ENDS))
    return Signer(builder.sign(private, hashes.SHA256()), private)


def _by_openssl(openssl: OpenSsl, signer: Signer, *options: str) -> bytes:
    certificate, key = signer.pem()
    command = ("cms", "-sign", "-binary", "-in", "text", "-signer", "signer", "-inkey", "key", "-outform", "DER")
    return openssl.made("signature", *command, *options, text=TEXT, signer=certificate, key=key)
