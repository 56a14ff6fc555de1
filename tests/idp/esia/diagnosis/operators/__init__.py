"""The mistakes that integrators make, as operators over a good request: which field each spoils, and what must be found.

Every operator is one cause. `field` is the parameter or the part of the request that it spoils, `kinds` what the first diagnosis
may be; what cannot be known, such as a flipped bit of a raw signature, must be `unknown`.
"""

from random import Random

from tests.idp.esia.diagnosis.operators import (
    certificates,
    form,
    grants,
    hashes,
    parameters,
    scopes,
    secrets,
    texts,
    times,
)
from tests.idp.esia.diagnosis.operators.base import OPERATORS, Operator
from tests.idp.esia.diagnosis.world import Request

__all__ = ["OPERATORS", "Operator", "choose"]
MODULES = (form, parameters, times, scopes, secrets, certificates, hashes, texts, grants)
"""Each adds its operators when it is loaded."""


def choose(chance: Random, request: Request) -> Operator:
    """One of the operators that fit this request."""
    return chance.choice([each for each in OPERATORS if each.fits(request)])
