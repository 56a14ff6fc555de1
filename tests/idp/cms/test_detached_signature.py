"""A detached signature is believed only when everything about it is right, and every refusal says its own reason."""

import hashlib
import logging
import time
from dataclasses import replace
from typing import Any

import pytest
from asn1crypto import cms, crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, x448
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ground.clock import as_datetime
from idp.cms.detached_signature import verify
from idp.cms.verdict import Reason, SignatureRefused, Trust, VerifiedSigner
from tests.idp.cms.certifying import DAY, NOW, TEXT, Authority, Signer, der, make_authority, make_private
from tests.idp.openssl import OpenSsl

NAME = ((NameOID.COMMON_NAME, "Учебный удостоверяющий центр"),)
SIGN = ("cms", "-sign", "-binary", "-in", "text", "-signer", "signer", "-inkey", "key", "-outform", "DER")


def refusal(signature: bytes, trust: Trust, *, text: bytes = TEXT, at: int = NOW) -> Reason:
    with pytest.raises(SignatureRefused) as refused:
        verify(signature, text, trust, at)
    assert "Ромашкина" not in refused.value.detail, "the operator's journal names nobody"
    return refused.value.reason


def signed_by(openssl: OpenSsl, signer: Signer, *options: str, text: bytes = TEXT) -> bytes:
    """What OpenSSL makes of it."""
    certificate, key = signer.pem()
    return openssl.made("signature", *SIGN, *options, text=text, signer=certificate, key=key)


def test_signer_is_told_as_the_certificate_says(authority: Authority, signer: Signer) -> None:
    assert verify(signer.sign(), TEXT, authority.trust(), NOW) == VerifiedSigner(
        snils="000-000-017 00",
        inn="000000001773",
        ogrn=None,
        name="Ромашкина Вера Тимофеевна",
        serial=f"{signer.serial:x}",
        not_after=NOW + 365 * 24 * 3600,
        algorithm="ecdsa-sha256",
        certificate=der(signer.certificate),
    )


@pytest.mark.parametrize(
    ("kind", "options", "algorithm"),
    [
        ("rsa", [], "rsa-sha256"),
        ("rsa", ["-md", "sha512"], "rsa-sha512"),
        ("rsa", ["-keyopt", "rsa_padding_mode:pss"], "rsa-pss-sha256"),
        ("rsa", ["-keyid"], "rsa-sha256"),
        ("rsa", ["-cades"], "rsa-sha256"),
        ("ec", [], "ecdsa-sha256"),
        ("ec-384", ["-md", "sha384"], "ecdsa-sha384"),
    ],
    ids=["rsa", "sha512", "pss", "signer by key", "cades", "p-256", "p-384"],
)
def test_what_openssl_signs_is_believed(
    authority: Authority, rsa_signer: Signer, openssl: OpenSsl, kind: str, options: list[str], algorithm: str
) -> None:
    somebody = rsa_signer if kind == "rsa" else authority.certify(make_private(kind))
    assert verify(signed_by(openssl, somebody, *options), TEXT, authority.trust(), NOW).algorithm == algorithm


def test_ed25519_is_believed(authority: Authority) -> None:
    """Neither OpenSSL 3.0 nor our library signs CMS with it, so the message is put together by hand (RFC 8419)."""
    somebody = authority.certify(make_private("ed25519"))
    certificate = asn1_x509.Certificate.load(der(somebody.certificate))
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "message_digest", "values": [hashlib.sha512(TEXT).digest()]},
        ]
    )
    signer_info = {
        "version": "v1",
        "sid": {"issuer_and_serial_number": {"issuer": certificate.issuer, "serial_number": certificate.serial_number}},
        "digest_algorithm": {"algorithm": "sha512"},
        "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": "ed25519"},
        "signature": somebody.private.sign(attributes.dump()),
    }
    signed_data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha512"}],
            "encap_content_info": {"content_type": "data"},
            "certificates": [certificate],
            "signer_infos": [signer_info],
        }
    )
    message = cms.ContentInfo({"content_type": "signed_data", "content": signed_data}).dump()
    assert verify(message, TEXT, authority.trust(), NOW).algorithm == "ed25519"
    assert refusal(message, authority.trust(), text=b"another text") is Reason.WRONG_CONTENT


