"""What the pages of the dialect share: reading a request as the endpoints read one, and the page for what goes nowhere."""

import logging

from flask import request
from sqlalchemy.exc import OperationalError

from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from ground.wire import Request
from idp.protocol.esia.errors import EsiaRefused
from idp.realm import Realm
from idp.requests.recorder import REQUEST_ID

BROKEN, BUSY = "007007", "007008"
UNKNOWN = "008010"

log = logging.getLogger(__name__)


def wire_request() -> Request:
    """The request of Flask as the endpoints see one."""
    return Request(
        method=request.method,
        path=request.path,
        query=request.query_string.decode("latin-1"),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.get_data(cache=False),
        remote_address=request.remote_addr or "",
    )


def fault(reason: Exception) -> EsiaRefused:
    """What ESIA says where something broke on our side; a database that others keep busy is another matter."""
    log.exception("the request cannot be judged")
    busy = isinstance(reason, OperationalError)
    return EsiaRefused(BUSY if busy else BROKEN, cause="it broke on our side")


def refused_page(realm: Realm, refusal: EsiaRefused) -> PageProblem:
    """The page for a request whose answer must not leave the provider (section 5.1). On a test stand it names the request, so
    that its developer can ask `propusk why`."""
    is_ours = refusal.number in (BROKEN, BUSY)
    lead = _("Сервис, который вас прислал, указал адрес возврата, которого у нас нет в списке, или запрос испорчен.")
    if is_ours:
        lead = _("Сломалось у нас, не у вас. Попробуйте ещё раз чуть позже.")
    elif refusal.number == UNKNOWN:
        lead = _("Сервис, который вас прислал, нам не знаком.")
    request_id = request.environ.get(REQUEST_ID) if realm.settings.is_test else None
    return PageProblem(
        status=realm.settings.esia.error_page_status,
        title=_("Вход остановлен"),
        lead=lead,
        explanation=None if is_ours else _("Мы не отправили туда ни вас, ни ваши данные: так действуют и поддельные сайты."),
        advice=(_("Зайдите в сервис по адресу, который знаете, а не по ссылке из письма."),),
        facts=((_("Номер запроса"), request_id),) if request_id else (),
        code=refusal.outcome,
        cause=refusal.description.partition(": ")[2],
        command=_explaining(realm, request_id) if request_id else None,
    )


def _explaining(realm: Realm, request_id: str) -> str:
    """What tells why: the command line, which knows no sandbox, or the test that a sandbox belongs to."""
    return f"esia.requests.why({request_id!r})" if realm.name else f"propusk why {request_id}"
