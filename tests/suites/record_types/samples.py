"""What the suite is told of each record type. A new type is one more sample."""

from collections.abc import Mapping
from dataclasses import dataclass, field

PCR = {"test": "94500-6", "occurred_on": "2026-11-02", "result": "260373001"}
"""A test that a sample may rest on; its id is put where the values say `{pcr}`."""


@dataclass(frozen=True)
class Sample:
    """One type by its form.

    `values` make a record; without one of `required` the form complains of it alone. `spoiled` are changes and the one field that
    is complained of. `twin` tells of the same event in another way, None where only the same form does; `other` tells of another
    event. `corrected` is a change that somebody puts right, and `said` what the page says before and after.
    """

    values: Mapping[str, str]
    required: tuple[str, ...]
    spoiled: tuple[tuple[Mapping[str, str], str], ...]
    twin: Mapping[str, str] | None
    other: Mapping[str, str]
    corrected: Mapping[str, str]
    said: tuple[str, str]
    members: frozenset[str] = field(default=frozenset())


SAMPLES: Mapping[str, Sample] = {
    "vaccination": Sample(
        values={"product": "gam-covid-vac", "occurred_on": "2026-10-01", "lot": "УЧ-0500", "dose": "1"},
        required=("product", "occurred_on", "lot", "dose"),
        spoiled=(
            ({"product": "207"}, "product"),
            ({"occurred_on": "2026-11-23"}, "occurred_on"),
            ({"occurred_on": "2019-01-01"}, "occurred_on"),
            ({"occurred_on": "01.10.2026"}, "occurred_on"),
            ({"lot": "У" * 51}, "lot"),
            ({"lot": "УЧ\x00"}, "lot"),
            ({"dose": "0"}, "dose"),
            ({"dose": "21"}, "dose"),
            ({"dose": "первая"}, "dose"),
            ({"dose": "１"}, "dose"),
        ),
        twin={"lot": "уч 0500"},
        other={"lot": "УЧ-0501"},
        corrected={"lot": "УЧ-0555"},
        said=("УЧ-0500", "УЧ-0555"),
        members=frozenset({"vaccine", "lot", "dose", "series"}),
    ),
    "laboratory_test": Sample(
        values={"test": "94558-4", "occurred_on": "2026-11-05", "result": "260415000", "value": "", "unit": "", "limit": ""},
        required=("test", "occurred_on", "result"),
        spoiled=(
            ({"test": "U07.1"}, "test"),
            ({"occurred_on": "2026-11-23"}, "occurred_on"),
            ({"result": "10828004"}, "result"),
            ({"value": "133"}, "value"),
            ({"test": "94505-5", "value": "133", "unit": "BAU/мл"}, "result"),
            ({"test": "94505-5", "result": "", "value": "много", "unit": "BAU/мл"}, "value"),
            ({"test": "94505-5", "result": "", "value": "-1", "unit": "BAU/мл"}, "value"),
            ({"test": "94505-5", "result": "", "value": "1e9", "unit": "BAU/мл"}, "value"),
            ({"test": "94505-5", "result": "", "value": "133", "unit": ""}, "unit"),
            ({"test": "94505-5", "result": "", "value": "133", "unit": "BAU/мл", "limit": "<10"}, "limit"),
        ),
        twin=None,
        other={"result": "260373001"},
        corrected={"result": "419984006"},
        said=("не обнаружено", "неопределённый"),
        members=frozenset({"test", "result"}),
    ),
    "disease_case": Sample(
        values={"pcr": "{pcr}", "diagnosis": "U07.1", "occurred_on": "2026-11-01", "severity": "255604002", "ended_on": ""},
        required=("pcr", "diagnosis", "occurred_on"),
        spoiled=(
            ({"pcr": "00000000-0000-4000-8000-000000000000"}, "pcr"),
            ({"diagnosis": "U07.2"}, "diagnosis"),
            ({"occurred_on": "2026-11-23"}, "occurred_on"),
            ({"severity": "1"}, "severity"),
            ({"ended_on": "2026-10-31"}, "ended_on"),
            ({"ended_on": "2026-11-23"}, "ended_on"),
        ),
        twin=None,
        other={},
        corrected={"ended_on": "2026-11-15"},
        said=("идёт лечение", "закрыт"),
        members=frozenset({"diagnosis", "ended_on", "number"}),
    ),
    "preventive_measure": Sample(
        values={"measure": "quarantine", "occurred_on": "2026-11-10", "ended_on": "2026-11-24", "reason": "Z20.8"},
        required=("measure", "occurred_on"),
        spoiled=(
            ({"measure": "arrest"}, "measure"),
            ({"occurred_on": "2026-11-23"}, "occurred_on"),
            ({"ended_on": "2026-11-09"}, "ended_on"),
            ({"ended_on": "скоро"}, "ended_on"),
            ({"reason": "X00"}, "reason"),
        ),
        twin=None,
        other={"measure": "isolation"},
        corrected={"ended_on": "2026-11-20"},
        said=("Карантин, 14 дней", "Карантин, 10 дней"),
        members=frozenset({"measure", "reasons", "ended_on", "in_force"}),
    ),
}
