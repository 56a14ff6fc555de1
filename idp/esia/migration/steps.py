"""What a system of v1 has to change for v2 and v3, and how its requests show that it did: pure rules over what was seen.

A step is done when the newest request that can show it shows it. Nothing is believed that no request has shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from idp.protocol.esia.fact import Fact, approximate, exact
from idp.protocol.esia.scopes import SCOPES

DEADLINE = "2026-12-31"
DEADLINE_SOURCE = "HABR-893544; ILIM README"
"""Until when systems that are connected already may stay as they are."""
Version = Literal["v1", "v2"]
Call = Literal["authorization", "code", "refresh", "client"]
Container = Literal["cms", "raw", "unreadable"]
SIGNATURE_CODES = ("007002", "007005", "007053")
MOST_EVIDENCE = 3


@dataclass(frozen=True)
class Seen:
    """One request of the system. `code` is ESIA's number of the refusal, empty where it was taken; `cause` what the diagnosis
    says of it. v2 stands for v3 too. `names_gost` says of which kind the certificate is that its hash names, None for no one."""

    id: str
    at: int
    version: Version
    call: Call
    code: str = ""
    is_refused: bool = False
    container: Container = "raw"
    scopes: tuple[str, ...] = ()
    is_offline: bool = False
    names_gost: bool | None = None
    has_hash: bool = False
    cause: str = ""

    @property
    def is_signed_well(self) -> bool:
        """Did its signature fit? Whatever came after that may still have been refused."""
        return not self.is_refused or self.code not in (*SIGNATURE_CODES, "007014", "007003", "007015", "008010", "")


@dataclass(frozen=True)
class Situation:
    """A system and its requests of the last days, oldest first."""

    client_id: str
    has_gost_certificate: bool
    signs_tokens_by_gost: bool
    seen: Sequence[Seen] = ()

    def newest(self, version: Version, *calls: Call) -> Seen | None:
        return next((each for each in reversed(self.seen) if each.version == version and (not calls or each.call in calls)), None)

    def taken(self, version: Version) -> list[Seen]:
        """The requests of a version that were answered with what they asked for."""
        return [each for each in self.seen if each.version == version and not each.is_refused]

    def count(self, version: Version) -> int:
        return sum(each.version == version for each in self.seen)

    def has(self, version: Version, *calls: Call) -> bool:
        return self.newest(version, *calls) is not None


@dataclass(frozen=True)
class Judged:
    """Whether a step is done, why, and which requests show it. None: the system has no need of it."""

    is_done: bool | None
    why: str
    requests: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One thing to change."""

    name: str
    title: str
    judge: Callable[[Situation], Judged]
    fact: Fact


@dataclass(frozen=True)
class Line:
    """What is said of one step."""

    step: Step
    judged: Judged


@dataclass(frozen=True)
class Report:
    """Every step, in the order in which they are taken."""

    situation: Situation
    lines: tuple[Line, ...] = field(default=())

    @property
    def remaining(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.judged.is_done is False)


def check(situation: Situation) -> Report:
    """What is done of the way, and what remains."""
    return Report(situation, tuple(Line(step, step.judge(situation)) for step in STEPS))


def _moved(old: str, new: str, *calls: Call) -> Callable[[Situation], Judged]:
    def judge(situation: Situation) -> Judged:
        before, after = situation.newest("v1", *calls), situation.newest("v2", *calls)
        if after is None:
            why = f"requests still go to {old}, and none to {new}" if before else f"no request to {new} yet"
            return Judged(False, why, _ids(before))
        if before is not None and before.at >= after.at:
            return Judged(False, f"the newest request went to {old}", (before.id, after.id))
        return Judged(True, f"requests go to {new}", (after.id,))

    return judge


def _hash(situation: Situation) -> Judged:
    newest = situation.newest("v2", "authorization", "code")
    if newest is None:
        return Judged(False, "no request of v2 or v3 yet")
    if newest.names_gost is not None:
        return Judged(True, "it names a registered certificate", (newest.id,))
    why = "it is of no registered certificate" if newest.has_hash else "it is not sent"
    return Judged(False, why + _because(newest), (newest.id,))


def _container(situation: Situation) -> Judged:
    newest = situation.newest("v2")
    if newest is None:
        return Judged(False, "no request of v2 or v3 yet")
    said = {"raw": "the bytes of the signature alone", "cms": "still a CMS message", "unreadable": "not base64"}
    return Judged(newest.container == "raw", f"client_secret is {said[newest.container]}", (newest.id,))


def _gost(situation: Situation) -> Judged:
    if not situation.has_gost_certificate:
        return Judged(False, "no certificate of GOST R 34.10-2012 is registered")
    newest = situation.newest("v2", "authorization", "code", "client")
    if newest is None or newest.names_gost is None:
        return Judged(False, "a certificate is registered, and no request is signed with it yet", _ids(newest))
    why = "requests are signed by GOST" if newest.names_gost else "requests are still signed by RSA"
    return Judged(newest.names_gost, why, (newest.id,))


