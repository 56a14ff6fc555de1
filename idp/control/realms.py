"""The realm that an operation acts on: the main one, or a sandbox by its name."""

from idp.control.operation import Problem
from idp.realm import Realm
from idp.sandboxes.opened import opened_by


def realm_of(main: Realm, sandbox_id: str | None) -> Realm:
    """The realm of an operation. Raises Problem 404 for a sandbox that is not there."""
    if sandbox_id is None:
        return main
    found = opened_by(main).find(sandbox_id)
    if found is None:
        raise Problem(404, "sandbox_unknown", "There is no such sandbox", f"there is no sandbox {sandbox_id}, or no more")
    return found
