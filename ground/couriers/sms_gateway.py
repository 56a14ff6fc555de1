"""SMS, handed to a gateway by one HTTP request.

Two shapes are known: that of SMSC.ru and that of SMS Aero, version 2. Neither vendor's documentation could be reached
when this was written and neither service was called: **the shapes come from memory** and are to be compared with the
documentation, field by field, before a real account is used.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ground.fetch import FetchFailed, Session
from ground.message import Message, NotNow, Undeliverable

SMSC_FOR_GOOD = {6, 7, 8}
"""The text or the sender is forbidden, the number is malformed, the number cannot be reached."""
AERO_FOR_GOOD = {400, 404, 422}
"""It does not validate. Who we are (401), what we have paid (402) and the like an operator can mend."""


@dataclass(frozen=True)
class Account:
    """Who we are to a gateway. `sender` is the name that the SMS comes from; empty is the gateway's own."""

    url: str
    user: str
    key: str = field(repr=False)
    sender: str = ""


@dataclass(frozen=True)
class Shape:
    """How a gateway is asked, and what its answer (status and JSON) means. `judge` raises NotNow, Undeliverable."""

    url: str
    ask: Callable[[Account, Message], Mapping[str, Any]]
    judge: Callable[[int, Mapping[str, Any]], None]


class SmsGatewayCourier:
    """Carries SMS to one gateway."""

    def __init__(self, fetch: Session, shape: Shape, account: Account) -> None:
        self._fetch = fetch
        self._shape = shape
        self._account = account

    def carry(self, message: Message) -> None:
        try:
            answer = self._fetch.post(self._account.url, allow_redirects=False, **self._shape.ask(self._account, message))
        except FetchFailed as trouble:
            raise NotNow(f"the gateway does not answer ({type(trouble).__name__})") from None
        if answer.status_code >= 500:
            raise NotNow(f"the gateway answers {answer.status_code}")
        try:
            document = answer.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise NotNow(f"the gateway answers {answer.status_code} and no JSON object")
        self._shape.judge(answer.status_code, document)


def _ask_smsc(account: Account, message: Message) -> Mapping[str, Any]:
    """A form; `fmt` 3 asks for JSON."""
    form = {
        "login": account.user,
        "psw": account.key,
        "phones": message.address.removeprefix("+"),
        "mes": message.text,
        "charset": "utf-8",
        "fmt": "3",
    }
    return {"data": form | ({"sender": account.sender} if account.sender else {})}


def _judge_smsc(status: int, document: Mapping[str, Any]) -> None:
    """`{"id": 1, "cnt": 1}`, or `{"error": "…", "error_code": 7}`. Its texts may quote ours, so they go no further."""
    code = document.get("error_code")
    if "error" in document or code is not None:
        raise (Undeliverable if code in SMSC_FOR_GOOD else NotNow)(f"the gateway answers error {_number(code)}")
    if status != 200 or "id" not in document:
        raise NotNow(f"the gateway answers {status} and does not say that it took the message")


def _ask_aero(account: Account, message: Message) -> Mapping[str, Any]:
    """JSON, and who we are by HTTP Basic."""
    body = {"number": message.address.removeprefix("+"), "text": message.text, "sign": account.sender or "SMS Aero"}
    return {"json": body, "auth": (account.user.encode(), account.key.encode())}


def _judge_aero(status: int, document: Mapping[str, Any]) -> None:
    """`{"success": true, "data": {"id": 1, …}}`, or `{"success": false, "message": "…"}`."""
    if status in AERO_FOR_GOOD:
        raise Undeliverable(f"the gateway answers {status}")
    if status != 200 or document.get("success") is not True:
        raise NotNow(f"the gateway answers {status} and does not say that it took the message")


def _number(code: object) -> str:
    return str(code) if isinstance(code, int) else "without a number"


SHAPES: Mapping[str, Shape] = {
    "smsc": Shape("https://smsc.ru/sys/send.php", _ask_smsc, _judge_smsc),
    "smsaero": Shape("https://gate.smsaero.ru/v2/sms/send", _ask_aero, _judge_aero),
}
"""By the name in the settings; the address is where the gateway is unless another is set."""
