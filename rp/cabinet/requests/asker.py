"""Whose requests the open page is about, and who files them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from rp.access.current import require_session
from rp.realm import Realm
from rp.records.record_type import Record
from rp.records.store import find_record
from rp.requests.kind import Asking, Request, RequestKind
from rp.requests.store import find_request


@dataclass(frozen=True)
class Asker:
    """The patient whose requests they are, and the signed-in person as the journal names them."""

    patient_id: str
    actor: str
    acr: str
    claims: Mapping[str, Any] = field(repr=False)
    is_for_another: bool = False

    @property
    def must_sign(self) -> bool:
        """Has the person an electronic signature to sign with?"""
        return bool(self.claims.get("has_signature"))

    def may_ask(self, kind: RequestKind) -> bool:
        """Is it theirs to ask? What is for oneself nobody asks for another."""
        return not (kind.is_for_oneself and self.is_for_another)

    def asking(self, connection: Connection, realm: Realm, record: Record | None = None) -> Asking:
        """What a kind of request is told of them."""
        return Asking(connection, realm, self.patient_id, record, self.claims)

    def record(self, connection: Connection, realm: Realm, record_id: str | None) -> Record | None:
        """The record of that id, if it is theirs."""
        found = find_record(connection, realm, record_id) if record_id and len(record_id) <= 36 else None
        return found if found is not None and found.patient_id == self.patient_id else None

    def request(self, connection: Connection, realm: Realm, request_id: str) -> Request | None:
        """The request of that id, if it is theirs."""
        return find_request(connection, realm, request_id, of_patient=self.patient_id)


def current_asker() -> Asker:
    """Who files requests in this browser. Raises PageProblem for people whom the register does not know."""
    session = require_session()
    if session.patient_id is None:
        raise PageProblem(
            status=403,
            title=_("Вас нет в регистре"),
            lead=_("Заявления принимаются от тех, кого регистр знает."),
            advice=(_("Если вы прививались или болели, обратитесь в свою поликлинику."),),
            actions=((_("Найти записи по ИНН"), "/linking"), (_("Мои записи"), "/")),
            cause="no patient is linked to this session",
        )
    claims = session.claims
    if session.represented_id is not None:  # of the represented the provider has said nothing
        claims = {"has_signature": claims.get("has_signature")}
    return Asker(session.patient_id, session.actor, session.acr, claims, session.represented_id is not None)
