"""The realm that a request to the control plane acts on: the main one or, below `/t/{sandbox_id}`, a sandbox."""

from collections.abc import Iterable

from ground.wire import StartResponse, Wsgi, WsgiEnvironment
from idp.control.operation import Problem
from idp.realm import Realm
from idp.sandboxes import mount
from idp.sandboxes.opened import opened_by

SANDBOX = "propusk.sandbox"
"""The key of a WSGI environment under which the name of the sandbox stands, if the path has one."""


def with_sandboxes(application: Wsgi) -> Wsgi:
    """Take the name of the sandbox off the path: what is there for the main realm is there for each sandbox too."""

    def enter(environment: WsgiEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        sandbox_id, rest = mount.split(environment.get("PATH_INFO", ""))
        if sandbox_id:
            mount.enter(environment, sandbox_id, rest)
            environment[SANDBOX] = sandbox_id
        return application(environment, start_response)

    return enter


def realm_of(main: Realm, sandbox_id: str | None) -> Realm:
    """The realm of a request. Raises Problem 404 for a sandbox that is not there."""
    if sandbox_id is None:
        return main
    found = opened_by(main).find(sandbox_id)
    if found is None:
        raise Problem(404, "sandbox_unknown", "There is no such sandbox", f"there is no sandbox {sandbox_id}, or no more")
    return found
