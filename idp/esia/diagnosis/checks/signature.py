"""Whose signature it is, over which text: found by trying what integrators are known to do.

From the cheapest question to the dearest: the container, the right text by every key that is known, the right text with its
bytes in other orders, then other texts by the keys of the system.
"""

from collections.abc import Iterator, Sequence

from asn1crypto import core

from idp.cms import gost_engine
from idp.cms.registered import verify_cms, verify_raw
from idp.cms.verdict import SignatureRefused
from idp.esia.diagnosis import imprint
from idp.esia.diagnosis.attempts import Attempt, attempts, order_of, other_value
from idp.esia.diagnosis.case import Case, KnownCertificate
from idp.esia.diagnosis.checks.certificates import check_dates, check_signer, shortened, size_of, stranger, weakness, words_of
from idp.esia.diagnosis.imprint import Imprint, Message
from idp.esia.diagnosis.kind import Comparison, Found, Kind, found
from idp.esia.diagnosis.kinds import certificates as of_certificates
from idp.esia.diagnosis.kinds import hashes as of_hashes
from idp.esia.diagnosis.kinds import secret as kinds
from idp.esia.diagnosis.kinds import texts as of_texts
from idp.protocol.esia.signed_text import Recipe

GOST_BYTES, HALF = 64, 32
WITHOUT_ENGINE = 20
"""Texts that are tried where GOST takes 150 ms each."""
MOST_TRIED, MOST_BYTES = 8_000, 16_000_000
"""The most that is tried, in texts and in bytes of them: a request of an ordinary size needs half of it, and a stranger who
sends a thousand scopes makes nobody wait for a minute."""
WEAK = {"SHA-1": kinds.CMS_SHA1, "MD5": kinds.CMS_MD5, "GOST R 34.11-94": kinds.CMS_GOST94}
GOOD_IN_CMS = ("SHA-256", "SHA-384", "SHA-512", "Streebog-256")


def check_signature(case: Case, signature: bytes, named: Sequence[KnownCertificate]) -> Iterator[Found]:
    """What is wrong with a signature: nothing, one mistake, or `unknown`."""
    endpoint, client = case.endpoint, case.client
    recipes = case.recipes()
    if endpoint is None or client is None or not recipes:
        return
    if not case.active:
        yield found(of_certificates.NO_CERTIFICATES, received="0", expected="≥ 1", client=client.client_id)
        return
    message = imprint.read_message(signature)
    if endpoint.version == "v1":
        yield from _check_cms(case, signature, message)
    elif message is not None:
        expected = f"{GOST_BYTES} B"
        yield found(kinds.CMS_ON_V2, received=f"CMS, {len(signature)} B", expected=expected, size=len(signature)).compared(
            _only(case)
        )
    else:
        yield from _check_raw(case, signature, named or case.active)


# ---- v1: a CMS message


def _check_cms(case: Case, signature: bytes, message: Message | None) -> Iterator[Found]:
    if any(_accepts_cms(case, signature, recipe) for recipe in case.recipes()):
        return
    if message is None:
        yield _no_cms(signature)
        return
    if message.digest in WEAK:
        yield found(WEAK[message.digest], received=message.digest, expected="SHA-256 / Streebog-256")
        return
    if message.digest not in GOOD_IN_CMS:
        yield found(kinds.CMS_DIGEST, received=message.digest or message.digest_oid, expected="SHA-256 / Streebog-256")
        return
    if message.signer_der is not None:
        mistake = check_signer(case, message.signer_der)
        if mistake is not None:
            yield mistake
            return
    signers = [message.signer_der] if message.signer_der is not None else [each.der for each in case.active]
    imprints = [each for each in (imprint.of_message(message, der) for der in signers) if each is not None]
    for recipe in case.recipes():
        for each in imprints:
            if each.fits(recipe.text(case.parameters)):
                yield found(kinds.SIGNATURE_BROKEN, received=shortened(signature), expected=words_of(each.der)).compared(
                    _only(case)
                )
                return
    yield from _try_texts(case, imprints, content=message.content)


