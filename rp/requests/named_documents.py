"""What requests have to say about the documents that they name: who decides reads them, and until then they stay."""

from sqlalchemy import Connection

from rp import documents
from rp.access.principal import Principal
from rp.documents import Document
from rp.realm import Realm
from rp.requests.deciding import may_decide
from rp.requests.kind import State
from rp.requests.store import documents_of, requests_naming


class NamedDocuments:
    """The interest of all requests, of whatever kind."""

    def may_read(self, connection: Connection, realm: Realm, principal: Principal, document: Document) -> bool:
        """Is there a request that names the document, was sent, and is the principal's to decide?"""
        named = requests_naming(connection, realm, document.id)
        return any(request.state is not State.DRAFT and may_decide(principal, request) for request in named)

    def holds(self, connection: Connection, realm: Realm, document: Document) -> bool:
        """Is there one that nobody has decided yet?"""
        return any(request.is_open for request in requests_naming(connection, realm, document.id))


def attached_to(connection: Connection, realm: Realm, request_id: str) -> list[Document]:
    """The documents that a request names, as far as they are still there."""
    found = [documents.find(connection, realm, document_id) for document_id in documents_of(connection, request_id)]
    return [document for document in found if document is not None]
