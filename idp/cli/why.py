"""Asking why a request was refused."""

import json
import os
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import click

from ground.clock import as_datetime
from idp.errors import StandUnusable
from idp.esia.diagnosis.document import document_of
from idp.esia.diagnosis.kind import Comparison, Language
from idp.esia.diagnosis.telling import Explanation, Item, explain, was_refused
from idp.realm import Realm, open_realm
from idp.requests import journal
from idp.requests.journal import Recorded
from idp.requests.recorder import settle
from idp.settings import read_settings

WIDTH = 100
LINES_OF_VALUE = 3
LISTED = 20
LOOKED_AT = 1_000
AROUND = 12
ROW = 16


@dataclass(frozen=True)
class Labels:
    """The words beside what is said."""

    cause: str
    fix: str
    received: str
    expected: str
    clause: str
    also: str
    whole: str
    bytes_from: str
    right: str
    note: str
    tried: str
    nothing: str
    more: str


LABELS = {
    "ru": Labels(
        "Причина",
        "Исправить",
        "Получено",
        "Ожидалось",
        "Основание",
        "Ещё",
        "Вся строка",
        "Байты с",
        "Верно",
        "Замечание",
        "Проверено",
        "В последнее время ничего не отклонено.",
        "Причина и как исправить: propusk why {id}",
    ),
    "en": Labels(
        "Cause",
        "Fix",
        "Received",
        "Expected",
        "Clause",
        "Also",
        "Whole text",
        "Bytes from",
        "Right",
        "Note",
        "Tried",
        "Nothing was refused lately.",
        "Cause and fix: propusk why {id}",
    ),
}


@click.command()
@click.argument("request_id", required=False)
@click.option("--last", "client_id", metavar="CLIENT", help="The last refused request of this system.")
@click.option("--json", "as_json", is_flag=True, help="Say it for programs.")
@click.option("--lang", type=click.Choice(["ru", "en"]), help="Else the language of the terminal.")
def why(request_id: str | None, client_id: str | None, as_json: bool, lang: str | None) -> None:
    """Say why the request REQUEST_ID was refused: the cause, how to mend it, what came and what was expected.

    The id is that of the header X-Propusk-Request of its answer. Without one, list the last refused requests.
    """
    language = cast(Language, lang or ("ru" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("ru") else "en"))
    realm = open_realm(read_settings())
    try:
        if not realm.settings.keeps_requests:
            raise StandUnusable("no requests are kept here: the request journal is off")
        settle(realm)
        if request_id is None and client_id is None:
            _list(realm, language, as_json=as_json)
            return
        explanation = explain(realm, _find(realm, request_id, client_id), language)
    finally:
        realm.database.close()
    if as_json:
        click.echo(json.dumps(document_of(explanation), ensure_ascii=False, indent=2))
        return
    for line in lines(explanation, language):
        click.echo(line)


def _find(realm: Realm, request_id: str | None, client_id: str | None) -> Recorded:
    with realm.database.read() as connection:
        if request_id is not None:
            found = journal.find(realm, connection, request_id)
            if found is None:
                raise StandUnusable(f"there is no request {request_id}, or not any more")
            return found
        everything = journal.everything(realm, connection, system=client_id, limit=LOOKED_AT)
    refused = [each for each in everything if was_refused(each)]
    if not refused:
        raise StandUnusable(f"no request of {client_id} was refused lately")
    return refused[-1]


def _list(realm: Realm, language: Language, *, as_json: bool) -> None:
    with realm.database.read() as connection:
        everything = journal.everything(realm, connection, limit=LOOKED_AT)
    refused = [each for each in everything if was_refused(each)][-LISTED:]
    explanations = [explain(realm, each, language) for each in refused]
    if as_json:
        click.echo(json.dumps([document_of(each) for each in explanations], ensure_ascii=False, indent=2))
        return
    for each in explanations:
        exchange = each.recorded.exchange
        code = each.code or str(exchange.status)
        click.echo("  ".join((exchange.id, _moment(exchange.at), each.recorded.system or "?", exchange.path, code)))
        click.echo(_cut(f"    {each.first.title} [{each.first.field}]"))
    labels = LABELS[language]
    # To standard error: what reads the list line by line is not to read this.
    click.echo(labels.more.format(id=refused[-1].exchange.id) if refused else labels.nothing, err=True)


