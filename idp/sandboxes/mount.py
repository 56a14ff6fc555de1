"""Sandboxes beside the main realm: what is asked for under `/t/{id}` is answered by that sandbox, in the same pages."""

from collections.abc import Iterable

from flask import Flask

from ground.wire import StartResponse, Wsgi, WsgiEnvironment
from idp.app import make_front
from idp.realm import Realm
from idp.sandboxes.opened import OpenedSandboxes

PREFIX = "/t/"
WELL_KNOWN = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")
"""RFC 8414, 3.1 puts the issuer's path behind the well-known name; OpenID Connect Discovery 1.0, 4.1 before it."""


class Mount:
    """A WSGI application in front of the main realm's."""

    def __init__(self, main: Wsgi, pages: Flask, opened: OpenedSandboxes) -> None:
        self._main = main
        self._pages = pages
        self._opened = opened

    def __call__(self, environment: WsgiEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environment.get("PATH_INFO", "")
        sandbox_id, rest = split(path)
        realm = self._opened.find(sandbox_id) if sandbox_id else None
        if realm is None:
            return self._main(environment, start_response)
        enter(environment, sandbox_id, rest)
        return self._front(realm)(environment, start_response)

    def _front(self, realm: Realm) -> Wsgi:
        return realm.remember("front", lambda: make_front(realm, self._pages))


def enter(environment: WsgiEnvironment, sandbox_id: str, rest: str) -> None:
    """From here on the request is one to the sandbox, for the path inside it."""
    environment["SCRIPT_NAME"] = environment.get("SCRIPT_NAME", "") + PREFIX + sandbox_id
    environment["PATH_INFO"] = rest


def split(path: str) -> tuple[str, str]:
    """The sandbox that a path leads to, and the path inside it; empty names when it leads to none."""
    for well_known in WELL_KNOWN:
        if path.startswith(well_known + PREFIX):
            return path[len(well_known + PREFIX) :], well_known
    if not path.startswith(PREFIX):
        return "", path
    sandbox_id, _, rest = path[len(PREFIX) :].partition("/")
    return sandbox_id, f"/{rest}"
