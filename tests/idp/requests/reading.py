"""How tests read the request journal of a stand."""

from typing import Any

from idp.requests import journal
from idp.requests.journal import Recorded
from idp.requests.recorder import settle
from tests.browser import Browser
from tests.idp.stand import CONTROL, CONTROL_TOKEN, SECRET, Stand

BEARER = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
TOKEN_PATH = "/oauth2/token"


def recorded(stand: Stand, **which: Any) -> list[Recorded]:
    """Everything that was answered so far."""
    settle(stand.realm)
    with stand.realm.database.read() as connection:
        return journal.everything(stand.realm, connection, **which)


def ask(stand: Stand, grant: str = "nonsense", **form: str) -> None:
    """A client sends a token request, which is refused."""
    stand.http().post(f"{stand.issuer}{TOKEN_PATH}", data={"grant_type": grant} | form, auth=("client", SECRET))


def operate(control: Browser, method: str, path: str, **options: Any) -> Any:
    """Call an operation of the control plane; status and document."""
    answer = control.session.request(method, CONTROL + path, headers=BEARER, **options)
    return answer.status_code, answer.json() if answer.content else None