def test_r057_changed_text_is_refused(authority: Authority, signer: Signer) -> None:
    signature = signer.sign()
    for text in (TEXT + b" ", TEXT[:-1], TEXT.replace(b"\n", b"\r\n"), b""):
        assert refusal(signature, authority.trust(), text=text) is Reason.WRONG_CONTENT


def test_r057_certificate_is_refused_outside_its_dates(authority: Authority, signer: Signer) -> None:
    first, last = NOW - 24 * 3600, NOW + 365 * 24 * 3600
    for at, expected in ((first - 1, Reason.NOT_YET_VALID), (first, None), (last, None), (last + 1, Reason.EXPIRED)):
        trust = replace(authority.trust(), revocation_lists=(authority.revocation_list(at=at),))
        if expected is None:
            assert verify(signer.sign(), TEXT, trust, at)
        else:
            assert refusal(signer.sign(), trust, at=at) is expected


def test_r057_revoked_certificate_is_refused(authority: Authority, signer: Signer) -> None:
    assert refusal(signer.sign(), authority.trust(signer.serial)) is Reason.REVOKED


def test_r057_revoked_certificate_that_names_no_list_is_refused_too(authority: Authority) -> None:
    """The softer modes of the library trust it."""
    quiet = authority.certify(make_private("ec"), names_its_sources=False)
    assert verify(quiet.sign(), TEXT, authority.trust(), NOW)
    assert refusal(quiet.sign(), authority.trust(quiet.serial)) is Reason.REVOKED


def test_r057_foreign_authority_is_refused_whatever_its_name(authority: Authority, stranger: Authority) -> None:
    somebody = stranger.certify(make_private("ec"))
    assert refusal(somebody.sign(), authority.trust()) is Reason.UNTRUSTED
    assert refusal(somebody.sign(beside=(stranger.signer.certificate,)), authority.trust()) is Reason.UNTRUSTED


def test_r057_certificate_that_signed_itself_is_refused(authority: Authority) -> None:
    private = make_private("ec")
    itself = Authority(Signer(authority.signer.certificate, private)).certify(private)
    assert refusal(itself.sign(), authority.trust()) is Reason.UNTRUSTED


def test_certificate_of_a_citizen_is_no_authority(authority: Authority, signer: Signer) -> None:
    minted = Authority(signer).certify(make_private("ec"))
    trust = authority.trust(intermediates=(der(signer.certificate),))
    assert refusal(minted.sign(beside=(signer.certificate,)), trust) is Reason.UNTRUSTED


def test_what_is_not_known_of_revocation_is_refused(authority: Authority, stranger: Authority, signer: Signer) -> None:
    stale = authority.revocation_list(at=NOW - 2 * 24 * 3600)
    for lists in ((), (stale,), (stranger.revocation_list(),)):
        assert refusal(signer.sign(), authority.trust(revocation_lists=lists)) is Reason.REVOCATION_UNKNOWN


def test_ocsp_alone_is_enough_and_its_word_counts_against_a_list(authority: Authority, signer: Signer) -> None:
    def said(status: ocsp.OCSPCertStatus, **more: Any) -> Trust:
        return authority.trust(ocsp_responses=(authority.response(signer, status),), **more)

    assert verify(signer.sign(), TEXT, said(ocsp.OCSPCertStatus.GOOD, revocation_lists=()), NOW)
    assert refusal(signer.sign(), said(ocsp.OCSPCertStatus.REVOKED)) is Reason.REVOKED
    assert refusal(signer.sign(), said(ocsp.OCSPCertStatus.UNKNOWN)) is Reason.REVOCATION_UNKNOWN


def test_ocsp_response_that_says_nothing_changes_nothing(authority: Authority, signer: Signer, rsa_signer: Signer) -> None:
    unable = der(ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER))
    of_another = authority.response(rsa_signer, ocsp.OCSPCertStatus.UNKNOWN)
    assert verify(signer.sign(), TEXT, authority.trust(ocsp_responses=(of_another,)), NOW)
    assert verify(signer.sign(), TEXT, authority.trust(ocsp_responses=(unable,)), NOW)


