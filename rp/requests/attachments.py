"""The documents that requests name: whoever decides a request may read them, and until then they stay."""

from sqlalchemy import Connection

from rp import documents
from rp.access.principal import Principal
from rp.documents import Document
from rp.realm import Realm
from rp.requests.deciding import may_decide
from rp.requests.store import documents_of, requests_naming


class RequestInterest:
    """What requests have to say about a document: an `Interest` of `rp.documents`."""

    def may_read(self, connection: Connection, realm: Realm, principal: Principal, document: Document) -> bool:
        """Does a request that this principal decides, or has been able to decide, name it?"""
        named_by = requests_naming(connection, realm, document.id)
        return any(request.number is not None and may_decide(principal, request) for request in named_by)

    def holds(self, connection: Connection, realm: Realm, document: Document) -> bool:
        """Does a request name it that nobody has decided yet?"""
        return any(request.is_open for request in requests_naming(connection, realm, document.id))


def attached_to(connection: Connection, realm: Realm, request_id: str) -> list[Document]:
    """The documents that a request names, as far as they are still there."""
    found = [documents.find(connection, realm, document_id) for document_id in documents_of(connection, request_id)]
    return [document for document in found if document is not None]
