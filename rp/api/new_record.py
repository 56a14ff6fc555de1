"""A record as a system sends it: the fields of the form of its type, which is made from the contract of record types.

`type` names the type; every other member is a field of its form. A member that is none, such as `owner_id` or `verified`, is
refused and named: who a record belongs to and who wrote it is not the sender's to say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from rp.api.answers import Refused, problem
from rp.forms.form import Form
from rp.organisations.directory import Organisation
from rp.realm import Realm
from rp.records.catalogue import BY_NAME
from rp.records.entering import entry_for
from rp.records.record_type import Draft, Record, ValuesRefused

MOST_NAMED = 20
MOST_CHARACTERS_NAMED = 60


@dataclass(frozen=True)
class NewRecord:
    """What the body says, read and judged."""

    type_name: str
    draft: Draft


def read_new_record(
    connection: Connection, realm: Realm, given: Mapping[str, Any], *, organisation: Organisation, known: Sequence[Record]
) -> NewRecord:
    """The draft of a body. Raises Refused with the fields that are to blame."""
    kind = BY_NAME.get(given["type"]) if isinstance(given.get("type"), str) else None
    if kind is None:
        raise wrong_values({"type": f"one of {', '.join(BY_NAME)}"})
    entry = entry_for(connection, realm, organisation=organisation.name, known=known)
    form = Form(kind.fields(entry))
    names = {field.name for field in form.fields}
    unknown = [name[:MOST_CHARACTERS_NAMED] for name in given if name != "type" and name not in names][:MOST_NAMED]
    if unknown:
        raise problem(400, "unknown_member", "the body has members that mean nothing here", errors=dict.fromkeys(unknown, "unknown"))
    texts, errors = _texts({name: given[name] for name in names if name in given})
    read = form.read(texts)
    errors = {**read.errors, **errors}
    if errors:
        raise wrong_values(errors)
    try:
        return NewRecord(kind.name, kind.draft_of(read.values, entry))
    except ValuesRefused as refused:
        raise wrong_values(refused.errors) from refused


def wrong_values(errors: Mapping[str, str]) -> Refused:
    """422, with a sentence for each field that is to blame."""
    return problem(422, "wrong_value", "a value is not what it must be", errors=errors)


def _texts(given: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """The members as a form has them. A number is its digits; null is what was left empty."""
    texts: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name, value in given.items():
        if isinstance(value, str):
            texts[name] = value
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            texts[name] = str(value)
        elif value is not None:
            errors[name] = "a text, a number or null"
    return texts, errors
