"""What a client learns about a person, and nothing else (OpenID Connect Core 1.0, 5.4 and 5.5).

A scope opens a group of claims; the `claims` parameter asks for single ones, and may say which value it wants. What is
handed out is what was shown: a claim whose value is not the wanted one is neither shown nor handed out.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from idp.errors import RequestRefused
from idp.protocol.scopes import claims_of
from idp.protocol.vocabulary import MAX_CLAIMS_DEPTH, MAX_CLAIMS_LENGTH, Dialect

CLAUSE = "OpenID Connect Core 1.0, 5.5"
Wanted = dict[str, list[Any] | None]
"""Names of claims, each with the values that are wanted, or None when any is."""


@dataclass(frozen=True)
class ClaimsRequest:
    """A judged `claims` parameter: only claims that the client may have, and what it says of `sub` and `acr`.

    `levels` are the words asked of `acr`, in order of preference; where `is_level_essential` holds, no other may be stated.
    """

    userinfo: Wanted = field(default_factory=dict)
    id_token: Wanted = field(default_factory=dict)
    subject: str | None = None
    levels: tuple[str, ...] = ()
    is_level_essential: bool = False


@dataclass(frozen=True)
class GrantedClaims:
    """The names of the single claims that a citizen allowed, by where they are handed out."""

    userinfo: tuple[str, ...] = ()
    id_token: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.userinfo + self.id_token)

    def as_document(self) -> dict[str, list[str]]:
        """For a JSON column: names only, which tell nothing about a person."""
        return {"userinfo": list(self.userinfo), "id_token": list(self.id_token)}

    @classmethod
    def of_document(cls, document: Mapping[str, list[str]]) -> "GrantedClaims":
        return cls(userinfo=tuple(document["userinfo"]), id_token=tuple(document["id_token"]))


def read(text: str, *, allowed: Collection[str]) -> ClaimsRequest:
    """Judge a `claims` parameter. `allowed` are the claims this client may have; others are passed over, as are unknown
    members. Raises RequestRefused. Size and depth are judged before it is parsed."""
    if len(text) > MAX_CLAIMS_LENGTH:
        raise _refused("claims is too long")
    if _depth(text) > MAX_CLAIMS_DEPTH:
        raise _refused("claims is nested too deeply")
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _refused("claims is not JSON") from None
    userinfo, id_token = _member(document, "userinfo"), _member(document, "id_token")
    level = id_token.get("acr", (None, False))
    return ClaimsRequest(
        userinfo={name: values for name, (values, _) in userinfo.items() if name in allowed},
        id_token={name: values for name, (values, _) in id_token.items() if name in allowed},
        subject=_subject(userinfo, id_token),
        levels=tuple(value for value in level[0] or () if isinstance(value, str)),
        is_level_essential=level[1] and level[0] is not None,
    )


def granted(asked: ClaimsRequest, person: Mapping[str, Any]) -> GrantedClaims:
    """Of the claims asked for, those to show and to hand out: whose value is the wanted one, or which name no value."""
    return GrantedClaims(userinfo=_fitting(asked.userinfo, person), id_token=_fitting(asked.id_token, person))


def names_of(scopes: Iterable[str], single: GrantedClaims, dialect: Dialect = "openid") -> tuple[str, ...]:
    """Every claim that is handed out somewhere: those of the scopes and the single ones."""
    return tuple(dict.fromkeys((*claims_of(scopes, dialect), *single.userinfo, *single.id_token)))


def released(person: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Of all claims about a person, the named ones that have a value."""
    return {name: person[name] for name in names if person.get(name) is not None}


def _fitting(wanted: Wanted, person: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name, values in sorted(wanted.items()) if values is None or person.get(name) in values)


def _subject(*members: Mapping[str, tuple[list[Any] | None, bool]]) -> str | None:
    """The one subject that is asked for. Whoever names two asks for nobody."""
    asked = [values for member in members if (values := member.get("sub", (None, False))[0]) is not None]
    if not asked:
        return None
    if any(values != asked[0] for values in asked) or len(asked[0]) != 1 or not isinstance(asked[0][0], str):
        raise _refused("claims must ask for one sub, as a string")
    subject: str = asked[0][0]
    return subject


def _member(document: Any, name: str) -> dict[str, tuple[list[Any] | None, bool]]:
    """One half of the parameter: of each claim the wanted values, or None, and whether it is essential."""
    if not isinstance(document, dict) or not isinstance(document.get(name, {}), dict):
        raise _refused("claims must be a JSON object of JSON objects")
    return {claim: _terms(terms) for claim, terms in document.get(name, {}).items()}


def _terms(terms: Any) -> tuple[list[Any] | None, bool]:
    if terms is None:
        return None, False
    if not isinstance(terms, dict):
        raise _refused("a member of claims must be null or a JSON object")
    essential, values = terms.get("essential", False), terms.get("values")
    if not isinstance(essential, bool):
        raise _refused("essential must be true or false")
    if values is not None and not isinstance(values, list):
        raise _refused("values must be an array")
    if "value" in terms:
        values = [terms["value"]]
    return values, essential


def _depth(text: str) -> int:
    """How deeply a JSON text is nested, at most; found without parsing it."""
    depth = deepest = 0
    in_string = is_escaped = False
    for character in text:
        if in_string:
            is_escaped, in_string = character == "\\" and not is_escaped, character != '"' or is_escaped
        elif character == '"':
            in_string = True
        elif character in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "}]":
            depth -= 1
    return deepest


def _refused(description: str) -> RequestRefused:
    return RequestRefused("invalid_request", description, clause=CLAUSE)
