"""/idp/ext/Logout: a system ends the session of the browser that it sends here (section 1.2).

As at ESIA nobody is asked and nothing is signed, so a link in a letter can sign somebody out. That is all it can do: the
browser goes on only to a domain that the named system has registered, and stays with us otherwise.
"""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from idp.audit import Event
from idp.clients import registry
from idp.esia.client import MAX_NAME_LENGTH
from idp.esia.pages import wire_request
from idp.esia.reading import read_parameters
from idp.logout.leaving import leave
from idp.logout.request import LogoutRequest
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.protocol.client import Client
from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.redirect import is_of_registered_domain
from idp.realm import Realm
from idp.sessions import browser
from idp.throttling import strangers

blueprint = Blueprint("esia_logout", __name__, url_prefix="/idp/ext")


@blueprint.get("/Logout")
@open_to(Access.ANYBODY)
def logout() -> Response:
    """End the session of this browser, owe its clients the news, and go where the system wants, if that is its own.

    HEAD is answered unread: what only looks at a link signs nobody out.
    """
    if request.method == "HEAD":
        return Response()
    realm = current_realm()
    try:
        parameters = read_parameters(wire_request())
    except EsiaRefused:
        parameters = {}
    client_id, address = parameters.get("client_id", ""), parameters.get("redirect_url", "")
    with realm.database.read() as connection:
        session = browser.current(realm, connection)
        found = registry.find(connection, client_id) if 0 < len(client_id) <= MAX_NAME_LENGTH else None
    client = found if found is not None and found.dialect == "esia" else None
    is_own = client is not None and is_of_registered_domain(
        address, client.redirect_uris, application_type=client.application_type
    )
    if address and not is_own:
        _write_down(realm, client)
    judged = LogoutRequest(client=client, return_uri=address if is_own else None, state=None, is_certain=True)
    return leave(realm, judged, session, status=302)


def _write_down(realm: Realm, client: Client | None) -> None:
    """An address that is not followed: one row for each that asks, and minute."""
    whose = client.client_id if client is not None else "unknown"
    strangers.write_down(realm, Event.LOGOUT_REFUSED, object=f"client:{whose}", outcome="redirect_url")
