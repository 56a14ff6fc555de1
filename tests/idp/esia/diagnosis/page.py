"""`docs/esia-diagnosis.md`: every mistake that `propusk why` knows, made from the tables that it works by.

python -m tests.idp.esia.diagnosis.page
"""

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from idp.esia.diagnosis.kind import Kind
from idp.esia.diagnosis.kinds import MODULES

DOCUMENT = Path(__file__).parents[4] / "docs" / "esia-diagnosis.md"
HEAD = """\
# What a diagnosis knows

ESIA answers `ESIA-007005` or `ESIA-007053` to whatever is wrong with a signature. On the wire Propusk does the same; `propusk
why`, the page `/why` of the control plane and its operation `GET /requests/{request_id}/why` say which mistake it was, what
came, what was expected, byte by byte, and how to mend it. It is worked out of the stored bytes of the request when somebody
asks.

A signature is tried against the right text by every certificate that the stand knows, against the right text with its bytes
in another order or packing, and then against up to three thousand texts that integrators are known to sign: the other
version's, other orders, a field less or more, values of earlier requests, other encodings and forms. Where nothing fits, it
says so and shows the expected text: an unknown cause never comes with a guess.

Of 5,000 requests that were spoiled in one way each (`python -m tests.load.mutants`, seed 17: v1, v2 and v3, RSA and GOST, 223
ways) the first diagnosis names the spoiled field in 98.5 %; the others are such as nobody could know (a raw signature with a
flipped bit or by an unknown key, a random `state` that was replaced after signing), and are `unknown`. It takes 1 ms as a
rule, and up to a few seconds where a GOST signature fits nothing.

This page is made from the tables of the code (`python -m tests.idp.esia.diagnosis.page`). *Code* is what programs get as
`code`, *answered* what such a request is answered with; sources are [abbreviated](esia-fidelity.md#sources)."""


def lines() -> Iterator[str]:
    """The page."""
    yield HEAD
    for module in MODULES:
        yield f"\n## {_title(module)}\n"
        yield "| code | field | mistake | how to mend it | answered | source |"
        yield "| --- | --- | --- | --- | --- | --- |"
        for kind in vars(module).values():
            if isinstance(kind, Kind):
                yield _row(kind)


def _title(module: ModuleType) -> str:
    return str(module.__doc__).partition(":")[0].partition("\n")[0].rstrip(".")


def _row(kind: Kind) -> str:
    field = f"`{kind.field}`" if kind.field else "any"
    answered = ", ".join(kind.answers) or ("taken" if kind.weight != "cause" else "–")
    cells = (f"`{kind.code}`", field, _plain(kind.title.en), _plain(kind.fix.en), answered, kind.clause)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _plain(text: str) -> str:
    """A sentence whose values are only named."""
    return re.sub(r"\{(\w+)\}", r"*\1*", text.replace("{{", "{ ").replace("}}", " }"))


if __name__ == "__main__":
    DOCUMENT.write_text("\n".join(lines()) + "\n", encoding="utf-8")
