"""The vaccines of the Russian register and their codes in each system (mission D2).

CVX, ICD-11 and SNOMED CT from HL7 dvci/shc-terminology (CC0), the European names from ehn-dcc-valuesets (Apache-2.0).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rp.records.codes import Coding

SYSTEM = "urn:propusk:vaccine"
"""The national system: the only one that names every product."""
ATC = "http://www.whocc.no/atc"
CVX = "http://hl7.org/fhir/sid/cvx"
SNOMED = "http://snomed.info/sct"
ICD_11 = "http://id.who.int/icd/release/11/mms"
EU_PRODUCT = "http://ec.europa.eu/temp/vaccineproductname"


@dataclass(frozen=True)
class Product:
    """One vaccine. `doses` make a course, `interval_days` apart; the `eu_` names are those of the European certificate."""

    code: str
    doses: int
    interval_days: int
    manufacturer: str
    atc: str
    cvx: str | None
    snomed: str | None
    icd_11: str | None
    eu_product: str
    eu_manufacturer: str
    eu_prophylaxis: str

    @property
    def codings(self) -> tuple[Coding, ...]:
        """Every name of the vaccine, the national one first."""
        return tuple(self._codings())

    def _codings(self) -> Iterator[Coding]:
        named = ((SYSTEM, self.code), (ATC, self.atc), (CVX, self.cvx), (SNOMED, self.snomed), (ICD_11, self.icd_11))
        for system, code in (*named, (EU_PRODUCT, self.eu_product)):
            if code:
                yield Coding(system, code)


GAMALEYA, VECTOR, CHUMAKOV = "НИЦЭМ им. Н. Ф. Гамалеи", "ГНЦ ВБ «Вектор»", "Центр им. М. П. Чумакова"
EU_GAMALEYA, EU_VECTOR, EU_CHUMAKOV = "Gamaleya-Research-Institute", "Vector-Institute", "Chumakov-Federal-Scientific-Center"
VIRAL_VECTOR, SUBUNIT, INACTIVATED = "29061000087103", "1162643001", "1157024006"
"""Kinds of vaccine by SNOMED CT, as the European certificate has them."""

PRODUCTS = (
    Product(
        "gam-covid-vac", 2, 21, GAMALEYA, "J07BN02", "505", "31341000087103", "XM5ZJ4", "Sputnik-V", EU_GAMALEYA, VIRAL_VECTOR
    ),
    Product(
        "sputnik-light", 1, 0, GAMALEYA, "J07BN02", "504", "33461000087106", "XM5QM6", "Sputnik-Light", EU_GAMALEYA, VIRAL_VECTOR
    ),
    Product("gam-covid-vac-m", 2, 21, GAMALEYA, "J07BN02", None, None, None, "Sputnik-M", EU_GAMALEYA, VIRAL_VECTOR),
    Product("epivaccorona", 2, 21, VECTOR, "J07BN04", "509", "33421000087101", "XM6SZ8", "EpiVacCorona", EU_VECTOR, SUBUNIT),
    Product("epivaccorona-n", 2, 21, VECTOR, "J07BN04", None, None, "XM3SK8", "EpiVacCorona-N", EU_VECTOR, SUBUNIT),
    Product("covivac", 2, 14, CHUMAKOV, "J07BN03", "503", "33411000087109", None, "CoviVac", EU_CHUMAKOV, INACTIVATED),
)
BY_CODE = {product.code: product for product in PRODUCTS}
_BY_CODING = {(coding.system, coding.code): product for product in PRODUCTS for coding in product.codings if coding.system != ATC}
"""ATC names a group of vaccines, the other systems one."""


def product_of(codings: Iterable[Coding]) -> Product | None:
    """The product that codings name, in whatever system; None when they name none of ours."""
    for coding in codings:
        product = _BY_CODING.get((coding.system, coding.code))
        if product is not None:
            return product
    return None
