"""Consents of the Цифровой профиль: the parameter `permissions`, judged by the types of consent that there are.

Nobody publishes ESIA's list of types; this one is for tests, and its rules are chosen so that every refusal can be met.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import orjson

from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.fact import Fact, approximate, assumed
from idp.protocol.esia.scopes import SCOPES

LONGEST: Final = 8 * 1024
MOST: Final = 10
ACTIONS: Final = ("ALL_ACTIONS_TO_DATA", "SHARE_DATA", "USE_DATA")
ACTIONS_FACT: Final = approximate("GO permissions.go; LEO Models")
PURPOSES: Final = ("CREDIT", "INSURANCE", "ACCOUNT_OPENING", "SCORING")
PURPOSES_FACT: Final = assumed()


@dataclass(frozen=True)
class ConsentType:
    """A type of consent: the scopes it demands, those it may have besides and those it must never have, and how long it may
    last, in minutes. Where `has_one_purpose`, it has exactly one."""

    sysname: str
    mandatory: frozenset[str]
    optional: frozenset[str]
    forbidden: frozenset[str]
    most_minutes: int
    has_one_purpose: bool
    fact: Fact = field(default_factory=assumed)


TYPES: Final[Mapping[str, ConsentType]] = MappingProxyType(
    {
        each.sysname: each
        for each in (
            ConsentType(
                "CREDIT_PROCESS",
                mandatory=frozenset({"fullname"}),
                optional=frozenset(
                    {"birthdate", "gender", "snils", "inn", "id_doc", "addresses", "contacts", "mobile", "email"}
                    | {"ndfl_person", "electronic_workbook", "payout_income", "ils_doc", "history_passport_doc"}
                ),
                forbidden=frozenset({"bio", "ext_auth_result"}),
                most_minutes=365 * 24 * 60,
                has_one_purpose=True,
            ),
            ConsentType(
                "INSURANCE_PROCESS",
                mandatory=frozenset({"fullname", "birthdate"}),
                optional=frozenset({"gender", "snils", "id_doc", "drivers_licence_doc", "vehicles", "vehicle_reg_cert_doc"}),
                forbidden=frozenset({"bio", "ext_auth_result", "ndfl_person"}),
                most_minutes=30 * 24 * 60,
                has_one_purpose=False,
            ),
        )
    }
)


@dataclass(frozen=True)
class Permission:
    """One consent that a system asks for. `document` is what tokens repeat of it, `scopes` what it opens."""

    sysname: str
    scopes: tuple[str, ...]
    document: Mapping[str, Any]


def read_permissions(text: str) -> tuple[Permission, ...]:
    """The consents of the parameter. Raises EsiaRefused: 007038 for what cannot be read, and the codes 0367xx."""
    return tuple(_judge(each) for each in _read(text))


def _read(text: str) -> Sequence[Mapping[str, Any]]:
    plain = text.replace("+", "-").replace("/", "_").rstrip("=")
    try:
        if len(text) > LONGEST:
            raise ValueError
        document = orjson.loads(base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        raise _unreadable("is not base64url of JSON") from None
    if not isinstance(document, list) or not 0 < len(document) <= MOST:
        raise _unreadable(f"is no array of 1 to {MOST} consents")
    if not all(isinstance(each, dict) for each in document):
        raise _unreadable("has a consent that is no object")
    return document


def _judge(document: Mapping[str, Any]) -> Permission:
    kind = _type(document)
    scopes, actions, purposes = (_sysnames(document, name) for name in ("scopes", "actions", "purposes"))
    _check_scopes(kind, scopes)
    if not actions:
        raise EsiaRefused("036705", cause=f"consent {kind.sysname} names no action")
    for action in actions:
        if action not in ACTIONS:
            raise EsiaRefused("036706", cause=f"consent {kind.sysname} names an unknown action")
    _check_purposes(kind, purposes)
    expire = document.get("expire")
    if type(expire) is not int or not 0 < expire <= kind.most_minutes:
        raise EsiaRefused("036716", cause=f"expire of consent {kind.sysname} is not 1 to {kind.most_minutes} minutes")
    kept = {
        "sysname": kind.sysname,
        "expire": expire,
        **{
            name: [{"sysname": each} for each in names]
            for name, names in (("actions", actions), ("purposes", purposes), ("scopes", scopes))
        },
    }
    responsible = document.get("responsibleObject")
    if isinstance(responsible, str) and responsible:
        kept["responsibleObject"] = responsible[:200]
    return Permission(kind.sysname, scopes, kept)


def _type(document: Mapping[str, Any]) -> ConsentType:
    sysname = document.get("sysname")
    if not isinstance(sysname, str) or not sysname:
        raise EsiaRefused("036700", cause="a consent has no sysname")
    if sysname not in TYPES:
        raise EsiaRefused("036701", cause="a consent is of an unknown type")
    return TYPES[sysname]


def _check_scopes(kind: ConsentType, scopes: Sequence[str]) -> None:
    asked = frozenset(scopes)
    if lacking := sorted(kind.mandatory - asked):
        raise EsiaRefused("036702", cause=f"consent {kind.sysname} lacks {lacking[0]}")
    if forbidden := sorted(asked & kind.forbidden):
        raise EsiaRefused("036704", cause=f"consent {kind.sysname} must not have {forbidden[0]}")
    if exceeding := sorted(asked - kind.mandatory - kind.optional):
        known = exceeding[0] if exceeding[0] in SCOPES else "an unknown scope"
        raise EsiaRefused("036703", cause=f"consent {kind.sysname} has {known} beyond its type")


def _check_purposes(kind: ConsentType, purposes: Sequence[str]) -> None:
    if not purposes:
        raise EsiaRefused("036707", cause=f"consent {kind.sysname} names no purpose")
    if any(purpose not in PURPOSES for purpose in purposes):
        raise EsiaRefused("036726", cause=f"consent {kind.sysname} names an unknown purpose")
    if kind.has_one_purpose and len(purposes) != 1:
        raise EsiaRefused("036727", cause=f"consent {kind.sysname} has {len(purposes)} purposes")


def _sysnames(document: Mapping[str, Any], member: str) -> tuple[str, ...]:
    """The names that a member lists as objects, each once."""
    listed = document.get(member, [])
    if not isinstance(listed, list) or not all(
        isinstance(each, dict) and isinstance(each.get("sysname"), str) for each in listed
    ):
        raise _unreadable(f"has {member} that are no array of objects with a sysname")
    return tuple(dict.fromkeys(each["sysname"] for each in listed))


def _unreadable(what: str) -> EsiaRefused:
    return EsiaRefused("007038", cause=f"permissions {what}")