def lines(explanation: Explanation, language: Language) -> Iterator[str]:
    """What is printed; the first screen of 24 lines has all that matters."""
    labels, first = LABELS[language], explanation.first
    exchange = explanation.recorded.exchange
    yield _cut(f"{exchange.method} {exchange.path} → {exchange.status} {explanation.code}".rstrip())
    yield _cut(f"{explanation.recorded.system or '?'}  {_moment(exchange.at)}  {exchange.id}")
    yield ""
    yield _cut(f"{first.title}  [{first.field}]")
    head = {"refused": labels.cause, "unknown": labels.tried}.get(explanation.outcome, labels.right)
    yield from _labelled(head, first.cause, lines_at_most=LINES_OF_VALUE)
    yield from _labelled(labels.fix, first.fix, lines_at_most=LINES_OF_VALUE)
    yield from _labelled(labels.received, first.received, lines_at_most=LINES_OF_VALUE)
    yield from _labelled(labels.expected, first.expected, lines_at_most=LINES_OF_VALUE)
    if first.comparison is not None:
        yield from _difference(first.comparison, labels.bytes_from)
    yield from _labelled(labels.clause, _clause(first), lines_at_most=1)
    for each in explanation.items[1:]:
        yield ""
        yield from _labelled(labels.also, f"{each.title} [{each.field}]: {each.cause} {each.fix}", lines_at_most=4)
    if first.comparison is not None:
        yield ""
        yield from _labelled(labels.whole, first.comparison.expected.decode("utf-8", "replace"), lines_at_most=40)
        yield from _dump(first.comparison.expected, first.comparison.first_difference)


def _clause(item: Item) -> str:
    more = [item.fidelity or "", item.switch]
    told = ", ".join(each for each in more if each)
    return f"{item.clause} ({told})" if told else item.clause


def _difference(comparison: Comparison, label: str) -> Iterator[str]:
    """The bytes of both texts around the first that differs."""
    at = comparison.first_difference
    if at is None or comparison.signed is None:
        return
    start = max(at - AROUND // 2, 0)
    for head, mark, text in ((f"{label} {start}", "-", comparison.signed), ("", "+", comparison.expected)):
        piece = text[start : start + AROUND]
        places = (f"[{byte:02x}]" if start + place == at else f"{byte:02x}" for place, byte in enumerate(piece))
        yield _cut(f"{head:<15} {mark} {' '.join(places)}  {_shown(piece.decode('utf-8', 'replace'))}")


def _dump(data: bytes, marked: int | None) -> Iterator[str]:
    for start in range(0, len(data), ROW):
        piece = data[start : start + ROW]
        mark = ">" if marked is not None and start <= marked < start + ROW else " "
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in piece)
        yield f"{mark} {start:04x}  {piece.hex(' '):<{3 * ROW}} {text}"


def _labelled(label: str, text: str, *, lines_at_most: int) -> Iterator[str]:
    if not text:
        return
    indent = " " * 12
    wrapped = textwrap.wrap(
        _shown(text), WIDTH - len(indent), break_on_hyphens=False, max_lines=lines_at_most, placeholder=" …"
    ) or [""]
    yield f"{label:<12}{wrapped[0]}"
    for line in wrapped[1:]:
        yield indent + line


def _shown(text: str) -> str:
    """A text with what cannot be printed escaped: it came from a stranger, and a terminal obeys."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _cut(line: str) -> str:
    line = _shown(line)
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


def _moment(at: int) -> str:
    return as_datetime(at).strftime("%Y-%m-%d %H:%M:%SZ")