def _accepts_cms(case: Case, signature: bytes, recipe: Recipe) -> bool:
    try:
        verify_cms(signature, recipe.text(case.parameters), [each.der for each in case.active], case.exchange.at)
    except SignatureRefused:
        return False
    return True


def _no_cms(signature: bytes) -> Found:
    sizes = (GOST_BYTES, 128, 256, 384, 512)
    if len(signature) in sizes and signature[:2] != b"\x30\x82":
        return found(kinds.RAW_ON_V1, received=f"{len(signature)} B", expected="CMS SignedData", size=len(signature))
    if signature[:2] == b"\x30\x82" and len(signature) >= 4:
        announced = int.from_bytes(signature[2:4], "big") + 4
        if announced > len(signature):
            return found(kinds.SECRET_CUT, received=f"{len(signature)} B", expected=f"{announced} B")
    return found(kinds.NOT_CMS, received=shortened(signature), expected="30 82 …")


# ---- v2 and v3: a raw signature


def _check_raw(case: Case, signature: bytes, named: Sequence[KnownCertificate]) -> Iterator[Found]:
    texts = [recipe.text(case.parameters) for recipe in case.recipes()]
    if any(_accepts_raw(case, signature, text, each) for text in texts for each in named):
        return
    mistake = _right_text(case, signature, named, texts) or _other_bytes(case, signature, texts)
    if mistake is not None:
        yield mistake
        return
    imprints = [each for each in (imprint.raw(signature, one.der) for one in named) if each is not None]
    if not imprints:
        yield _wrong_size(case, signature, named)
        return
    yield from _try_texts(case, imprints)


def _accepts_raw(case: Case, signature: bytes, text: bytes, certificate: KnownCertificate) -> bool:
    try:
        verify_raw(signature, text, certificate.der, case.exchange.at, takes_rsa=case.settings.rsa_on_v2)
    except SignatureRefused:
        return False
    return True


def _right_text(case: Case, signature: bytes, named: Sequence[KnownCertificate], texts: Sequence[bytes]) -> Found | None:
    """The right text by some key: of the named certificate that is not taken, or of another one."""
    for each in (*named, *case.active, *case.certificates, *case.foreign):
        one = imprint.raw(signature, each.der)
        if one is None or not any(one.fits(text) for text in texts):
            continue
        if each not in case.active:
            return stranger(case, each.der)
        mistake = weakness(each.der) or check_dates(each.der, case.exchange.at)
        if mistake is not None:
            return mistake
        if one.digest not in ("", "SHA-256"):
            return found(kinds.RAW_DIGEST, received=one.digest, expected="SHA-256")
        if one.digest and not case.settings.rsa_on_v2:
            return found(kinds.RSA_ON_V2, received=words_of(each.der), expected="GOST R 34.10-2012 (256)")
        if each not in named:
            return found(
                of_hashes.HASH_NAMES_OTHER,
                received=case.parameters.get("client_certificate_hash", ""),
                expected=each.streebog_hash,
                actual=words_of(each.der),
                named=", ".join(words_of(one.der) for one in named),
            )
    return None


def _other_bytes(case: Case, signature: bytes, texts: Sequence[bytes]) -> Found | None:
    """The bytes of a GOST signature in another order or packing."""
    pair = _pair(signature)
    if pair is not None:
        return found(kinds.DER_PAIR, received=shortened(signature), expected=f"{GOST_BYTES} B: {shortened(pair)}").compared(
            _only(case)
        )
    if len(signature) != GOST_BYTES:
        return None
    one, two = signature[:HALF], signature[HALF:]
    ways: tuple[tuple[Kind, bytes], ...] = (
        (kinds.BYTES_REVERSED, signature[::-1]),
        (kinds.HALVES_SWAPPED, two + one),
        (kinds.HALVES_REVERSED, one[::-1] + two[::-1]),
    )
    for kind, turned in ways:
        for each in case.active:
            imprinted = imprint.raw(turned, each.der)
            if imprinted is not None and any(imprinted.fits(text) for text in texts):
                return found(kind, received=shortened(signature), expected=shortened(turned)).compared(_only(case))
    return None


