"""The composition root of everything honest: which rooms there are, and at which address each answers."""

from collections.abc import Callable, Mapping
from functools import partial

from flask import Flask, g, render_template, request
from sqlalchemy import Connection

from ground import outbox
from ground.entrance import Entrance
from ground.jobs import Job
from ground.web.application import make_flask
from ground.wire import Request, Response, Wsgi
from idp import retention
from idp.account import activity, children, contacts, documents, first_sign_in, signature
from idp.account import consents as account_consents
from idp.account import sessions as account_sessions
from idp.account import settings as account_settings
from idp.account import views as account
from idp.authentication.devices.api import blueprint as device_api
from idp.authentication.methods import METHODS, folder_of
from idp.authentication.views import blueprint as sign_in_pages
from idp.authority import endpoints as authority
from idp.clients import registry
from idp.clients.doors import doors
from idp.database import db
from idp.discovery import documents as discovery
from idp.esia import endpoints as esia
from idp.esia.dialect import EsiaDialect
from idp.front import REALM, Endpoint, Front
from idp.interaction import continuing
from idp.interaction.course import Dialects
from idp.interaction.questions import blueprint as question_pages
from idp.interaction.views import blueprint as consent_pages
from idp.logout import back_channel, deadline
from idp.oauth import endpoints, metadata
from idp.oauth.authorize import blueprint as authorization_pages
from idp.oauth.course import OpenId
from idp.oauth.end_session import blueprint as logout_pages
from idp.oauth.pushed_requests import push
from idp.oauth.registration import blueprint as registration_management
from idp.oauth.registration import register
from idp.oauth.session_frame import blueprint as session_frame
from idp.oauth.userinfo import userinfo
from idp.pages import current_realm, site_of
from idp.pages.access import Access, open_to
from idp.realm import Realm
from idp.recovery import recordings
from idp.recovery.views import blueprint as recovery_pages
from idp.requests.recorder import recorded
from idp.sessions.store import DEADLINE
from idp.sign_up.views import blueprint as sign_up_pages
from idp.staff import identity as staff_identity
from idp.staff import incidents as staff_incidents
from idp.staff import journal as staff_journal
from idp.staff import members as staff_members
from idp.staff import people as staff_people
from idp.staff import recoveries
from idp.staff import views as staff

FRAGMENTS = (metadata.fragment,)
DIALECTS: Dialects = {"openid": OpenId(), "esia": EsiaDialect()}
BLUEPRINTS = (
    authorization_pages,
    continuing.blueprint,
    sign_in_pages,
    device_api,
    consent_pages,
    question_pages,
    logout_pages,
    session_frame,
    registration_management,
)
OF_ACCOUNT = (
    account,
    account_sessions,
    account_consents,
    account_settings,
    activity,
    children,
    contacts,
    documents,
    first_sign_in,
    signature,
)
OF_STAFF = (staff, staff_journal, staff_people, staff_identity, staff_incidents, staff_members, recoveries)
OF_PROVIDER = (
    *(pages.blueprint for pages in (*OF_ACCOUNT, *OF_STAFF)),
    recovery_pages,
    sign_up_pages,
    *esia.BLUEPRINTS,
)
"""What a bank has not: its customers look after theirs at a counter."""


@open_to(Access.ANYBODY)
def _discovery(realm: Realm, request: Request) -> Response:
    return discovery.serve_metadata(realm, request, FRAGMENTS)


@open_to(Access.ANYBODY)
def _health(realm: Realm, request: Request) -> Response:
    """Says that the process answers and its database can be read."""
    with realm.database.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    return Response.of_json({"status": "ok", "environment": realm.settings.environment})


HOT_ENDPOINTS: Mapping[str, Endpoint] = {
    "/.well-known/openid-configuration": _discovery,
    "/.well-known/oauth-authorization-server": _discovery,
    "/oauth2/jwks": discovery.serve_key_set,
    "/oauth2/par": push,
    "/oauth2/token": endpoints.token,
    "/oauth2/userinfo": userinfo,
    "/oauth2/introspect": endpoints.introspect,
    "/oauth2/revoke": endpoints.revoke,
    "/oauth2/register": register,
    "/health": _health,
}


def _deliver_message(realm: Realm, job: Job) -> None:
    realm.outbox.deliver(realm.database, job)