def test_ocsp_response_of_a_stranger_is_not_enough(authority: Authority, stranger: Authority, signer: Signer) -> None:
    trust = authority.trust(revocation_lists=(), ocsp_responses=(stranger.response(signer, ocsp.OCSPCertStatus.GOOD),))
    assert refusal(signer.sign(), trust) is Reason.REVOCATION_UNKNOWN


def test_authority_between_that_cannot_have_signed_so_is_refused(authority: Authority) -> None:
    """An RSA signature that an EC key is said to have made."""
    beneath = make_authority("Выпускающий центр", above=authority)
    person = beneath.certify(make_private("ec"))
    message = cms.ContentInfo.load(person.sign(beside=(beneath.signer.certificate,)))
    for each in message["content"]["certificates"]:
        if each.chosen.subject.native["common_name"] == "Выпускающий центр":
            for part in (each.chosen["signature_algorithm"], each.chosen["tbs_certificate"]["signature"]):
                part["algorithm"] = "sha256_rsa"
    both = (authority.revocation_list(), beneath.revocation_list())
    refused = refusal(message.dump(force=True), authority.trust(revocation_lists=both))
    assert refused in (Reason.MALFORMED, Reason.UNTRUSTED, Reason.WEAK_ALGORITHM)


def test_authority_beneath_the_root_is_judged_like_the_signer(authority: Authority) -> None:
    beneath = make_authority("Выпускающий центр", above=authority)
    signature = beneath.certify(make_private("ec")).sign(beside=(beneath.signer.certificate,))
    both = (authority.revocation_list(), beneath.revocation_list())
    assert verify(signature, TEXT, authority.trust(revocation_lists=both), NOW)
    gone = (authority.revocation_list(beneath.signer.serial), beneath.revocation_list())
    assert refusal(signature, authority.trust(revocation_lists=gone)) is Reason.REVOKED
    assert refusal(signature, authority.trust(revocation_lists=both[:1])) is Reason.REVOCATION_UNKNOWN


def test_lm_37_certificate_for_other_purposes_is_refused_where_that_is_asked(authority: Authority) -> None:
    mail = authority.certify(make_private("ec"), purposes=(ExtendedKeyUsageOID.EMAIL_PROTECTION,))
    assert refusal(mail.sign(), authority.trust()) is Reason.WRONG_USAGE
    assert verify(mail.sign(), TEXT, authority.trust(needs_client_authentication=False), NOW)
    for purposes in ((), (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)):
        assert verify(authority.certify(make_private("ec"), purposes=purposes).sign(), TEXT, authority.trust(), NOW)


def test_lm_37_certificate_under_another_policy_is_refused_where_that_is_asked(authority: Authority, signer: Signer) -> None:
    qualified = authority.certify(make_private("ec"), policy="1.2.643.100.113.1")
    asks = authority.trust(needs_policy="1.2.643.100.113.1")
    assert verify(qualified.sign(), TEXT, asks, NOW)
    assert refusal(qualified.sign(), authority.trust(needs_policy="1.2.643.100.113.2")) is Reason.WRONG_USAGE
    assert refusal(signer.sign(), asks) is Reason.WRONG_USAGE


@pytest.mark.parametrize("signs", [False, None], ids=["not for signatures", "for nothing"])
def test_lm_37_key_that_is_not_for_signatures_is_refused(authority: Authority, signs: bool | None) -> None:
    assert refusal(authority.certify(make_private("ec"), signs=signs).sign(), authority.trust()) is Reason.WRONG_USAGE


def test_authority_itself_does_not_sign_in(authority: Authority) -> None:
    both = authority.certify(make_private("ec"), is_authority=True)
    assert refusal(both.sign(), authority.trust()) is Reason.WRONG_USAGE


def test_signature_by_another_key_is_refused(authority: Authority, signer: Signer) -> None:
    """The certificate of a victim beside a signature of one's own."""
    assert refusal(Signer(signer.certificate, make_private("ec")).sign(), authority.trust()) is Reason.BAD_SIGNATURE
    broken = bytearray(signer.sign())
    broken[-1] ^= 1
    assert refusal(bytes(broken), authority.trust()) in (Reason.BAD_SIGNATURE, Reason.MALFORMED)


