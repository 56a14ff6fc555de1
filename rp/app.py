"""The registry put together: its rooms on one Flask application."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from flask import Flask, Response
from werkzeug.wrappers import Response as WerkzeugResponse

from ground.entrance import Entrance
from ground.outbox import JOB as MESSAGE
from ground.web.application import make_flask
from ground.web.headers import allow_form_target
from rp.access import retention
from rp.access.current import SignInNeeded, StepUpNeeded, current_session, current_workplaces
from rp.access.guard import GATE, guarded
from rp.access.policy import Operation
from rp.api.views import blueprint as api
from rp.cabinet.confirmation.proof_views import blueprint as vaccination_proof
from rp.cabinet.confirmation.views import blueprint as confirmation
from rp.cabinet.copies.views import blueprint as copies
from rp.cabinet.family.views import blueprint as family
from rp.cabinet.history.views import blueprint as history
from rp.cabinet.linking.views import blueprint as linking
from rp.cabinet.notices.views import blueprint as notices
from rp.cabinet.readers.views import blueprint as readers
from rp.cabinet.requests.form_views import blueprint as request_forms
from rp.cabinet.requests.views import blueprint as requests
from rp.cabinet.sharing.views import blueprint as sharing
from rp.cabinet.terms.gate import TermsNeeded, require_terms
from rp.cabinet.terms.views import blueprint as terms
from rp.cabinet.terms.views import lead_to_terms
from rp.cabinet.views import blueprint as cabinet
from rp.database import MIGRATIONS, DatabaseNotReady, db
from rp.documents.interest import Interest, install_interests
from rp.documents.keeping import JOB as DOCUMENT_FILES
from rp.documents.keeping import remove_files
from rp.documents.views import blueprint as documents
from rp.documents.views import install_documents
from rp.notices.publications import JOB as PUBLICATION
from rp.notices.publications import tell_subscribers
from rp.pages.sections import section_links
from rp.pages.shell import initials, make_site, short_name
from rp.realm import EXTENSION, Realm, current_realm
from rp.relations import acting, at_work
from rp.reports.views import blueprint as reports
from rp.requests.named_documents import NamedDocuments
from rp.sign_in.provider_views import blueprint as provider
from rp.sign_in.views import blueprint as sign_in
from rp.sign_in.views import start_sign_in
from rp.staff.correction import blueprint as staff_correction
from rp.staff.entry import blueprint as staff_entry
from rp.staff.notices.views import blueprint as staff_notices
from rp.staff.patients import blueprint as staff_patients
from rp.staff.requests.hold_views import blueprint as staff_holds
from rp.staff.requests.views import blueprint as staff_requests
from rp.staff.views import blueprint as staff

CABINET = (
    cabinet,
    history,
    request_forms,
    requests,
    terms,
    linking,
    confirmation,
    vaccination_proof,
    family,
    sharing,
    readers,
    notices,
    copies,
)
STAFF = (staff, staff_patients, staff_entry, staff_correction, staff_requests, staff_holds, staff_notices)
BLUEPRINTS = (sign_in, provider, *CABINET, *STAFF, reports, api, documents)
DOCUMENT_INTERESTS: tuple[Interest, ...] = (NamedDocuments(),)
"""Rooms whose applications name documents."""


@dataclass(frozen=True)
class Visitor:
    """Who is signed in, as the header shows them."""

    name: str
    initials: str


def create_app(realm: Realm) -> Flask:
    """The application of a realm. Raises DatabaseNotReady, DatabaseNewer."""
    if not MIGRATIONS.check(realm.database):
        raise DatabaseNotReady("the database is not prepared: run propusk-registry prepare")
    app = make_flask(make_site(realm), "rp")
    app.extensions[EXTENSION] = realm
    # Flask-SQLAlchemy asks for an address; the session asks the realm, so this one is never connected to.
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.add_url_rule("/health", "health", guarded(Operation.COME_AND_GO)(_health))
    app.before_request(acting.settle)
    app.before_request(at_work.recognise)
    install_documents(app)
    install_interests(app, DOCUMENT_INTERESTS)
    app.register_error_handler(SignInNeeded, _send_to_sign_in)
    app.register_error_handler(TermsNeeded, lead_to_terms)
    app.extensions[GATE] = require_terms
    app.context_processor(_visitor)
    app.jinja_env.globals["section_links"] = section_links
    app.wsgi_app = Entrance(  # type: ignore[method-assign, assignment]
        app.wsgi_app,
        public_url=realm.settings.url,
        trusted_proxies=realm.settings.trusted_proxies,
        is_for_programs=is_for_programs,
    )
    return app


def run_due_jobs(realm: Realm) -> int:
    """Do what the registry owes by now, and say how many jobs were tried."""
    handlers = {
        retention.JOURNAL: partial(retention.purge_journal, realm),
        MESSAGE: partial(realm.outbox.deliver, realm.database),
        PUBLICATION: partial(tell_subscribers, realm),
        DOCUMENT_FILES: partial(remove_files, realm),
    }
    return realm.jobs.run_due(handlers)


def is_for_programs(path: str) -> bool:
    """Is this an address of the API, and not a page?"""
    return path.startswith("/api/")


def _health() -> Response:
    environment = current_realm().settings.environment
    return Response(orjson.dumps({"status": "ok", "environment": environment}), mimetype="application/json")


def _send_to_sign_in(needed: SignInNeeded) -> WerkzeugResponse:
    return start_sign_in(needed.return_path, acr=needed.acr if isinstance(needed, StepUpNeeded) else None)


def _visitor() -> dict[str, Any]:
    session = current_session()
    if session is None:
        return {"visitor": None, "works_here": False, "acting": None}
    # The way out ends at the provider, and Chromium applies form-action to that redirect as well.
    allow_form_target(current_realm().settings.issuer)
    names = (session.given_name, session.family_name)
    return {
        "visitor": Visitor(short_name(*names), initials(*names)),
        "works_here": bool(current_workplaces()),
        "acting": acting.current_acting(),
    }
