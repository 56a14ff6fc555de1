"""What the application of «Пропуск» shows on the stand's telephone of a person, and what is pressed in it."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ground.web.language import gettext as _
from idp.authentication.devices import rehearsal, requests
from idp.authentication.devices.requests import AnswerRefused, AskedDevice
from idp.authentication.methods.totp.codes import STEP_SECONDS
from idp.citizens.models import Person
from idp.control.devices import DeviceTerms, device_of, install_for, waiting_for
from idp.control.totp import TotpCode, code_now
from idp.realm import Realm

CODE_ADDRESS = re.compile(r"/(qr|device/enrol)/([0-9a-f-]{36})\Z")
"""How the address of a code ends: whose issuer stands before it, its id says as well."""


@dataclass(frozen=True)
class Shown:
    """The screens of the application. `version` changes with what is to be seen, but for the seconds that run."""

    is_installed: bool
    notices: Sequence[AskedDevice]
    scanned: AskedDevice | None
    code: TotpCode | None
    version: str


def look(realm: Realm, person: Person | None, *, scanned_id: str = "") -> Shown:
    """What there is to see now."""
    if person is None:
        return Shown(False, (), None, None, "nobody")
    device, notices, code = device_of(realm, person.id), waiting_for(realm, person.id), code_now(realm, person.id)
    scanned = _scanned(realm, scanned_id)
    step = realm.clock.now() // STEP_SECONDS if code else 0
    seen = [person.id, str(device), *(notice.id for notice in notices), str(scanned), str(step)]
    return Shown(device is not None, notices, scanned, code, hashlib.sha256("\0".join(seen).encode()).hexdigest()[:16])


def newest_notice(realm: Realm) -> AskedDevice | None:
    """The newest notice that waits, whoever it is for."""
    with realm.database.read() as connection:
        return requests.newest_waiting(realm, connection)


def pulse(realm: Realm, *, scanned_id: str = "") -> tuple[object, ...]:
    """What changes whenever somebody's application may show something else: dear to look at is only what has changed."""
    notice, scanned = newest_notice(realm), _scanned(realm, scanned_id)
    return (notice.id if notice else None, scanned is not None, realm.clock.now() // STEP_SECONDS)


def install(realm: Realm, person: Person) -> str:
    """Install the application, once; the word of what came of it."""
    if device_of(realm, person.id) is None:
        install_for(realm, person)
    return "installed"


def press(realm: Realm, person: Person, request_id: str, *, is_approved: bool, number: int | None) -> str:
    """Answer a request; the word of what came of it."""
    device = device_of(realm, person.id)
    if device is None:
        return "not_installed"
    try:
        return rehearsal.answer(realm, device, request_id, is_approved=is_approved, number=number)
    except AnswerRefused as refused:
        return refused.reason


def scan(realm: Realm, person: Person, address: str) -> tuple[str, str]:
    """Read the address that a QR code holds: the word of what it is, and the id of the request it leads to."""
    found = CODE_ADDRESS.search(address.strip())
    kind, found_id = found.groups() if found else ("", "")
    if kind == "device/enrol":
        try:
            rehearsal.install_by_code(realm, found_id, name=DeviceTerms().name)
        except AnswerRefused as refused:
            return refused.reason, ""
        return "enrolled", ""
    if kind != "qr" or _scanned(realm, found_id) is None:
        return "unknown", ""
    return ("scanned", found_id) if device_of(realm, person.id) else ("not_installed", "")


def words(word: str) -> tuple[str, str] | None:
    """What is said of a press: the tone, and the sentence."""
    return {
        "installed": ("good", _("Приложение установлено. Теперь вход можно подтвердить здесь.")),
        "enrolled": ("good", _("Телефон прочитал код. Нажмите «Готово» на странице профиля.")),
        "approved": ("good", _("Вход подтверждён.")),
        "denied": ("note", _("Вход отклонён.")),
        "wrong_number": ("bad", _("Это другое число. Вход отклонён.")),
        "answered": ("warn", _("На этот запрос уже ответили.")),
        "expired": ("warn", _("Запрос устарел.")),
        "unknown": ("bad", _("В этом адресе нет кода, который ждёт ответа.")),
        "not_installed": ("warn", _("Сначала установите приложение.")),
    }.get(word)


def _scanned(realm: Realm, request_id: str) -> AskedDevice | None:
    """A code of a sign-in page that waits to be read."""
    if not request_id:
        return None
    with realm.database.read() as connection:
        found = requests.find(realm, connection, request_id)
    return found if found is not None and found.purpose == "qr" and found.state == "waiting" else None
