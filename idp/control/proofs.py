"""How the stand proves each method for a person who is not there: what every method keeps beside it in `rehearsal.py`."""

from collections.abc import Mapping
from importlib import import_module

from idp.authentication.method import Method
from idp.authentication.methods import METHODS
from idp.authentication.rehearsal import Proof


def _proof_of(method: Method) -> Proof:
    folder = type(method).__module__.rpartition(".")[0]
    proof: Proof = import_module(f"{folder}.rehearsal").proof(method)
    return proof


PROOFS: Mapping[str, Proof] = {method.name: _proof_of(method) for method in METHODS}
"""By the name of the method. What a method lacks is missed when the control plane starts."""
