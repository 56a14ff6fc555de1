"""What a laboratory looks for, how, and what it may find: LOINC, SNOMED CT and UCUM (mission D2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ground.web.language import gettext as _
from rp.records.codes import Coding

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"


class Method(StrEnum):
    """The four ways to test. Only a quantity has a number; the others say whether something was found."""

    PCR = "pcr"
    ANTIGEN = "antigen"
    ANTIBODIES = "antibodies"
    ANTIBODY_QUANTITY = "antibody_quantity"


@dataclass(frozen=True)
class Kind:
    """One kind of test by its LOINC code."""

    code: str
    method: Method

    @property
    def coding(self) -> Coding:
        return Coding(LOINC, self.code)


KINDS = (
    Kind("94500-6", Method.PCR),
    Kind("94759-8", Method.PCR),
    Kind("94845-5", Method.PCR),
    Kind("94309-2", Method.PCR),
    Kind("94558-4", Method.ANTIGEN),
    Kind("97097-0", Method.ANTIGEN),
    Kind("94505-5", Method.ANTIBODY_QUANTITY),
    Kind("94506-3", Method.ANTIBODY_QUANTITY),
    Kind("94563-4", Method.ANTIBODIES),
    Kind("94564-2", Method.ANTIBODIES),
    Kind("94562-6", Method.ANTIBODIES),
    Kind("94762-2", Method.ANTIBODIES),
    Kind("94507-1", Method.ANTIBODIES),
    Kind("94508-9", Method.ANTIBODIES),
)
BY_CODE = {kind.code: kind for kind in KINDS}

FOUND = Coding(SNOMED, "260373001")
NOT_FOUND = Coding(SNOMED, "260415000")
INCONCLUSIVE = Coding(SNOMED, "419984006")
UNSATISFACTORY = Coding(SNOMED, "125154007")
RESULTS = (FOUND, NOT_FOUND, INCONCLUSIVE, UNSATISFACTORY)
"""What a laboratory chooses among. Sources also say «positive», «negative» and «indeterminate»; see `POSITIVE`."""
RESULT_BY_CODE = {result.code: result for result in RESULTS}
POSITIVE = frozenset({(SNOMED, "260373001"), (SNOMED, "10828004")})

UNITS = {"BAU/мл": "{BAU}/mL", "усл. ед./мл": "[arb'U]/mL"}
"""Units of antibodies as they are stored, and by UCUM."""


def unit_name(unit: str) -> str:
    """The unit as pages show it; one that is not ours is shown as the source told it."""
    return {"BAU/мл": _("BAU/мл"), "усл. ед./мл": _("усл. ед./мл")}.get(unit, unit)


def kind_of(codings: Iterable[Coding]) -> Kind | None:
    """The kind of test that codings name; None when it is none of ours."""
    return next((BY_CODE[coding.code] for coding in codings if coding.system == LOINC and coding.code in BY_CODE), None)
