"""The diagnosis and the endpoints judge alike: what one refuses is never right to the other."""

from dataclasses import replace

import pytest

from idp.esia.diagnosis.gather import case_of
from idp.esia.diagnosis.judge import Verdict, judge
from idp.requests import journal
from idp.requests.exchange import Exchange
from idp.requests.recorder import settle
from idp.settings import RequestJournal
from tests.idp.esia.diagnosis import world
from tests.idp.esia.diagnosis.operators import choose
from tests.idp.esia.diagnosis.world import AT, Request
from tests.idp.esia.resources import POND, organisation_oid
from tests.idp.esia.system import System, register_system
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
