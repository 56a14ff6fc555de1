"""What the systems asked of the provider: the request journal of a sandbox."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from propusk.control import Control
from propusk.errors import PropuskError, Refused

PATIENCE_SECONDS = 5


@dataclass(frozen=True)
class Finding:
    """What is worth a word about a request, though it may have passed; `clause` names the rule."""

    code: str
    text: str
    clause: str


@dataclass(frozen=True)
class Request:
    """One request and its answer. Names of headers are lower case; `system` is the client that the request names, or empty."""

    number: int
    id: str
    at: int
    system: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str] = field(repr=False)
    body: str = field(repr=False)
    status: int
    answer_headers: Mapping[str, str] = field(repr=False)
    answer_body: str = field(repr=False)
    findings: Sequence[Finding]

    @property
    def parameters(self) -> Mapping[str, str]:
        """Those of the query and of a form that was sent."""
        is_form = self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        sent = (self.query, self.body) if is_form else (self.query,)
        return {name: value for text in sent for name, value in parse_qsl(text, keep_blank_values=True)}

    @property
    def error(self) -> str | None:
        """The error that it was answered, with its description: in JSON, or in the address the browser was sent back to."""
        told: Mapping[str, Any] = dict(parse_qsl(urlsplit(self.answer_headers.get("location", "")).query))
        if "json" in self.answer_headers.get("content-type", "") and self.answer_body:
            told = _object(self.answer_body)
        if not isinstance(told.get("error"), str):
            return None
        return ": ".join(str(told[name]) for name in ("error", "error_description") if told.get(name))

    def __str__(self) -> str:
        """What the report of a failed test shows: one line, and one for each finding."""
        line = f"{self.method} {self.path} → {self.status}"
        line += f" {self.error}" if self.error else ""
        scope = self.parameters.get("scope")
        about = [f"client {self.system}"] if self.system else []
        about += [f"scope {scope}"] if scope else []
        line += f"  ({', '.join(about)})" if about else ""
        return "\n".join([line, *(f"    {each.code}: {each.text} ({each.clause})" for each in self.findings)])


@dataclass(frozen=True)
class Reason:
    """One mistake, warning or note about a request: what is wrong, where, and how to mend it."""

    code: str
    weight: str
    field: str
    title: str
    cause: str
    fix: str
    clause: str
    received: str
    expected: str

    def __str__(self) -> str:
        return f"{self.title} [{self.field}]: {self.cause} {self.fix}"


@dataclass(frozen=True)
class Why:
    """Why a request was answered as it was; `reasons` begins with the cause. `outcome` is refused, accepted or unknown."""

    request: str
    system: str
    path: str
    status: int
    code: str
    outcome: str
    reasons: Sequence[Reason]

    @property
    def first(self) -> Reason:
        return self.reasons[0]


class Requests:
    """The newest requests last. `take` hands each out once, the others look without taking."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def take(self, path: str | None = None, *, system: str | None = None, timeout: float = PATIENCE_SECONDS) -> Request:
        """The oldest request not taken yet, waiting up to `timeout` seconds for one. Raises PropuskError when none comes."""
        given = {"path": path, "system": system, "wait_for": max(0, round(timeout)) or None}
        body = {name: value for name, value in given.items() if value is not None}
        try:
            return _read(self._control.post("/requests/take", body, patience=timeout))
        except Refused as refused:
            if refused.code != "no_request":
                raise
            raise PropuskError(f"no request{_of(path, system)} came within {timeout:g} seconds") from None

    def wait(self, path: str | None = None, *, system: str | None = None, timeout: float = PATIENCE_SECONDS) -> Request:
        """The newest request that fits, waiting for one if there is none. Raises PropuskError when none comes."""
        found = self._find(path, system, wait_for=max(0, round(timeout)))
        if not found:
            raise PropuskError(f"no request{_of(path, system)} came within {timeout:g} seconds")
        return found[-1]

    def all(self, path: str | None = None, *, system: str | None = None) -> list[Request]:
        """Everything asked so far, oldest first."""
        return self._find(path, system)

    def why(self, request: "Request | str", *, lang: str = "ru") -> Why:
        """What was wrong with a request: one of these, or the id that the header X-Propusk-Request of its answer gives."""
        request_id = request if isinstance(request, str) else request.id
        told = self._control.get(f"/requests/{request_id}/why", lang=lang)
        reasons = [Reason(**{name: each[name] for name in Reason.__dataclass_fields__}) for each in told["reasons"]]
        return Why(**{name: told[name] for name in Why.__dataclass_fields__ if name != "reasons"}, reasons=reasons)

    def clear(self) -> None:
        self._control.delete("/requests")

    def _find(self, path: str | None, system: str | None, *, wait_for: int = 0) -> list[Request]:
        answer = self._control.get("/requests", patience=wait_for, path=path, system=system, wait_for=wait_for or None)
        return [_read(each) for each in answer["requests"]]


def _read(members: Mapping[str, Any]) -> Request:
    return Request(
        **{
            name: members[name]
            for name in ("number", "id", "at", "system", "method", "path", "query", "headers", "body", "status")
        },
        answer_headers=members["answer"]["headers"],
        answer_body=members["answer"]["body"],
        findings=[Finding(each["code"], each["text"], each["clause"]) for each in members["findings"]],
    )


def _object(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:  # it is kept up to a length
        return {}
    return value if isinstance(value, dict) else {}


def _of(path: str | None, system: str | None) -> str:
    return (f" to {path}" if path else "") + (f" of {system}" if system else "")
