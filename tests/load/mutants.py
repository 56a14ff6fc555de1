"""How often does the diagnosis name the field that was spoiled? Mutants of good requests, one cause each.

    python -m tests.load.mutants [number] [--seed N] [--show N]

Every mutant is a good request of v1, v2 or v3, signed by RSA or GOST, spoiled by one of the operators of
tests/idp/esia/diagnosis. Counted are those whose first diagnosis names the spoiled field; `unknown` is never counted as right,
whatever was to be known. No server is needed.
"""

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from idp.esia.diagnosis.judge import judge
from tests.idp.esia.diagnosis import operators, world

NUMBER = 5_000
ENOUGH = 0.95


@dataclass
class Report:
    """What came of the mutants."""

    number: int = 0
    named: int = 0
    unknown: int = 0
    with_false_cause: int = 0
    misses: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.named / self.number


def measure(number: int, seed: int) -> Report:
    """Spoil so many good requests and diagnose each."""
    report, chance = Report(), world.seeded(seed)
    for _ in range(number):
        call = chance.choice(world.CALLS)
        request = world.good(chance, call)
        chosen = operators.choose(chance, request)
        case = request.case(chosen.spoil(request))
        began = time.perf_counter()
        verdict = judge(case)
        report.milliseconds.append((time.perf_counter() - began) * 1000)
        first = verdict.first
        report.number += 1
        report.unknown += verdict.is_unknown
        causes = [each for each in verdict.found if each.kind.weight == "cause"]
        report.with_false_cause += verdict.is_unknown and len(causes) > 1
        if not verdict.is_unknown and first.field == chosen.field:
            report.named += 1
        else:
            report.misses[f"{chosen.name} ({chosen.field}) → {first.kind.code} ({first.field})"] += 1
    return report


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("number", nargs="?", type=int, default=NUMBER)
    arguments.add_argument("--seed", type=int, default=17)
    arguments.add_argument("--show", type=int, default=12)
    given = arguments.parse_args()
    report = measure(given.number, given.seed)
    times = sorted(report.milliseconds)
    print(f"{report.number} mutants of {len(operators.OPERATORS)} operators, seed {given.seed}")
    print(f"named the spoiled field   {report.named:6} {report.share:8.2%}")
    print(f"unknown                   {report.unknown:6}, with a cause {report.with_false_cause}")
    median, nearly_all = times[len(times) // 2], times[len(times) * 99 // 100]
    print(f"milliseconds              median {median:.1f}, 99 % {nearly_all:.0f}, most {times[-1]:.0f}")
    for miss, count in report.misses.most_common(given.show):
        print(f"{count:6}  {miss}")
    return 0 if report.share >= ENOUGH and not report.with_false_cause else 1


if __name__ == "__main__":
    sys.exit(main())
