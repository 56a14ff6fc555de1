"""Who enters as a citizen has agreed to the terms, or is led to them and then back."""

from rp.access.session import Session
from rp.access.where import open_page
from rp.cabinet.terms.acceptance import accepted_at
from rp.realm import current_realm


class TermsNeeded(Exception):
    """The person has to agree to the terms before they come to `return_path`."""

    def __init__(self, return_path: str) -> None:
        super().__init__("the terms are not agreed to")
        self.return_path = return_path


def require_terms(session: Session) -> None:
    """Raises TermsNeeded."""
    realm = current_realm()
    if not realm.settings.terms_version:
        return
    with realm.database.read() as connection:
        is_agreed = accepted_at(connection, realm, session) is not None
    if not is_agreed:
        raise TermsNeeded(open_page())
