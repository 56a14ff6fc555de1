"""`/public/esia.zip`: the certificates that codes and tokens are verified with, as ESIA hands them out.

Every key that still verifies is in it, so after a rotation there are two of a kind for a while. Names begin as ESIA's do and
say that this is a test stand. Where nothing signs with GOST, only those of RSA are there.
"""

import base64
import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from ground.clock import as_datetime
from ground.wire import Request, Response
from idp.keyring.certificates import Certified, certified_keys
from idp.pages.access import Access, open_to
from idp.protocol.esia.fact import Fact, approximate, assumed
from idp.realm import Realm

PATH = "/public/esia.zip"
EARLIEST_YEAR, LATEST_YEAR = 1980, 2107
"""What a date in an archive can say."""
LINE_LENGTH = 64
README = "EKA resources/README"


def _as_der(key: Certified) -> bytes:
    return key.certificate


def _as_pem(key: Certified) -> bytes:
    text = base64.b64encode(key.certificate).decode("ascii")
    lines = [text[start : start + LINE_LENGTH] for start in range(0, len(text), LINE_LENGTH)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""]).encode("ascii")


def _as_jwk(key: Certified) -> bytes:
    return orjson.dumps(key.jwk, option=orjson.OPT_INDENT_2)


@dataclass(frozen=True)
class Form:
    """One file for each key of an algorithm: how its name begins and ends, what is in it, and how we know."""

    algorithm: str
    prefix: str
    suffix: str
    content: Callable[[Certified], bytes]
    fact: Fact


FORMS = (
    Form("RS256", "RSA", ".cer", _as_pem, approximate(README)),
    Form("RS256", "RSA", "_JWK.jwk", _as_jwk, approximate(README)),
    Form("GOST3410_2012_256", "ГОСТ", ".cer", _as_der, approximate(README)),
    Form("GOST3410_2012_256", "ГОСТ", "_JWK.jwk", _as_jwk, assumed()),
)
"""ESIA's own archive has RSA in PEM, GOST in DER, and a JWK of RSA alone."""


def make_archive(keys: Sequence[Certified]) -> bytes:
    """The archive of these keys, the same bytes for the same keys."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for key in keys:
            moment = as_datetime(key.made_at)
            year = min(max(moment.year, EARLIEST_YEAR), LATEST_YEAR)
            for form in FORMS:
                if form.algorithm != key.algorithm:
                    continue
                name = f"{form.prefix}_TEST_STAND_{moment:%Y-%m-%d}_{key.kid[:8]}{form.suffix}"
                entry = zipfile.ZipInfo(name, (year, moment.month, moment.day, moment.hour, moment.minute, moment.second))
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, form.content(key))
    return made.getvalue()


@open_to(Access.ANYBODY)
def serve_archive(realm: Realm, request: Request) -> Response:
    """The archive of the keys there are now."""
    if request.method not in ("GET", "HEAD"):
        return Response.of_json({"error": "invalid_request"}, status=405, headers=[("Allow", "GET, HEAD")])
    archive = make_archive(certified_keys(realm))
    headers = (
        ("Content-Type", "application/zip"),
        ("Content-Disposition", 'attachment; filename="esia.zip"'),
        ("Cache-Control", "public, max-age=60"),
        ("ETag", f'"{hashlib.sha256(archive).hexdigest()[:32]}"'),
    )
    if request.method == "HEAD":
        return Response(200, (*headers, ("Content-Length", str(len(archive)))))
    return Response(200, headers, archive)
