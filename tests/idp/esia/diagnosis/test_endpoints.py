"""The diagnosis and the endpoints judge alike: what one refuses is never right to the other."""

import hashlib
from dataclasses import replace

import pytest
import requests

from idp.clients import certificates
from idp.esia.diagnosis.gather import case_of
from idp.esia.diagnosis.judge import Verdict, judge
from idp.esia.diagnosis.telling import explain
from idp.requests import journal
from idp.requests.exchange import Exchange
from idp.requests.recorder import settle
from idp.settings import RequestJournal
from tests.idp.esia.diagnosis import world
from tests.idp.esia.diagnosis.operators import choose
from tests.idp.esia.diagnosis.world import AT, Request
from tests.idp.esia.resources import POND, organisation_oid
from tests.idp.esia.signing import own_identities
from tests.idp.esia.system import SIGNED, Entered, System, register_system
from tests.idp.stand import CALLBACK, Stand

MUTANTS = 160
BAD_REQUEST = 400


@pytest.fixture
def stand_settings() -> dict[str, object]:
    return {"request_journal": RequestJournal(per_system=2_000)}


@pytest.fixture
def system(stand: Stand) -> System:
    stand.clock.advance(AT - stand.clock.now())
    return register_system(
        stand,
        scopes=frozenset(world.GRANTED),
        redirect_uris=(CALLBACK, "https://second.rp.test:8443/"),
    )


def send(stand: Stand, exchange: Exchange) -> tuple[bool, Verdict]:
    """Send it as it is; whether it was taken, and what is said of its bytes alone."""
    address = f"{stand.issuer}{exchange.path}" + (f"?{exchange.query}" if exchange.query else "")
    headers = dict(exchange.headers)
    answer = stand.http().request(exchange.method, address, data=exchange.body or None, headers=headers, allow_redirects=False)
    settle(stand.realm)
    with stand.realm.database.read() as connection:
        recorded = journal.find(stand.realm, connection, answer.headers["X-Propusk-Request"])
        assert recorded is not None
        case = case_of(stand.realm, connection, recorded)
    is_taken = answer.status_code < BAD_REQUEST and "error=" not in answer.headers.get("Location", "")
    silent = replace_exchange(case.exchange, status=0, answer_headers=(), answer_body=b"")
    return is_taken, judge(replace(case, exchange=silent))


def replace_exchange(exchange: Exchange, **changed: object) -> Exchange:
    fields = {name: getattr(exchange, name) for name in exchange.__struct_fields__}
    return Exchange(**(fields | changed))


def is_of_bytes_alone(request: Request, exchange: Exchange) -> bool:
    """Does the stand know nothing else than a good request's surroundings?"""
    plain = Request(request.chance, request.call, request.way, request.parameters)
    same = (request.settings, request.client, request.is_disabled, request.certificates)
    if same != (plain.settings, plain.client, plain.is_disabled, plain.certificates) and request.client is not None:
        return False
    return exchange.at == AT and not exchange.answer_headers and not exchange.body_is_cut and not request.is_disabled


