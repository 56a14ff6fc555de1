"""Every mistake that is known is found, and what is right is left in peace."""

import base64
import itertools
import json

import pytest

from idp.esia.diagnosis.judge import judge
from idp.esia.diagnosis.kind import Kind
from idp.esia.diagnosis.kinds import KINDS
from tests.idp.esia.diagnosis import world
from tests.idp.esia.diagnosis.operators import OPERATORS, Operator
from tests.load.mutants import ENOUGH, measure

FEWEST_KINDS = 40
MOST_TRIES = 500
CALLS = [(call, way) for call in world.CALLS for way in dict.fromkeys(world.WAYS["v1" if call.startswith("v1") else "v2"])]
OF_ANSWERS_AND_RESOURCES = {
    "resource_no_token", "resource_other_token", "resource_token_expired", "resource_other_person", "resource_scope",
    "no_gost_here",
    "resource_no_jwt", "resource_not_signed", "resource_token_revoked", "resource_no_address", "resource_nobody_there",
}  # fmt: skip
RARE = {
    "cms_gost94", "certificate_gost_2001", "certificate_gost_512", "certificate_key_unknown", "certificate_broken",
    "text_attached", "unknown_refusal",
}  # fmt: skip
"""Found only in what no tool of ours can make, or by tests of their own."""


@pytest.mark.parametrize(("call", "way"), CALLS, ids=[f"{call}, {way}" for call, way in CALLS])
def test_good_request_is_said_to_be_good(call: str, way: str) -> None:
    request = world.good(world.seeded(17), call, way)
    for status in (0, 200):
        verdict = judge(request.case(request.exchange(status=status)))
        assert verdict.first.kind.code == "all_well"
        assert not verdict.has_cause


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_every_mistake_is_found_by_its_name(operator: Operator) -> None:
    chance = world.seeded(operator.name)
    requests = (world.good(chance, call) for call in itertools.cycle(world.CALLS))
    request = next(each for each in itertools.islice(requests, MOST_TRIES) if operator.fits(each))
    verdict = judge(request.case(operator.spoil(request)))
    assert verdict.first.kind.code in operator.kinds
    assert verdict.is_unknown or verdict.first.field == operator.field


def test_there_are_at_least_forty_kinds_and_a_broken_request_for_each() -> None:
    causes = {kind.code for kind in KINDS.values() if kind.weight == "cause"}
    assert len(causes) >= FEWEST_KINDS
    of_corpus = {code for operator in OPERATORS for code in operator.kinds}
    assert of_corpus <= KINDS.keys()
    assert causes - of_corpus == OF_ANSWERS_AND_RESOURCES | RARE


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_every_kind_speaks_both_languages(kind: Kind) -> None:
    for words in (kind.title, kind.cause, kind.fix):
        assert any("а" <= letter <= "я" for letter in words.ru.lower()) or words.ru == words.en, words.ru
        assert not any("а" <= letter <= "я" for letter in words.en.lower()), words.en
    assert kind.clause


def test_es_mutants_name_the_spoiled_field_and_unknown_has_no_cause() -> None:
    """The short form of `python -m tests.load.mutants`."""
    report = measure(300, seed=17)
    assert report.share >= ENOUGH, report.misses
    assert report.with_false_cause == 0


def resource(status: int, *, path: str = "/rs/prns/1000000001", token: str | None = None) -> str:
    """The first diagnosis of a call for a resource."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    request = world.good(world.seeded(17), "v2 ac", "gost")
    exchange = request.exchange(method="GET", path=path, query="", headers=headers, status=status)
    return judge(request.case(exchange)).first.kind.code


def jwt(sbt: str, **claims: object) -> str:
    parts = ({"alg": "RS256", "sbt": sbt}, {"exp": world.AT + 60, "urn:esia:sbj_id": 1000000001, **claims})
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts), "c2ln"])


@pytest.mark.parametrize(
    ("status", "token", "code"),
    [
        (401, None, "resource_no_token"),
        (401, jwt("id"), "resource_other_token"),
        (401, jwt("access", exp=world.AT - 5), "resource_token_expired"),
        (403, jwt("access", **{"urn:esia:sbj_id": 1000000002}), "resource_other_person"),
        (403, jwt("access", scope="openid"), "resource_scope"),
        (401, "x", "resource_no_jwt"),
        (200, jwt("access"), "all_well"),
    ],
)  # fmt: skip
def test_es_refused_call_for_a_resource_is_explained_by_its_token(status: int, token: str | None, code: str) -> None:
    assert resource(status, token=token) == code


def test_scope_that_a_resource_needs_is_named() -> None:
    headers = {"authorization": f"Bearer {jwt('access', scope='openid')}"}
    request = world.good(world.seeded(17), "v2 ac", "gost")
    exchange = request.exchange(method="GET", path="/rs/prns/1000000001/addrs", query="", headers=headers, status=403)
    assert judge(request.case(exchange)).first.expected == "addresses"


def test_fault_of_ours_is_never_blamed_on_the_request() -> None:
    request = world.good(world.seeded(17), "v3 code", "gost")
    assert judge(request.case(request.exchange(status=500))).first.kind.code == "our_fault"


def test_text_that_stands_in_the_message_is_shown_where_no_mistake_explains_it() -> None:
    request = world.good(world.seeded(17), "v1 ac", "rsa attached")
    first = judge(request.case(request.exchange(request.over("something else: ёж".encode())))).first
    assert first.kind.code == "text_attached"
    assert first.received == "something else: ёж"


def test_refusal_that_nothing_explains_has_no_cause_and_shows_what_was_expected() -> None:
    request = world.good(world.seeded(17), "v2 ac", "gost")
    verdict = judge(request.case(request.exchange(status=400)))
    assert (verdict.is_unknown, verdict.has_cause) == (True, False)
    assert verdict.first.expected == request.text().decode()


def test_what_was_accepted_is_never_called_refused() -> None:
    """Whatever the bytes look like: the stand took them."""
    for operator in OPERATORS:
        requests = (world.good(world.seeded(operator.name), call) for call in world.CALLS)
        for request in filter(operator.fits, requests):
            exchange = operator.spoil(request)
            parts = {name: getattr(exchange, name) for name in ("method", "path", "query", "body", "headers")}
            taken = request.exchange(**parts, status=200)
            assert not judge(request.case(taken)).has_cause
            break
