"""The control plane as a WSGI application."""

from dataclasses import replace

from flask import Flask, g

from ground.web.application import make_flask
from idp.control import gate, outbox, phone
from idp.errors import StandUnusable
from idp.pages import site_of
from idp.realm import Realm

BLUEPRINTS = (gate.blueprint, phone.blueprint, outbox.blueprint)


def make_control(realm: Realm) -> Flask:
    """The control plane of one test stand. Raises StandUnusable outside the test environment, and without a token."""
    settings = realm.settings
    if not settings.is_test:
        raise StandUnusable('the control plane runs only with environment = "test"')
    gate.read_token(settings)
    # Plain http on loopback, whatever the provider itself is served with.
    site = replace(site_of(realm), instance=f"{settings.instance}_control", is_secure=False)
    app = make_flask(site, __name__)

    @app.before_request
    def enter() -> None:
        g.realm = realm
        gate.check_entry()

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok", "environment": settings.environment}

    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
