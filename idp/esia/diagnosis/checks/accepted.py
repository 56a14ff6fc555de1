"""What is taken as it came, and would be better otherwise."""

import hashlib
import re
from collections.abc import Iterator, Sequence

from idp.cms.certificate import open_certificate
from idp.cms.verdict import SignatureRefused
from idp.esia.diagnosis import imprint
from idp.esia.diagnosis.case import Case, KnownCertificate
from idp.esia.diagnosis.checks.hashes import is_lower
from idp.esia.diagnosis.kind import Found, found
from idp.esia.diagnosis.kinds import accepted as kinds
from idp.esia.diagnosis.sent import Sent
from idp.protocol.esia.redirect import is_of_registered_domain

LOGOUT = "/idp/ext/Logout"
UUID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")


def check_accepted(case: Case, named: Sequence[KnownCertificate], signature: bytes | None) -> Iterator[Found]:
    """Warnings and notes, in this order."""
    sent, endpoint = case.parameters, case.endpoint
    if endpoint is None:
        return
    yield from _of_hash(case, named)
    if endpoint.version == "v2" and signature is not None and len(named) == 1 and not _is_gost(named[0]):
        yield found(kinds.RSA_ACCEPTED, received="RSA", expected="GOST R 34.10-2012 (256)")
    yield from _of_state(case)
    if endpoint.call == "token" and sent.get("token_type", "Bearer") != "Bearer":
        yield found(kinds.TOKEN_TYPE, received=sent["token_type"], expected="Bearer")
    if sent.get("nonce") and not case.settings.echoes_nonce:
        yield found(kinds.NONCE_IGNORED, received=sent["nonce"], expected="—")
    yield from _of_secret(case, signature)
    if endpoint.call == "token" and case.sent.of_query and case.exchange.method == "POST":
        yield found(kinds.QUERY_OF_POST, received=", ".join(name for name, _ in case.sent.of_query)[:100], expected="—")
    if case.client is not None and endpoint.call == "authorization":
        uri, registered = sent.get("redirect_uri", ""), case.client.redirect_uris
        same = [
            each for each in registered if is_of_registered_domain(uri, [each], application_type=case.client.application_type)
        ]
        if same and uri not in registered:
            yield found(kinds.REDIRECT_PATH, received=uri, expected=same[0])


def check_logout(case: Case) -> Iterator[Found]:
    """Why a browser that was signed out did not go on."""
    address, client = case.parameters.get("redirect_url", ""), case.client
    if case.exchange.path != LOGOUT or not address:
        return
    if client is None or client.dialect != "esia":
        yield found(kinds.LOGOUT_OF_NOBODY, received=case.parameters.get("client_id", "—"), expected=", ".join(case.clients))
    elif not is_of_registered_domain(address, client.redirect_uris, application_type=client.application_type):
        yield found(kinds.LOGOUT_STAYS, received=address, expected=", ".join(client.redirect_uris))


def _of_hash(case: Case, named: Sequence[KnownCertificate]) -> Iterator[Found]:
    text = case.parameters.get("client_certificate_hash", "")
    if case.endpoint is None or case.endpoint.version == "v1" or not text or len(named) != 1:
        return
    right = named[0].streebog_hash
    if text.lower() == hashlib.sha256(named[0].der).hexdigest():
        yield found(kinds.HASH_SHA256, received=text, expected=right)
    elif text.upper() == right and is_lower(text):
        yield found(kinds.HASH_LOWER, received=text, expected=right)


def _of_state(case: Case) -> Iterator[Found]:
    state = case.parameters.get("state", "")
    if not state:
        return
    for exchange in reversed(case.earlier):
        if Sent(exchange).parameters.get("state") == state:
            yield found(kinds.STATE_REUSED, received=state, expected="UUID", request=exchange.id)
            break
    if not UUID.fullmatch(state):
        yield found(kinds.STATE_NOT_UUID, received=state[:60], expected="xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx")


def _of_secret(case: Case, signature: bytes | None) -> Iterator[Found]:
    text = case.parameters.get("client_secret", "")
    variants = [name for name, form in (("=", "="), ("CR/LF", "[\r\n]"), ("+ /", "[+/]")) if re.search(form, text)]
    if variants:
        yield found(kinds.SECRET_STANDARD, received=", ".join(variants), expected="base64url", variant=", ".join(variants))
    if signature is not None and case.endpoint is not None and case.endpoint.version == "v1":
        message = imprint.read_message(signature)
        if message is not None and message.content is not None:
            yield found(kinds.CMS_WITH_CONTENT, received=f"{len(signature)} B", expected="detached")


def _is_gost(certificate: KnownCertificate) -> bool:
    try:
        return open_certificate(certificate.der).is_gost
    except SignatureRefused:
        return False