def test_signed_attributes_of_another_text_do_not_fit(authority: Authority, signer: Signer) -> None:
    """Whoever writes the right digest into somebody else's signature breaks it."""
    other = signer.sign(b"another text")
    forged = other.replace(hashlib.sha256(b"another text").digest(), hashlib.sha256(TEXT).digest())
    assert forged != other
    assert refusal(forged, authority.trust()) is Reason.BAD_SIGNATURE


def test_time_of_the_signer_is_not_believed(authority: Authority, signer: Signer) -> None:
    """OpenSSL and our library write the machine's own time into a signature; the moment that counts is the one handed in."""
    at = NOW + 400 * 24 * 3600
    trust = authority.trust(revocation_lists=(authority.revocation_list(at=at),))
    assert refusal(signer.sign(), trust, at=at) is Reason.EXPIRED


def test_several_signers_are_refused(authority: Authority, signer: Signer, rsa_signer: Signer) -> None:
    builder = pkcs7.PKCS7SignatureBuilder().set_data(TEXT)
    for each in (signer, rsa_signer):
        builder = builder.add_signer(each.certificate, each.private, hashes.SHA256())
    two = builder.sign(pkcs7.serialization.Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])
    assert refusal(two, authority.trust()) is Reason.SEVERAL_SIGNERS


def test_nobody_and_nobody_known_are_refused(authority: Authority, signer: Signer, openssl: OpenSsl) -> None:
    certificates_only = pkcs7.serialize_certificates([signer.certificate], pkcs7.serialization.Encoding.DER)
    assert refusal(certificates_only, authority.trust()) is Reason.NO_SIGNER
    assert refusal(signed_by(openssl, signer, "-nocerts"), authority.trust()) is Reason.NO_SIGNER
    without = signer.sign(TEXT, pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCerts)
    assert refusal(without, authority.trust()) is Reason.NO_SIGNER


def test_text_inside_the_signature_is_refused(authority: Authority, signer: Signer) -> None:
    assert refusal(signer.sign(TEXT, pkcs7.PKCS7Options.Binary), authority.trust()) is Reason.ATTACHED


def test_signature_without_signed_attributes_is_refused(authority: Authority, signer: Signer) -> None:
    plain = signer.sign(TEXT, pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoAttributes)
    assert refusal(plain, authority.trust()) is Reason.MALFORMED


def test_weak_algorithms_are_refused(authority: Authority, rsa_signer: Signer, openssl: OpenSsl) -> None:
    short = authority.certify(make_private("rsa-1024"))
    assert refusal(signed_by(openssl, short), authority.trust()) is Reason.WEAK_ALGORITHM
    for digest in ("sha1", "md5"):
        assert refusal(signed_by(openssl, rsa_signer, "-md", digest), authority.trust()) is Reason.WEAK_ALGORITHM
    pss_of_sha1 = signed_by(
        openssl, rsa_signer, "-md", "sha256", "-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_mgf1_md:sha1"
    )
    assert refusal(pss_of_sha1, authority.trust()) is Reason.WEAK_ALGORITHM


def test_weak_keys_are_refused(authority: Authority) -> None:
    assert refusal(authority.certify(make_private("ec-192")).sign(), authority.trust()) is Reason.WEAK_ALGORITHM


def test_certificate_that_was_signed_with_a_weak_digest_is_refused(authority: Authority, signer: Signer) -> None:
    message = cms.ContentInfo.load(signer.sign())
    certificate = message["content"]["certificates"][0].chosen
    for part in (certificate["signature_algorithm"], certificate["tbs_certificate"]["signature"]):
        part["algorithm"] = "sha1_ecdsa"
    assert refusal(message.dump(force=True), authority.trust()) is Reason.WEAK_ALGORITHM