@pytest.mark.parametrize("call", ["v1 ac", "v2 ac", "v1 code", "v3 code", "v3 client"])
def test_es_what_is_taken_is_well_and_what_is_refused_is_not(stand: Stand, system: System, call: str) -> None:
    chance = world.seeded(call)
    code = system.obtain_code(version="v1" if call.startswith("v1") else "v2") if call.endswith("code") else world.CODE
    disagreements, sent = [], 0
    for _ in range(MUTANTS // 5):
        request = world.good(chance, call, code=code, organisation=organisation_oid(stand, POND))
        chosen = choose(chance, request)
        exchange = chosen.spoil(request)
        if not is_of_bytes_alone(request, exchange) or exchange.path not in (*world.PATHS,):
            continue
        is_taken, verdict = send(stand, exchange)
        sent += 1
        is_well = verdict.first.kind.weight != "cause"
        if is_taken != is_well:
            disagreements.append((chosen.name, request.way, is_taken, verdict.first.kind.code))
        if is_taken and call.endswith("code"):
            code = system.obtain_code(version="v1" if call.startswith("v1") else "v2")
    assert sent > MUTANTS // 10
    assert not disagreements


@pytest.mark.parametrize("call", ["v1 ac", "v2 ac", "v1 code", "v3 code", "v3 client"])
def test_good_request_is_taken_and_called_good(stand: Stand, system: System, call: str) -> None:
    version = "v1" if call.startswith("v1") else "v2"
    for way in dict.fromkeys(world.WAYS[version]):
        code = system.obtain_code(version=version) if call.endswith("code") else world.CODE
        request = world.good(world.seeded(way), call, way, code=code, organisation=organisation_oid(stand, POND))
        is_taken, verdict = send(stand, request.exchange())
        assert is_taken
        assert verdict.first.kind.weight != "cause"


@pytest.fixture
def entered(system: System) -> Entered:
    return system.sign_in(access_type="offline")


def why(stand: Stand, answer: requests.Response) -> str:
    """What is said first of a token call that was refused."""
    assert answer.status_code == BAD_REQUEST, answer.text
    return first_of(stand, answer.headers["X-Propusk-Request"])


def first_of(stand: Stand, request_id: str) -> str:
    settle(stand.realm)
    with stand.realm.database.read() as connection:
        recorded = journal.find(stand.realm, connection, request_id)
    assert recorded is not None
    return explain(stand.realm, recorded, "ru").first.code


def test_es_what_is_wrong_with_a_grant_is_found_in_what_the_stand_keeps(stand: Stand, system: System) -> None:
    code = system.obtain_code()
    assert why(stand, system.redeem(code, redirect_uri=f"{CALLBACK}/other")) == "code_redirect_differs"
    assert why(stand, system.redeem(code, code_verifier="x" * 43)) == "verifier_without_challenge"
    assert why(stand, system.redeem(code[:255])) == "code_cut"
    assert system.redeem(code).status_code == 200
    assert why(stand, system.redeem(code)) == "code_used"
    late = system.obtain_code()
    stand.clock.advance(stand.settings.esia.code_seconds + 1)
    assert why(stand, system.redeem(late)) == "code_expired"


def test_es_refresh_token_that_was_used_is_told_from_an_unknown_one(stand: Stand, system: System, entered: Entered) -> None:
    token = str(entered.tokens["refresh_token"])
    assert why(stand, system.refresh(str(entered.access_token))) == "refresh_is_jwt"
    assert why(stand, system.refresh("nobody's")) == "refresh_unknown"
    assert system.refresh(token).status_code == 200
    assert why(stand, system.refresh(token)) == "refresh_used"


def test_es_signature_of_an_earlier_request_is_recognised(stand: Stand, system: System) -> None:
    request = system.authorization("v2")
    address = f"{system.address}/aas/oauth2/v2/ac"
    taken = stand.http().get(address, params=request, allow_redirects=False)
    again = stand.http().get(address, params=request, allow_redirects=False)
    assert first_of(stand, taken.headers["X-Propusk-Request"]) == "all_well"
    assert first_of(stand, again.headers["X-Propusk-Request"]) == "signature_replayed"
    old = {"state": request["state"], "timestamp": request["timestamp"]}
    code = system.obtain_code()
    fresh = system.token_request(code)
    text = "".join({**fresh, **old}.get(name, "") for name in SIGNED["v3 code"]).encode()
    call = {**fresh, "client_secret": system.sign(text, "v2", signs="gost")}
    assert why(stand, system.post(call)) == "text_of_authorization"


def test_certificate_that_was_removed_is_told_from_one_of_another_system(stand: Stand, system: System) -> None:
    other = register_system(stand, "OTHERIS", identities=own_identities("Чужая система"))
    stolen = replace(system, identities=other.identities)
    assert why(stand, stolen.redeem("x", "v1", signs="rsa")) == "certificate_foreign"
    with stand.realm.database.write() as connection:
        fingerprint = hashlib.sha256(system.identities.rsa.der).hexdigest()
        assert certificates.remove(stand.realm, connection, system.client_id, fingerprint, actor="operator:test")
    assert why(stand, system.redeem("x", "v1", signs="rsa")) == "certificate_removed"
