"""What the systems asked of the provider: the request journal of a sandbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from propusk.control import Control
from propusk.errors import PropuskError, Refused

PATIENCE_SECONDS = 5


@dataclass(frozen=True)
class Request:
    """One request; `error` is the code it was refused with, `findings` what is wrong or weak about it though it may have passed.
    `members` is everything the journal knows of it."""

    number: int
    method: str
    path: str
    status: int
    system: str | None
    error: str | None
    findings: Sequence[Any]
    members: Mapping[str, Any] = field(repr=False)

    def __str__(self) -> str:
        """One line for the report of a failed test."""
        line = f"{self.method} {self.path} → {self.status}"
        if self.error:
            line += f" {self.error}"
        if self.system:
            line += f"  ({self.system})"
        return "\n".join([line, *(f"    {_sentence(finding)}" for finding in self.findings)])


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
            if refused.status != 404:
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

    def clear(self) -> None:
        self._control.delete("/requests")

    def _find(self, path: str | None, system: str | None, *, wait_for: int = 0) -> list[Request]:
        answer = self._control.get("/requests", patience=wait_for, path=path, system=system, wait_for=wait_for or None)
        return [_read(each) for each in answer["requests"]]


def _read(members: Mapping[str, Any]) -> Request:
    return Request(
        number=int(members["number"]),
        method=str(members["method"]),
        path=str(members["path"]),
        status=int(members["status"]),
        system=members.get("system"),
        error=members.get("error"),
        findings=list(members.get("findings") or []),
        members=dict(members),
    )


def _of(path: str | None, system: str | None) -> str:
    return (f" to {path}" if path else "") + (f" of {system}" if system else "")


def _sentence(finding: Any) -> str:
    if isinstance(finding, Mapping):
        return f"{finding.get('code')}: {finding.get('text')}" + (f" ({clause})" if (clause := finding.get("clause")) else "")
    return str(finding)