def _text(what: str, *calls: Call) -> Callable[[Situation], Judged]:
    def judge(situation: Situation) -> Judged:
        newest = situation.newest("v2", *calls)
        if newest is None:
            return Judged(False, "no such request of v2 or v3 yet")
        if newest.is_signed_well:
            return Judged(True, what, (newest.id,))
        return Judged(False, f"ESIA-{newest.code or '…'}{_because(newest)}", (newest.id,))

    return judge


def _refresh(situation: Situation) -> Judged:
    if not any(each.is_offline or each.call == "refresh" for each in situation.seen):
        return Judged(None, "the system asks for no refresh tokens")
    return _text("refresh calls are signed as v3 wants it", "refresh")(situation)


def _client(situation: Situation) -> Judged:
    if not (situation.has("v1", "client") or situation.has("v2", "client")):
        return Judged(None, "the system takes no tokens of its own")
    return _text("calls by client_credentials are signed as v3 wants it", "client")(situation)


def _scopes(situation: Situation) -> Judged:
    withdrawn = {name for name, scope in SCOPES.items() if scope.about == "withdrawn"}
    asking = [each for each in situation.seen if withdrawn & set(each.scopes)]
    if not asking:
        return Judged(True, "none is asked for")
    last = max((each for each in situation.seen if each.call == "authorization"), key=lambda each: each.at, default=asking[-1])
    if not withdrawn & set(last.scopes):
        return Judged(True, "the newest request asks for none", (last.id,))
    named = " and ".join(sorted(withdrawn & set(asking[-1].scopes)))
    return Judged(False, f"{named} is still asked for: ask for single scopes", tuple(each.id for each in asking[-MOST_EVIDENCE:]))


def _tokens(situation: Situation) -> Judged:
    if situation.signs_tokens_by_gost:
        return Judged(True, "codes and tokens come signed by GOST3410_2012_256")
    return Judged(False, "codes and tokens come signed by RS256; the portal offers GOST3410_2012_256 alone")


def _all_good(situation: Situation) -> Judged:
    chain = [situation.newest("v2", "authorization"), situation.newest("v2", "code")]
    good = [each for each in chain if each is not None and not each.is_refused]
    if len(good) == len(chain):
        return Judged(
            True, "the newest authorization and the newest token call of v2 and v3 were taken", tuple(each.id for each in good)
        )
    bad = next((each for each in chain if each is not None and each.is_refused), None)
    if bad is not None:
        return Judged(False, f"the newest {bad.call} request was answered ESIA-{bad.code or '…'}{_because(bad)}", (bad.id,))
    return Judged(False, "nobody has signed in by v2 and v3 yet")


def _because(seen: Seen) -> str:
    return f": {seen.cause}" if seen.cause else ""


def _ids(*seen: Seen | None) -> tuple[str, ...]:
    return tuple(each.id for each in seen if each is not None)


STEPS = (
    Step(
        "authorization endpoint",
        "send people to /aas/oauth2/v2/ac instead of /aas/oauth2/ac",
        _moved("/aas/oauth2/ac", "/aas/oauth2/v2/ac", "authorization"),
        exact("ILIM; AIS; GO; FR#59"),
    ),
    Step(
        "token endpoint",
        "redeem codes at /aas/oauth2/v3/te instead of /aas/oauth2/te",
        _moved("/aas/oauth2/te", "/aas/oauth2/v3/te", "code", "refresh", "client"),
        exact("ILIM; AIS; GO; FR#59"),
    ),
    Step(
        "client_certificate_hash",
        "send client_certificate_hash: Streebog-256 of the certificate's DER, 64 hex digits",
        _hash,
        exact("FR#59; ILIM; AIS; GO"),
    ),
    Step("container", "send the raw signature instead of a CMS message", _container, exact("ILIM; AIS; GO")),
    Step("algorithm", "sign by GOST R 34.10-2012 instead of RSA", _gost, exact("SOK README; FR#27; EKA README")),
    Step(
        "signed text of authorization",
        "sign client_id + scope + scope_org + timestamp + state + redirect_uri",
        _text("order and redirect_uri are as v2 wants them", "authorization"),
        exact("ILIM; AIS; GO; LEO"),
    ),
    Step(
        "signed text of the token call",
        "sign the same with the new timestamp and state, and the code at its end",
        _text("order, redirect_uri and code are as v3 wants them", "code"),
        exact("ILIM; AIS; GO"),
    ),
    Step("refresh", "sign refresh calls as v3 wants it", _refresh, approximate("ILIM; AIS", switch="esia.refresh_texts")),
    Step(
        "client_credentials", "sign calls for tokens of the system's own as v3 wants it", _client, approximate("GO TokenUpdate")
    ),
    Step("scopes", "ask for no withdrawn scope", _scopes, exact("ENET#3; МР 2.28")),
    Step("algorithm of tokens", "verify codes and tokens that are signed by GOST3410_2012_256", _tokens, exact("TP 3.1.1")),
    Step("sign-in", "let somebody sign in by v2 and v3 from beginning to end", _all_good, exact("ILIM; AIS; GO")),
)
