"""A diagnosis in words: of a request of either dialect, in Russian or English, for pages, programs and the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from typing import Literal

from idp.clients import registry
from idp.esia.diagnosis.gather import case_of
from idp.esia.diagnosis.judge import Verdict, judge
from idp.esia.diagnosis.kind import Comparison, Found, Language, Weight
from idp.esia.diagnosis.sent import answered_code
from idp.protocol.esia.fact import Fidelity
from idp.realm import Realm
from idp.requests import findings
from idp.requests.findings import Finding
from idp.requests.journal import Recorded

Outcome = Literal["refused", "accepted", "unknown"]
OF_ESIA = ("/aas/", "/rs/", "/esia-rs/", "/idp/ext/", "/public/esia")
BAD_REQUEST = 400


@dataclass(frozen=True)
class Item:
    """One thing that is said. `fidelity` is how sure we are that the real ESIA minds, None beyond its dialect."""

    code: str
    weight: Weight
    field: str
    title: str
    cause: str
    fix: str
    clause: str
    received: str
    expected: str
    fidelity: Fidelity | None = None
    switch: str = ""
    comparison: Comparison | None = None


@dataclass(frozen=True)
class Explanation:
    """Why a request was answered as it was: `items` begins with the cause. `code` is ESIA's, such as `ESIA-007053`."""

    recorded: Recorded
    outcome: Outcome
    code: str
    items: Sequence[Item]
    parameters: Mapping[str, str] = member(default_factory=dict)

    @property
    def first(self) -> Item:
        return self.items[0]


def is_of_esia(path: str) -> bool:
    return path.startswith(OF_ESIA)


def was_refused(recorded: Recorded) -> bool:
    """Was it answered with an error, in the answer itself or in the address that a browser was sent back to?"""
    exchange = recorded.exchange
    location = dict(exchange.answer_headers).get("location", "")
    return exchange.status >= BAD_REQUEST or "error=" in location


def answered(recorded: Recorded) -> str:
    """The answer in a word: ESIA's code, or the status."""
    code = answered_code(recorded.exchange)
    return f"ESIA-{code}" if code else str(recorded.exchange.status)


def cut_text(text: bytes, parameters: Mapping[str, str]) -> list[tuple[str, str]]:
    """A signed text cut at the parameters whose values it is made of; what is of none has no name."""
    values = sorted(((name, value.encode()) for name, value in parameters.items() if value), key=lambda pair: -len(pair[1]))
    pieces: list[tuple[str, str]] = []
    rest, strange = text, b""
    while rest:
        name, value = next(((name, value) for name, value in values if rest.startswith(value)), ("", rest[:1]))
        if name:
            pieces += [("", strange.decode("utf-8", "backslashreplace"))] if strange else []
            pieces.append((name, value.decode("utf-8", "replace")))
            strange = b""
        else:
            strange += value
        rest = rest[len(value) :]
    return [*pieces, *([("", strange.decode("utf-8", "backslashreplace"))] if strange else [])]


def explain(realm: Realm, recorded: Recorded, language: Language) -> Explanation:
    """Work out what was wrong with a stored request. Call it outside any transaction; it may take a second."""
    with realm.database.read() as connection:
        if not is_of_esia(recorded.exchange.path):
            client = registry.find(connection, recorded.system)
            return _of_openid(recorded, findings.judge(recorded.exchange, client), language)
        case = case_of(realm, connection, recorded)
    return _of_esia(recorded, judge(case), language)


def _of_esia(recorded: Recorded, verdict: Verdict, language: Language) -> Explanation:
    items = [_item(each, language) for each in verdict.found]
    outcome: Outcome = "unknown" if verdict.is_unknown else "refused" if verdict.is_refused else "accepted"
    return Explanation(recorded, outcome, f"ESIA-{verdict.code}" if verdict.code else "", items, verdict.case.parameters)


def _item(one: Found, language: Language) -> Item:
    kind, values = one.kind, one.all_values
    return Item(
        code=kind.code,
        weight=kind.weight,
        field=one.field,
        title=kind.title.said(language, values),
        cause=kind.cause.said(language, values),
        fix=kind.fix.said(language, values),
        clause=kind.clause,
        received=one.received,
        expected=one.expected,
        fidelity=kind.fact.fidelity,
        switch=kind.fact.switch,
        comparison=one.comparison,
    )


NOTHING_KNOWN = {
    "ru": (
        "Причина не найдена",
        "Правила стандартных запросов, которые проверяются, не нарушены. Ответ: {answer}.",
        "Прочитайте описание ошибки в ответе.",
    ),
    "en": (
        "The cause is not found",
        "No rule of standard requests that is looked at is broken. The answer: {answer}.",
        "Read the description of the error in the answer.",
    ),
}
NOTHING_WRONG = {
    "ru": ("С запросом всё в порядке", "Он принят, и замечаний нет.", "Ничего делать не нужно."),
    "en": ("Nothing is wrong with the request", "It was accepted, and there is nothing to say.", "There is nothing to do."),
}


def _of_openid(recorded: Recorded, found: Sequence[Finding], language: Language) -> Explanation:
    """What the journal of requests has to say of a request to the standard endpoints; it says so in English."""
    is_refused = was_refused(recorded)
    weight: Weight = "cause" if is_refused else "warning"
    items = [Item(each.code, weight, _field(each), each.code, each.text, "—", each.clause, "", "") for each in found]
    if not items:
        told = (NOTHING_KNOWN if is_refused else NOTHING_WRONG)[language]
        answer = recorded.exchange.answer_body[:300].decode("utf-8", "replace") or str(recorded.exchange.status)
        code = "unknown" if is_refused else "all_well"
        items = [Item(code, weight, "request", told[0], told[1].format(answer=answer), told[2], "RFC 6749, 5.2", "", "")]
    outcome: Outcome = "accepted" if not is_refused else "refused" if found else "unknown"
    return Explanation(recorded, outcome, "", items)


def _field(finding: Finding) -> str:
    return next((name for name in ("redirect_uri", "client_secret", "scope", "pkce") if finding.code.startswith(name)), "request")
