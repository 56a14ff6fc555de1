"""How true the ESIA dialect is: `docs/esia-fidelity.md` is made from the tables that the code itself uses.

    python -m tests.idp.esia.fidelity

A row of the page is a row of such a table: whoever changes what the provider does changes the page.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from idp.esia import archive
from idp.esia.rest import (
    addresses,
    children,
    contacts,
    documents,
    employee_groups,
    endpoint,
    organisations,
    person,
    resources,
    roles,
    vehicles,
)
from idp.protocol.esia import (
    authorization,
    document_types,
    errors,
    mnemonic,
    parameters,
    permissions,
    scopes,
    signed_text,
    token_answer,
    tokens,
)
from idp.protocol.esia.addresses import ADDRESSES
from idp.protocol.esia.fact import Fact
from idp.protocol.esia.sources import SOURCES
from idp.protocol.esia.switches import SWITCHES
from idp.settings.groups import Esia

DOCUMENT = Path(__file__).parents[3] / "docs" / "esia-fidelity.md"
FIDELITIES = ("exact", "approximate", "assumed")
HEAD = """\
# How true the ESIA dialect is

Propusk is not ESIA and is not made by those who run it. ESIA publishes little, so its dialect here is put together from what
working clients do, what their issues report, and the parts of the recommendations that can be read. This page says of every
address, parameter, claim, code, scope and field how sure that is. It is made from the tables that the provider itself works by
(`python -m tests.idp.esia.fidelity`), and a test fails when it is not what they say.

- **exact**: independent sources agree, or a real client was run against it;
- **approximate**: one source says so;
- **assumed**: nobody says; this is our choice.

