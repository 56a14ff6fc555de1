"""What a system signs: which parameters, in which order. Values are decoded ones, in UTF-8, one behind the other with nothing
between them.

v1 signs another order than v2 and v3, and a token call of v3 signs the code too. A recipe that nobody should use is not here
but with the mistakes that `diagnosis` knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.protocol.esia.fact import Fact, approximate, exact


@dataclass(frozen=True)
class Recipe:
    """One text: the names of its parameters in their order. A parameter that did not come counts as nothing."""

    name: str
    fields: tuple[str, ...]
    fact: Fact

    def text(self, parameters: Mapping[str, str]) -> bytes:
        """The bytes that are signed."""
        return "".join(parameters.get(field, "") for field in self.fields).encode()


V1 = Recipe("v1", ("scope", "timestamp", "client_id", "state"), exact("EC, EIG, SOK, EKA, OAM, PASS, FR 2"))
V2_AUTHORIZATION = Recipe(
    "v2/ac", ("client_id", "scope", "scope_org", "timestamp", "state", "redirect_uri"), exact("ILIM, AIS, GO, LEO")
)
V3_CODE = Recipe(
    "v3/te code", ("client_id", "scope", "scope_org", "timestamp", "state", "redirect_uri", "code"), exact("ILIM, AIS, GO")
)
R1 = Recipe(
    "v3/te refresh R1",
    ("client_id", "scope", "scope_org", "timestamp", "state", "redirect_uri"),
    approximate("ILIM", switch="esia.refresh_texts"),
)
R2 = Recipe(
    "v3/te refresh R2",
    ("client_id", "scope", "timestamp", "state", "refresh_token"),
    approximate("AIS", switch="esia.refresh_texts"),
)
V3_CLIENT = Recipe("v3/te client", ("client_id", "scope", "timestamp", "state", "redirect_uri"), approximate("GO TokenUpdate"))
RECIPES = (V1, V2_AUTHORIZATION, V3_CODE, R1, R2, V3_CLIENT)
