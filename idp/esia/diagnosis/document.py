"""A diagnosis for programs: what the control plane answers and `propusk why --json` prints."""

from typing import Any

import msgspec
from msgspec import Struct

from idp.esia.diagnosis.kind import Comparison, Weight
from idp.esia.diagnosis.telling import Explanation, Item, Outcome


class ComparedText(Struct, frozen=True, kw_only=True):
    """The text that had to be signed and, where it was found, the one that was. Bytes are in hexadecimal.

    `first_difference` is the number of the first byte that differs.
    """

    expected: str
    expected_hex: str
    signed: str | None
    signed_hex: str | None
    first_difference: int | None


class Reason(Struct, frozen=True, kw_only=True):
    """One mistake, warning or note. `clause` names the rule, `fidelity` how sure we are, `switch` what setting changes it."""

    code: str
    weight: Weight
    field: str
    title: str
    cause: str
    fix: str
    clause: str
    fidelity: str | None
    switch: str
    received: str
    expected: str
    text: ComparedText | None


class Why(Struct, frozen=True, kw_only=True):
    """Why a request was answered as it was. `reasons` begins with the cause; an `unknown` outcome has none that we know."""

    request: str
    system: str
    at: int
    method: str
    path: str
    status: int
    code: str
    outcome: Outcome
    reasons: list[Reason]


def why_of(explanation: Explanation) -> Why:
    """The document of an explanation."""
    exchange = explanation.recorded.exchange
    return Why(
        request=exchange.id,
        system=explanation.recorded.system,
        at=exchange.at,
        method=exchange.method,
        path=exchange.path,
        status=exchange.status,
        code=explanation.code,
        outcome=explanation.outcome,
        reasons=[_reason(item) for item in explanation.items],
    )


def document_of(explanation: Explanation) -> dict[str, Any]:
    """The same as plain values."""
    document: dict[str, Any] = msgspec.to_builtins(why_of(explanation))
    return document


def _reason(item: Item) -> Reason:
    return Reason(
        code=item.code,
        weight=item.weight,
        field=item.field,
        title=item.title,
        cause=item.cause,
        fix=item.fix,
        clause=item.clause,
        fidelity=item.fidelity,
        switch=item.switch,
        received=item.received,
        expected=item.expected,
        text=_compared(item.comparison) if item.comparison is not None else None,
    )


def _compared(comparison: Comparison) -> ComparedText:
    signed = comparison.signed
    return ComparedText(
        expected=comparison.expected.decode("utf-8", "replace"),
        expected_hex=comparison.expected.hex(" "),
        signed=signed.decode("utf-8", "replace") if signed is not None else None,
        signed_hex=signed.hex(" ") if signed is not None else None,
        first_difference=comparison.first_difference,
    )