def test_algorithms_that_contradict_each_other_are_refused(authority: Authority, signer: Signer, rsa_signer: Signer) -> None:
    def changed(signature: bytes, *path: str, to: str) -> bytes:
        message = cms.ContentInfo.load(signature)
        part = message["content"]["signer_infos"][0]
        for name in path:
            part = part[name]
        part["algorithm"] = to
        return bytes(message.dump(force=True))

    for each in (signer, rsa_signer):
        assert refusal(changed(each.sign(), "digest_algorithm", to="sha512"), authority.trust()) in (
            Reason.MALFORMED,
            Reason.WRONG_CONTENT,
        )
        gost = changed(each.sign(), "signature_algorithm", to="1.2.643.7.1.1.3.2")
        assert refusal(gost, authority.trust()) is Reason.MALFORMED
    for each, other in ((signer, "sha256_rsa"), (signer, "ed25519"), (rsa_signer, "sha256_ecdsa")):
        assert refusal(changed(each.sign(), "signature_algorithm", to=other), authority.trust()) is Reason.MALFORMED


def test_key_of_a_kind_that_nobody_signs_with_is_unsupported(authority: Authority, signer: Signer) -> None:
    for other in (dsa.generate_private_key(2048), x448.X448PrivateKey.generate()):
        certificate = authority.certify(other).certificate
        message = cms.ContentInfo.load(signer.sign())
        message["content"]["certificates"][0] = cms.CertificateChoices(
            "certificate", asn1_x509.Certificate.load(der(certificate))
        )
        sid = message["content"]["signer_infos"][0]["sid"].chosen
        sid["serial_number"] = certificate.serial_number
        assert refusal(message.dump(force=True), authority.trust()) is Reason.UNSUPPORTED


def test_algorithm_that_nobody_knows_is_unsupported(authority: Authority, rsa_signer: Signer, openssl: OpenSsl) -> None:
    for digest in ("sha3-256", "ripemd160", "sha224"):
        assert refusal(signed_by(openssl, rsa_signer, "-md", digest), authority.trust()) is Reason.UNSUPPORTED


def test_lists_that_a_signature_brings_are_refused(authority: Authority, signer: Signer) -> None:
    """An old list, from before the revocation, is still signed by the authority."""
    message = cms.ContentInfo.load(signer.sign())
    message["content"]["crls"] = [cms.RevocationInfoChoice("crl", crl.CertificateList.load(authority.revocation_list()))]
    assert refusal(message.dump(force=True), authority.trust(signer.serial)) is Reason.MALFORMED


def test_two_certificates_for_one_signer_are_refused(authority: Authority, signer: Signer, stranger: Authority) -> None:
    """Same issuer and serial, another owner: two programs could each take another one."""
    twin = x509.CertificateBuilder(
        issuer_name=signer.certificate.issuer,
        subject_name=x509.Name([]),
        public_key=make_private("ec").public_key(),
        serial_number=signer.serial,
        not_valid_before=as_datetime(NOW) - DAY,
        not_valid_after=as_datetime(NOW) + DAY,
    ).sign(stranger.signer.private, hashes.SHA256())
    assert refusal(signer.sign(beside=(twin,)), authority.trust()) is Reason.MALFORMED


def test_crowd_of_certificates_is_refused(authority: Authority, signer: Signer, stranger: Authority) -> None:
    crowd = tuple(stranger.certify(make_private("ec")).certificate for _ in range(4))
    assert refusal(signer.sign(beside=crowd), authority.trust()) is Reason.MALFORMED


def test_maze_of_authorities_is_left_at_once(authority: Authority) -> None:
    """All bear the name of the root, so that each could be the issuer of each, and none is."""
    root = authority.signer.certificate
    maze = [
        Authority(Signer(root, make_private("ec"))).certify(make_private("ec"), subject=NAME, is_authority=True) for _ in "123"
    ]
    lost = Authority(Signer(root, make_private("ec"))).certify(make_private("ec"))
    signature = lost.sign(beside=tuple(each.certificate for each in maze))
    before = time.process_time()
    assert refusal(signature, authority.trust()) is Reason.UNTRUSTED
    assert time.process_time() - before < 0.5


def test_refusal_leaves_no_name_in_the_log(authority: Authority, signer: Signer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert refusal(signer.sign(), authority.trust(signer.serial)) is Reason.REVOKED
    assert "Ромашкина" not in caplog.text
    assert "Traceback" not in caplog.text
