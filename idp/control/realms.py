"""The realm that an operation acts on: the main one, or a sandbox by its name."""

from idp.control.operation import Problem
from idp.realm import Realm


def realm_of(realm: Realm, sandbox_id: str | None) -> Realm:
    """The realm of an operation, given the main one. Raises Problem 404 for a sandbox that is not there."""
    if sandbox_id is None:
        return realm
    raise Problem(404, "sandbox_unknown", "There is no such sandbox")
