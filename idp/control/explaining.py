"""What a body that is refused could have been: the names and words that its operation knows, beside those that came."""

import re
from collections.abc import Iterable

from msgspec import Struct, inspect

UNKNOWN_NAME = re.compile(r"Object contains unknown field `.*`", re.DOTALL)
UNKNOWN_WORD = re.compile(r"Invalid enum value .*", re.DOTALL)
BAD_DATE = "Invalid RFC3339 encoded date"
PLACE = " - at `$"
STEP = re.compile(r"\.(\w+)|\[")


def explain(reason: str, expected: type[Struct]) -> str:
    """The sentence of msgspec with what is known at its place, where that can be listed."""
    what, _, path = reason.partition(PLACE)
    if what == BAD_DATE:
        return f"{reason}: a date is written as 1980-05-03"
    found = _walk(inspect.type_info(expected), path.removesuffix("`"))
    known: Iterable[object] = ()
    if UNKNOWN_NAME.fullmatch(what):
        known = (field.encode_name for kind in found if isinstance(kind, inspect.StructType) for field in kind.fields)
    elif UNKNOWN_WORD.fullmatch(what):
        known = (value for kind in found if isinstance(kind, inspect.LiteralType) for value in kind.values)
    listed = ", ".join(str(name) for name in known)
    return f"{reason}; known are {listed}" if listed else reason


def _walk(kind: inspect.Type, path: str) -> list[inspect.Type]:
    """The types that may stand at a path, such as `.methods[0].script`."""
    found = _plain(kind)
    for step in STEP.finditer(path):
        if step[1] is None:
            below = [inner.item_type for inner in found if isinstance(inner, inspect.ListType | inspect.VarTupleType)]
        else:
            structs = [inner for inner in found if isinstance(inner, inspect.StructType)]
            below = [field.type for struct in structs for field in struct.fields if field.encode_name == step[1]]
        found = [plain for inner in below for plain in _plain(inner)]
    return found


def _plain(kind: inspect.Type) -> list[inspect.Type]:
    """A type without what is said about it, or each of a choice."""
    if isinstance(kind, inspect.Metadata):
        return _plain(kind.type)
    if isinstance(kind, inspect.UnionType):
        return [plain for each in kind.types for plain in _plain(each)]
    return [kind]
