"""Sandboxes: an issuer of its own for a test, made in a moment and thrown away."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from ground.clock import SystemClock
from idp.control.clock import Moment
from idp.control.operation import Answer, Call, Operation, Problem, whole
from idp.realm import Realm
from idp.requests.recorder import settle
from idp.sandboxes import making
from idp.sandboxes.description import Description, SettingUnknown
from idp.sandboxes.making import SandboxExists, SandboxUnknown
from idp.sandboxes.opened import IDENTIFIER, opened_by

Given = TypeVar("Given")

LIVES_FOR_SECONDS = 3600
LONGEST_SECONDS = 14 * 24 * 3600
MACHINE = SystemClock()
"""A sandbox is thrown away by the machine's clock: its own stands still, or runs ahead."""

Name = Annotated[str, Meta(pattern=whole(IDENTIFIER.pattern), description="Small letters, digits and hyphens")]
SnapshotName = Annotated[str, Meta(pattern=whole(making.SNAPSHOT.pattern))]


class SandboxTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a sandbox shall be. With a seed its keys, codes, identifiers and tokens are the same every time, for the same
    requests in the same order; with `now` its clock stands still there. `lifetimes` (seconds) are those of the settings;
    after `lives_for` seconds it is thrown away."""

    id: Name | UnsetType = UNSET
    seed: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    now: Moment | UnsetType = UNSET
    lifetimes: dict[str, Annotated[int, Meta(ge=1, le=10 * 365 * 24 * 3600)]] | UnsetType = UNSET
    lives_for: Annotated[int, Meta(ge=1, le=LONGEST_SECONDS)] = LIVES_FOR_SECONDS


class KnownSandbox(Struct, frozen=True, kw_only=True):
    """A sandbox: its issuer, and the path of the control plane below which every operation acts on it."""

    id: str
    issuer: str
    control_path: str
    seed: str | None
    lifetimes: dict[str, int]
    created_at: int
    expires_at: int


class Sandboxes(Struct, frozen=True, kw_only=True):
    """Sandboxes, the oldest first."""

    sandboxes: list[KnownSandbox]


class SnapshotTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The name of a state."""

    name: SnapshotName


def make(realm: Realm, call: Call) -> Answer:
    """Make a sandbox with the people of the seed and no clients."""
    terms: SandboxTerms = call.body
    with _refusing(taken="sandbox_exists"):
        made = making.make(
            realm,
            machine=MACHINE,
            chance=realm.chance,
            lives_for=terms.lives_for,
            sandbox_id=_given(terms.id),
            seed=_given(terms.seed),
            now=_given(terms.now),
            lifetimes=_given(terms.lifetimes),
        )
    return Answer(201, _shown(realm, made))


def look_up(realm: Realm, _call: Call) -> Answer:
    return Answer(200, Sandboxes(sandboxes=[_shown(realm, described) for described in making.everything(realm)]))


def read(realm: Realm, call: Call) -> Answer:
    with _refusing():
        return Answer(200, _shown(realm, making.find(realm, call.path["id"])))


def remove(realm: Realm, call: Call) -> Answer:
    """Throw a sandbox away, with everything in it."""
    with _refusing():
        making.remove(realm, call.path["id"])
    opened_by(realm).close(call.path["id"])
    return Answer(204)


def keep(realm: Realm, call: Call) -> Answer:
    """Keep the present state of a sandbox under a name."""
    _settle(realm, call.path["id"])
    with _refusing(taken="snapshot_exists"):
        making.keep(realm, call.path["id"], call.body.name)
    return Answer(201)


def restore(realm: Realm, call: Call) -> Answer:
    """Go back to a state that was kept."""
    _settle(realm, call.path["id"])
    with _refusing():
        making.restore(realm, call.path["id"], call.body.name)
    return Answer(204)


@contextmanager
def _refusing(*, taken: str = "name_taken") -> Iterator[None]:
    """Whatever `making` refuses, as a problem; `taken` is the code of one whose name somebody has."""
    try:
        yield
    except SandboxUnknown as unknown:
        raise Problem(404, "sandbox_unknown", "There is no such sandbox, or it has no such snapshot", str(unknown)) from None
    except SandboxExists as exists:
        raise Problem(409, taken, "The name is taken", str(exists)) from None
    except SettingUnknown as setting:
        raise Problem(422, "body_invalid", "The body is not what this operation takes", str(setting)) from None


def _settle(realm: Realm, sandbox_id: str) -> None:
    """Have the requests that were answered before written before."""
    sandbox = opened_by(realm).find(sandbox_id)
    if sandbox is not None:
        settle(sandbox)


def _shown(realm: Realm, described: Description) -> KnownSandbox:
    return KnownSandbox(
        id=described.id,
        issuer=realm.issuer + described.path,
        control_path=described.path,
        seed=described.seed,
        lifetimes=dict(described.lifetimes),
        created_at=described.created_at,
        expires_at=described.expires_at,
    )


def _given(value: Given | UnsetType) -> Given | None:
    return None if isinstance(value, UnsetType) else value


SANDBOX = "/sandboxes/{id}"
OPERATIONS = (
    Operation(
        name="make_sandbox",
        method="POST",
        path="/sandboxes",
        summary="Make a sandbox: an issuer of its own",
        handle=make,
        body=SandboxTerms,
        answers={201: KnownSandbox},
        problems=(409,),
        is_for_sandboxes=False,
    ),
    Operation(
        name="list_sandboxes",
        method="GET",
        path="/sandboxes",
        summary="List the sandboxes",
        handle=look_up,
        answers={200: Sandboxes},
        is_for_sandboxes=False,
    ),
    Operation(
        name="read_sandbox",
        method="GET",
        path=SANDBOX,
        summary="Read what a sandbox was made to be",
        handle=read,
        answers={200: KnownSandbox},
        is_for_sandboxes=False,
    ),
    Operation(
        name="remove_sandbox",
        method="DELETE",
        path=SANDBOX,
        summary="Throw a sandbox away",
        handle=remove,
        is_for_sandboxes=False,
    ),
    Operation(
        name="keep_sandbox",
        method="POST",
        path=f"{SANDBOX}/snapshots",
        summary="Keep the present state of a sandbox under a name",
        handle=keep,
        body=SnapshotTerms,
        answers={201: None},
        problems=(409,),
        is_for_sandboxes=False,
    ),
    Operation(
        name="restore_sandbox",
        method="POST",
        path=f"{SANDBOX}/restore",
        summary="Go back to a state that was kept",
        handle=restore,
        body=SnapshotTerms,
        is_for_sandboxes=False,
    ),
)
