"""Every mistake that is known is found, and what is right is left in peace."""

import itertools

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
