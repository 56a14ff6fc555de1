"""A system and its requests of the last days, as the rules want to see them."""

from sqlalchemy import Connection

from idp.clients import certificates
from idp.clients.certificates import RegisteredCertificate
from idp.cms.certificate import describe_certificate
from idp.esia.diagnosis.gather import case_of
from idp.esia.diagnosis.judge import Verdict, judge
from idp.esia.diagnosis.kinds.secret import SIGNATURE_REPLAYED
from idp.esia.diagnosis.sent import ENDPOINTS, Sent, answered_code, was_refused
from idp.esia.migration.steps import Call, Container, Seen, Situation
from idp.protocol.client import Client
from idp.protocol.esia.client_secret import SecretUnreadable, read_client_secret
from idp.realm import Realm
from idp.requests import journal
from idp.requests.journal import Recorded

DAY = 86_400
MOST = 2_000
"""Requests that are looked at; the journal keeps fewer of one system."""
GRANTS: dict[str, Call] = {"authorization_code": "code", "refresh_token": "refresh", "client_credentials": "client"}
SEQUENCE = 0x30
LONGEST_RAW_GOST = 64


def situation_of(realm: Realm, connection: Connection, system: Client, *, days: int) -> Situation:
    """What is known of a system."""
    registered = certificates.of_client(connection, system.client_id)
    since = realm.clock.now() - days * DAY
    recorded = journal.everything(realm, connection, system=system.client_id, limit=MOST)
    named = {each.streebog_hash.upper(): _is_gost(each) for each in registered}
    named |= {each.fingerprint.upper(): _is_gost(each) for each in registered} if realm.settings.esia.sha256_hash else {}
    seen = (_seen(realm, connection, each, named) for each in recorded if each.exchange.at >= since)
    return Situation(
        client_id=system.client_id,
        has_gost_certificate=any(_is_gost(each) for each in registered),
        signs_tokens_by_gost=system.esia_algorithm != "RS256",
        seen=tuple(each for each in seen if each is not None),
    )


def _seen(realm: Realm, connection: Connection, recorded: Recorded, named: dict[str, bool]) -> Seen | None:
    exchange = recorded.exchange
    endpoint = ENDPOINTS.get(exchange.path)
    if endpoint is None:
        return None
    parameters, is_refused = Sent(exchange).parameters, was_refused(exchange)
    call = "authorization" if endpoint.call == "authorization" else GRANTS.get(parameters.get("grant_type", ""))
    if call is None:
        return None
    verdict = judge(case_of(realm, connection, recorded)) if is_refused and endpoint.version == "v2" else None
    if verdict is not None and verdict.first.kind is SIGNATURE_REPLAYED:
        return None  # somebody reloaded a page: the request that it repeats shows all there is
    hash_text = parameters.get("client_certificate_hash", "")
    scopes = f"{parameters.get('scope', '')} {parameters.get('scope_org', '')}".split()
    return Seen(
        id=exchange.id,
        at=exchange.at,
        version=endpoint.version,
        call=call,
        code=answered_code(exchange) if is_refused else "",
        is_refused=is_refused,
        container=_container(parameters.get("client_secret", "")),
        scopes=tuple(scopes),
        is_offline=parameters.get("access_type") == "offline",
        names_gost=named.get(hash_text.upper()),
        has_hash=bool(hash_text),
        cause=_words(verdict) if verdict is not None else "",
    )


def _words(verdict: Verdict) -> str:
    return verdict.first.kind.title.said("en", verdict.first.all_values) if verdict.has_cause else ""


def _container(text: str) -> Container:
    """A CMS message is a SEQUENCE of a thousand bytes and more; a raw signature of GOST may begin with any byte."""
    try:
        signature = read_client_secret(text)
    except SecretUnreadable:
        return "unreadable"
    is_message = len(signature) > LONGEST_RAW_GOST and signature[0] == SEQUENCE and signature[1] in (0x80, 0x82)
    return "cms" if is_message else "raw"


def _is_gost(certificate: RegisteredCertificate) -> bool:
    return describe_certificate(certificate.der).kind == "gost"
