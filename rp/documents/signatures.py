"""What is known to be harmful by the bytes it has: our own short list, looked at wherever a virus scanner is there or not."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Signature:
    """A file that holds these bytes is refused; the journal tells it by its name."""

    name: str
    content: bytes


SIGNATURES = (
    # In halves, so that scanners leave this file and its copies alone.
    Signature("EICAR", b"$EICAR-STANDARD-ANTI" + b"VIRUS-TEST-FILE!$H+H*"),
    Signature("test", b"PROPUSK-TEST-" + b"OF-A-HARMFUL-FILE"),
)
"""The file that every scanner knows, and one of our own for whoever tries the registry out."""


def signature_in(content: bytes, signatures: Sequence[Signature] = SIGNATURES) -> Signature | None:
    """The first signature that the bytes hold, if they hold one."""
    return next((signature for signature in signatures if signature.content in content), None)