JOB_HANDLERS: Mapping[str, Callable[[Realm, Job], None]] = {
    back_channel.JOB: back_channel.deliver,
    outbox.JOB: _deliver_message,
    DEADLINE: deadline.meet,
    retention.LEFTOVERS: retention.purge_leftovers,
    retention.JOURNAL: retention.purge_journal,
    recordings.JOB: recordings.remove_due,
}
OPEN_TO_SCRIPTS = frozenset(
    {
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/oauth2/jwks",
        "/oauth2/token",
        "/oauth2/userinfo",
        "/oauth2/revoke",
    }
)
"""What a public client in a browser needs of us."""
RECORDED = (HOT_ENDPOINTS.keys() - {"/health"}) | {"/oauth2/authorize", "/oauth2/logout"}
"""What systems ask for. Never a page where people type: what they type is theirs."""


def make_pages(realm: Realm) -> Flask:
    """The Flask application with every page of the provider, for this realm and every other that `front` names."""
    rooms = {folder.name: folder for folder in map(folder_of, METHODS)}
    app = make_flask(site_of(realm), __name__, find_site=lambda: site_of(current_realm()), rooms=rooms)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"  # asked for by the extension, used by nobody: see RealmSession
    db.init_app(app)
    app.extensions[continuing.DIALECTS] = DIALECTS

    # The first of all: what else happens before a request asks for the site, and so for the realm.
    @app.url_value_preprocessor
    def enter_realm(_endpoint: str | None, _values: dict[str, object] | None) -> None:
        g.realm = request.environ[REALM]

    @app.get("/")
    @open_to(Access.ANYBODY)
    def home() -> str:
        realm = current_realm()
        return render_template("home.html", realm=realm, doors=doors(realm))

    of_methods = (method.pages for method in METHODS if method.pages is not None)
    for blueprint in (*BLUEPRINTS, *of_methods, *(() if realm.settings.is_bank else OF_PROVIDER)):
        app.register_blueprint(blueprint)
    return app


def run_due_jobs(realm: Realm, *, limit: int = 10) -> int:
    """Do what the provider owes by now, and say how many jobs were tried."""
    return realm.jobs.run_due({kind: partial(handler, realm) for kind, handler in JOB_HANDLERS.items()}, limit=limit)


def is_for_programs(path: str) -> bool:
    """Is this an address that programs call, rather than one that people open?"""
    return path in HOT_ENDPOINTS or path.startswith(("/oauth2/register/", "/device/")) or esia.is_for_programs(path)


def is_recorded(path: str) -> bool:
    """Is a request to this address written into the request journal?"""
    return path in RECORDED or path.startswith("/oauth2/register/") or esia.is_of_dialect(path)


def _knows_system(connection: Connection, client_id: str) -> bool:
    return registry.find(connection, client_id) is not None


def make_front(realm: Realm, pages: Flask) -> Wsgi:
    """One realm as a WSGI application. Pages are shared by all realms of a process."""
    # At the bank and outside a test stand there is no test authority, and its addresses are like any that nobody knows.
    has_authority = realm.settings.has_control
    endpoints = {**HOT_ENDPOINTS, **authority.ENDPOINTS} if has_authority else HOT_ENDPOINTS
    trees = authority.TREES if has_authority else {}
    if not realm.settings.is_bank:
        endpoints, trees = {**endpoints, **esia.ENDPOINTS}, {**trees, **esia.TREES}
    front = Front(realm, endpoints, pages.wsgi_app, open_to_scripts=OPEN_TO_SCRIPTS, trees=trees)
    return recorded(realm, front, is_recorded=is_recorded, knows_system=_knows_system)


def make_app(realm: Realm, pages: Flask | None = None, *, mount: Callable[[Wsgi, Flask], Wsgi] | None = None) -> Entrance:
    """The whole provider as a WSGI application.

    `mount` may put other realms beside this one: it is given the application of this realm and the pages they share.
    """
    pages = pages or make_pages(realm)
    application = make_front(realm, pages)
    return Entrance(
        mount(application, pages) if mount else application,
        public_url=realm.issuer,
        trusted_proxies=realm.settings.trusted_proxies,
        is_for_programs=is_for_programs,
    )