def _pair(signature: bytes) -> bytes | None:
    """A SEQUENCE of two INTEGERs as the 64 bytes that it should have been."""
    try:
        parsed = core.SequenceOf.load(signature, strict=True, spec=core.Integer)
        numbers = [int(each.native) for each in parsed]
    except (ValueError, TypeError):
        return None
    if len(numbers) != 2 or not all(0 < number < 1 << 8 * HALF for number in numbers):
        return None
    r, s = (number.to_bytes(HALF, "big") for number in numbers)
    return s + r


def _wrong_size(case: Case, signature: bytes, named: Sequence[KnownCertificate]) -> Found:
    expected = " / ".join(dict.fromkeys(size_of(each.der) for each in named))
    shortest = GOST_BYTES
    sizes = [int(word) for word in expected.replace(" B", "").split(" / ") if word.isdigit()]
    is_cut = len(signature) < max(sizes, default=shortest) and len(signature) not in (128,)
    kind = kinds.SECRET_CUT if is_cut and len(signature) not in sizes else kinds.SECRET_SIZE
    if len(signature) in sizes:
        # The size is that of a key which did not sign this: RSA tells so.
        return _unknown(case, 0)
    return found(kind, received=f"{len(signature)} B", expected=expected).compared(_only(case))


# ---- both: which text it was


def _try_texts(case: Case, imprints: Sequence[Imprint], *, content: bytes | None = None) -> Iterator[Found]:
    recipe = case.recipes()[0]
    is_quick = gost_engine.is_available() or all(each.is_of_key for each in imprints)
    limit, tried, size = MOST_TRIED if is_quick else WITHOUT_ENGINE, 0, 0
    for attempt in attempts(case, recipe):
        size += len(attempt.text)
        if tried >= limit or size > MOST_BYTES:
            break
        tried += 1
        if any(each.fits(attempt.text) for each in imprints):
            yield _of_attempt(case, recipe, attempt)
            return
    if content is not None:
        other = other_value(recipe, case.parameters, content)
        if other is not None:
            yield _of_attempt(case, recipe, other)
            return
        signed = content.decode("utf-8", "replace")
        comparison = Comparison(recipe.text(case.parameters), content)
        order = order_of(recipe, case.parameters)
        yield found(of_texts.TEXT_ATTACHED, received=signed, expected=_expected(case), signed=signed, order=order).compared(
            comparison
        )
        return
    yield _unknown(case, tried)


def _of_attempt(case: Case, recipe: Recipe, attempt: Attempt) -> Found:
    right = recipe.text(case.parameters)
    values = dict(attempt.values)
    received = values.pop("received", None) or _readable(attempt.text)
    if attempt.field and "signed" in values:
        received = values["signed"]
    expected = case.parameters.get(attempt.field, "") if attempt.field else right.decode("utf-8", "replace")
    return found(
        attempt.kind,
        field=attempt.field,
        received=received,
        expected=expected,
        order=order_of(recipe, case.parameters),
        **values,
    ).compared(Comparison(right, attempt.text))


def _readable(signed: bytes) -> str:
    """What was signed, in hexadecimal where it is no text."""
    try:
        return signed.decode()
    except UnicodeDecodeError:
        return signed.hex(" ")


def _unknown(case: Case, tried: int) -> Found:
    recipe = case.recipes()[0]
    return found(
        of_texts.UNKNOWN_SIGNATURE,
        received=case.parameters.get("client_secret", "")[:90],
        expected=_expected(case),
        tried=tried,
        order=order_of(recipe, case.parameters),
    ).compared(_only(case))


def _expected(case: Case) -> str:
    return case.recipes()[0].text(case.parameters).decode("utf-8", "replace")


def _only(case: Case) -> Comparison:
    """The right text, where the signed one is not known."""
    return Comparison(case.recipes()[0].text(case.parameters))
