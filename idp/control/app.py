"""The control plane as a WSGI application."""

from dataclasses import replace

from flask import Flask, g, request
from msgspec import Struct

from ground.web.application import make_flask
from idp.control import (
    certificates,
    clients,
    clock,
    devices,
    esia,
    gate,
    keys,
    login,
    mint,
    openapi,
    outbox,
    passkeys,
    people,
    phone,
    requests,
    reset,
    sandboxes,
    serving,
    totp,
    why,
    why_page,
)
from idp.control.operation import Answer, Call, Operation
from idp.control.permission import demand_permission
from idp.control.realms import SANDBOX, realm_of, with_sandboxes
from idp.control.token import read_token
from idp.pages import site_of
from idp.realm import Realm

BLUEPRINTS = (gate.blueprint, phone.blueprint, why_page.blueprint)


class Health(Struct, frozen=True):
    """The control plane runs."""

    status: str
    environment: str


def health(realm: Realm, _call: Call) -> Answer:
    return Answer(200, Health("ok", realm.settings.environment))


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="health",
        method="GET",
        path="/health",
        summary="Ask whether the control plane runs",
        handle=health,
        answers={200: Health},
        is_open=True,
        is_for_sandboxes=False,
    ),
    *people.OPERATIONS,
    *totp.OPERATIONS,
    *devices.OPERATIONS,
    *passkeys.OPERATIONS,
    *clients.OPERATIONS,
    *esia.OPERATIONS,
    *clock.OPERATIONS,
    *outbox.OPERATIONS,
    *sandboxes.OPERATIONS,
    *keys.OPERATIONS,
    *reset.OPERATIONS,
    *requests.OPERATIONS,
    *why.OPERATIONS,
    *login.OPERATIONS,
    *mint.OPERATIONS,
    *certificates.OPERATIONS,
)
OPEN_TO_ALL = frozenset({"gate.open_by_link", *(operation.name for operation in OPERATIONS if operation.is_open)})


def make_control(realm: Realm) -> Flask:
    """The control plane of one test stand. Raises StandUnusable where none may be, and without a token."""
    settings = realm.settings
    demand_permission(settings)
    read_token(settings)
    # Plain http on loopback, whatever the provider itself is served with.
    site = replace(site_of(realm), instance=f"{settings.instance}_control", is_secure=False)
    app = make_flask(site, __name__)

    @app.before_request
    def enter() -> None:
        g.realm = realm
        gate.check_entry(OPEN_TO_ALL)
        g.realm = realm_of(realm, request.environ.get(SANDBOX))

    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    serving.install(app, (*OPERATIONS, openapi.operation(OPERATIONS)))
    app.wsgi_app = with_sandboxes(app.wsgi_app)  # type: ignore[method-assign, assignment]
    return app