*Switch* is the setting that changes a row where somebody knows better ([how to set one](esia.md#switches)). Sources are
[abbreviated](#sources)."""


@dataclass(frozen=True)
class Row:
    """One line of a section: cells, and how sure we are of it."""

    cells: tuple[str, ...]
    fact: Fact


@dataclass(frozen=True)
class Section:
    """One table of the page."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[Row]


def sections() -> list[Section]:
    """Every section, from the tables of the code."""
    return [
        Section("Addresses", ("address", "method", "what it is"), [
            Row((_code(each.path), " ".join(each.methods) or "–", each.what), each.fact) for each in ADDRESSES
        ]),
        Section("Parameters", ("parameter", "required", "may come", "looks like", "missing"), [
            Row((_code(each.name), _calls(each.required), _calls(each.optional), each.looks, _missing(each)), each.fact)
            for each in parameters.PARAMETERS
        ]),
        Section("Values of parameters", ("parameter", "value"), [
            *_named("person_filter", authorization.PERSON_FILTERS),
            *_named("roles", authorization.ROLES),
            *_named("obj_type", authorization.OBJECT_TYPES),
        ]),
        Section("Signed texts", ("text", "in this order, with nothing between"), [
            Row((each.name, " + ".join(map(_code, each.fields))), each.fact) for each in signed_text.RECIPES
        ]),
        Section("Mnemonics", ("rule", "what it says"), [Row((each.name, each.text), each.fact) for each in mnemonic.RULES]),
        Section("The answer of the token endpoint", ("member",), _names(token_answer.MEMBERS)),
        Section("Headers of codes and tokens", ("member",), [Row((_code(name),), fact) for name, fact in tokens.HEADERS.items()]),
        Section("Claims of a code", ("claim",), _names(tokens.CODE)),
        Section("Claims of an access token", ("claim",), _names(tokens.ACCESS)),
        Section("Claims of an ID token", ("claim",), _names(tokens.ID)),
        Section("Members of urn:esia:sbj", ("member",), _names(tokens.SUBJECT)),
        Section("Codes of errors", ("code", "error", "text", "meaning"), [
            Row((f"ESIA-{each.number}", _code(each.error), each.text, each.meaning), each.fact) for each in errors.CODES.values()
        ]),
        Section("Scopes", ("scope", "about", "gives"), [
            Row((_code(each.name), each.about, each.gives), each.fact) for each in scopes.SCOPES.values()
        ]),
        Section("Consents of the digital profile", ("type", "demands", "may have", "longest, minutes"), [
            *(
                Row((_code(each.sysname), _words(each.mandatory), _words(each.optional), str(each.most_minutes)), each.fact)
                for each in permissions.TYPES.values()
            ),
            Row(("actions", _words(permissions.ACTIONS), "", ""), permissions.ACTIONS_FACT),
            Row(("purposes", _words(permissions.PURPOSES), "", ""), permissions.PURPOSES_FACT),
        ]),
        Section("Resources", ("address", "scopes, one of them"), [
            Row((_code("/" + "/".join(each.path)), _words(each.scopes)), each.fact) for each in resources.RESOURCES
        ]),
        Section("Fields of resources", ("resource", "field", "kind", "scopes, one of them"), [*_fields()]),
        Section("Types of documents", ("type", "scope"), [
            Row((_code(each.name), _code(each.scope)), each.fact) for each in document_types.DOCUMENT_TYPES.values()
        ]),
        Section("What resources refuse with", ("status", "word"), [
            Row((str(status), word), fact) for status, (word, fact) in endpoint.REFUSALS.items()
        ]),
        Section("The archive of certificates", ("algorithm", "name begins and ends"), [
            Row((_code(each.algorithm), f"{each.prefix}…{each.suffix}"), each.fact) for each in archive.FORMS
        ]),
        Section("Switches", ("setting", "question", "default"), [
            Row((_code(f"esia.{name}"), question.text, _default(name)), question.fact) for name, question in SWITCHES.items()
        ]),
    ]  # fmt: skip


def lines() -> Iterator[str]:
    """The page, line by line."""
    yield from HEAD.splitlines()
    yield from ("", "| section | " + " | ".join(FIDELITIES) + " |", "|---|" + "---|" * len(FIDELITIES))
    everything = sections()
    for section in everything:
        counts = Counter[str](row.fact.fidelity for row in section.rows)
        yield f"| [{section.title}](#{_anchor(section.title)}) | " + " | ".join(str(counts[each]) for each in FIDELITIES) + " |"
    counts = Counter[str](row.fact.fidelity for section in everything for row in section.rows)
    yield "| **all** | " + " | ".join(f"**{counts[each]}**" for each in FIDELITIES) + " |"
    for section in everything:
        head = (*section.head, "fidelity", "source", "switch")
        yield from ("", f"## {section.title}", "", _line(head), "|" + "---|" * len(head))
        for row in section.rows:
            switch = _code(row.fact.switch) if row.fact.switch else ""
            yield _line((*row.cells, row.fact.fidelity, row.fact.source, switch))
    yield from ("", "## Sources", "", "| abbreviation | what it is |", "|---|---|")
    yield from (_line(pair) for pair in SOURCES.items())


def _fields() -> Iterator[Row]:
    of_resource: Mapping[str, Sequence[Any]] = {
        "person": person.FIELDS,
        "contact": contacts.FIELDS,
        "address": addresses.FIELDS,
        "document": documents.FIELDS,
        "vehicle": vehicles.FIELDS,
        "child": children.FIELDS,
        "role": roles.FIELDS,
        "organisation": organisations.FIELDS,
        "address of an organisation": (organisations.LEGAL_ADDRESS,),
        "group of an employee": employee_groups.FIELDS,
    }
    for resource, known in of_resource.items():
        yield from (Row((resource, _code(each.name), each.kind, _words(each.scopes)), each.fact) for each in known)


def _names(members: Sequence[Any]) -> list[Row]:
    return [Row((_code(each.name),), each.fact) for each in members]


def _named(parameter: str, values: Mapping[str, Fact]) -> list[Row]:
    return [Row((_code(parameter), _code(value)), fact) for value, fact in values.items()]


def _calls(calls: frozenset[parameters.Call]) -> str:
    """The kinds of request in a few words."""
    if calls == parameters.SIGNED:
        return "everywhere"
    return ", ".join(call for call in parameters.CALLS if call in calls) or "–"


def _missing(parameter: parameters.Parameter) -> str:
    return f"ESIA-{parameter.missing}" if parameter.required else ""


def _default(name: str) -> str:
    value = next(each.default for each in fields(Esia) if each.name == name)
    shown = ", ".join(value) if isinstance(value, tuple) else str(value).lower() if isinstance(value, bool) else str(value)
    return _code(shown) if shown else "none"


def _words(names: Sequence[str] | frozenset[str]) -> str:
    return " ".join(map(_code, sorted(names))) if names else "any"


def _code(text: str) -> str:
    return f"``{text}``" if "`" in text else f"`{text}`"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _anchor(title: str) -> str:
    return "".join(character for character in title.lower().replace(" ", "-") if character.isalnum() or character == "-")


if __name__ == "__main__":
    DOCUMENT.write_text("\n".join(lines()) + "\n", encoding="utf-8")
