"""One list of settings: a frozen dataclass whose defaults are overridden by a TOML file, and that by the environment.

A setting in a nested dataclass is a TOML table (`[database] url`) and an environment variable of both names
(`PROPUSK_DATABASE_URL`). Unknown names are refused, so that a misspelt setting is never silently a default. Secrets do
not belong here: a text whose name ends in `secret`, `password`, `key` or `token` cannot be declared.
"""

import dataclasses
import tomllib
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Kind = TypeVar("Kind")
FORBIDDEN_ENDINGS = ("secret", "password", "key", "token")


class SettingRefused(Exception):
    """A setting is unknown, of the wrong type, or makes no sense. The text names it and its place."""


def load_settings(kind: type[Kind], *, file: Path | None, environment: Mapping[str, str], prefix: str) -> Kind:
    """Build the settings dataclass `kind`. Raises SettingRefused; a missing file is refused too."""
    given: dict[str, Any] = {}
    if file is not None:
        try:
            given = tomllib.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise SettingRefused(f"{file} is missing") from None
        except tomllib.TOMLDecodeError as error:
            raise SettingRefused(f"{file} is not TOML: {error}") from None
    _overlay_environment(kind, given, environment, prefix)
    built: Kind = _build(kind, given, place=str(file or "settings"))
    return built


def _overlay_environment(kind: type[Any], given: dict[str, Any], environment: Mapping[str, str], prefix: str) -> None:
    known = _environment_names(kind, prefix)
    for name, value in environment.items():
        if not name.startswith(f"{prefix}_"):
            continue
        if name not in known:
            raise SettingRefused(f"environment variable {name} is not a setting")
        *tables, field_name = known[name]
        target = given
        for table in tables:
            target = target.setdefault(table, {})
            if not isinstance(target, dict):
                raise SettingRefused(f"{table} must be a table, not {target!r}")
        target[field_name] = value


def _environment_names(kind: type[Any], prefix: str) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    hints = get_type_hints(kind)
    for field in dataclasses.fields(kind):
        name = f"{prefix}_{field.name.upper()}"
        if dataclasses.is_dataclass(hints[field.name]):
            inner = _environment_names(hints[field.name], name)
            names.update({key: [field.name, *path] for key, path in inner.items()})
        else:
            names[name] = [field.name]
    return names


def _build(kind: type[Any], given: Any, *, place: str) -> Any:
    if not isinstance(given, dict):
        raise SettingRefused(f"{place} must be a table, not {given!r}")
    hints = get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    for name in given:
        if name not in fields:
            raise SettingRefused(f"{place}: {name} is not a setting")
    values: dict[str, Any] = {}
    for name in fields:
        if hints[name] is str and name.endswith(FORBIDDEN_ENDINGS):
            raise SettingRefused(f"{place}: {name} looks like a secret, and secrets are files under keys/")
        if dataclasses.is_dataclass(hints[name]):
            values[name] = _build(hints[name], given.get(name, {}), place=f"{place}: {name}")
        elif name in given:
            values[name] = _convert(given[name], hints[name], f"{place}: {name}")
    try:
        return kind(**values)
    except TypeError as error:
        raise SettingRefused(f"{place}: {error}") from None
    except ValueError as error:
        raise SettingRefused(f"{place}: {error}") from None


def _convert(value: Any, hint: Any, place: str) -> Any:
    """A TOML value, or the text of an environment variable, as the declared type."""
    if get_origin(hint) in (Union, types.UnionType):
        if value is None or value == "":
            return None
        hint = next(option for option in get_args(hint) if option is not type(None))
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise SettingRefused(f"{place} must be one of {', '.join(get_args(hint))}, not {value!r}")
        return value
    if hint is Path:
        return Path(_of_type(value, str, place))
    if hint is bool:
        if isinstance(value, str) and value in ("true", "false"):
            return value == "true"
        return _of_type(value, bool, place)
    if hint is int:
        if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdecimal():
            return int(value)
        return _of_type(value, int, place)
    if get_origin(hint) is tuple:
        items = [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value
        return tuple(_convert(item, get_args(hint)[0], place) for item in _of_type(items, list, place))
    if get_origin(hint) is dict:
        if isinstance(value, str):
            return _pairs(value, place)
        return dict(_of_type(value, dict, place))
    return _of_type(value, hint, place)


def _pairs(text: str, place: str) -> dict[str, str]:
    """`name=value,name=value`, as an environment variable holds a table."""
    pairs = [item.strip().partition("=") for item in text.split(",") if item.strip()]
    for name, sign, _ in pairs:
        if not name or not sign:
            raise SettingRefused(f"{place} must be like name=value,name=value, not {text!r}")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _of_type(value: Any, kind: type[Any], place: str) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise SettingRefused(f"{place} must be {kind.__name__}, not {value!r}")
    return value
