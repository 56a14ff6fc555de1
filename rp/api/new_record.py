"""A record as a system sends it: the fields of the form that people fill in, which is made from the contract of record types.

`type` names the type; every other member is a field of its form. A member that is none, such as `owner_id` or `verified`, is
refused and named: who a record belongs to and who wrote it is not the sender's to say.
"""

from collections.abc import Mapping
from typing import Any

from rp.api.answers import Refused, problem
from rp.forms.form import Form
from rp.records.catalogue import BY_NAME
from rp.records.record_type import RecordType

MOST_NAMED = 20
MOST_CHARACTERS_NAMED = 60


def read_type(given: Mapping[str, Any]) -> RecordType:
    """The type of a new record. Raises Refused."""
    kind = BY_NAME.get(given["type"]) if isinstance(given.get("type"), str) else None
    if kind is None:
        raise wrong_values({"type": f"one of {', '.join(BY_NAME)}"})
    return kind


def read_texts(given: Mapping[str, Any], form: Form) -> dict[str, str]:
    """The members as the form has them: a number is its digits, null is what was left empty. Raises Refused."""
    names = {field.name for field in form.fields}
    unknown = [name[:MOST_CHARACTERS_NAMED] for name in given if name != "type" and name not in names][:MOST_NAMED]
    if unknown:
        raise unknown_members(unknown)
    texts: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name in names & given.keys():
        value = given[name]
        if isinstance(value, str):
            texts[name] = value
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            texts[name] = str(value)
        elif value is not None:
            errors[name] = "a text, a number or null"
    if errors:
        raise wrong_values({**form.read(texts).errors, **errors})
    return texts


def unknown_members(names: list[str]) -> Refused:
    """400, naming what means nothing here."""
    return problem(400, "unknown_member", "some names mean nothing here", errors=dict.fromkeys(names, "unknown"))


def wrong_values(errors: Mapping[str, str]) -> Refused:
    """422, with a sentence for each field that is to blame."""
    return problem(422, "wrong_value", "a value is not what it must be", errors=errors)
