"""A second step to learn from: the eight digits on the person's badge.

A badge is printed by whoever knows the secret of the provider, so no table is needed: the number follows from secret and person.
It never changes, so whoever has seen it once has it for good. Do not use it; copy it.
"""

import hashlib
import hmac
from collections.abc import Mapping

from sqlalchemy import Connection

from ground.web.language import gettext as _
from ground.web.language import lazy_gettext
from idp.audit import Event, record
from idp.authentication import attempt as attempts
from idp.authentication import risk
from idp.authentication.attempt import Attempt
from idp.authentication.method import Method, Refusal
from idp.citizens.models import Person
from idp.protocol.assurance import Factor
from idp.realm import Realm
from idp.throttling import counters

DIGITS = 8
MAX_TRIES = 5
TRIES = "badge tries"


class BadgeMethod(Method):
    """Possession: the person has the badge in their hand."""

    # In addresses, in the journal, in the test API. It never changes.
    name = "badge"
    # What it rests on. Two proofs of different kinds are `substantial`; two of the same kind are not.
    kind = "possession"
    # How people tell it from the others. An icon of ground/web/icons.svg.
    icon = "case"
    title = lazy_gettext("Номер на пропуске")
    needs = lazy_gettext("Нужен пропуск с фотографией")
    step = lazy_gettext("Номер")
    template = "sign_in/badge.html"

    def is_offered(self, realm: Realm, connection: Connection, person: Person) -> bool:
        """Everybody has a badge. A method with a table of its own looks there."""
        return True

    def finish(self, realm: Realm, attempt: Attempt, person: Person | None, form: Mapping[str, str]) -> Attempt:
        """Refuses with `malformed`, `wrong` or `too_many`."""
        assert person is not None, "a second step is taken by somebody we know"
        number = form.get("number", "").strip()
        # What cannot be an answer is no try: it costs nobody anything, and is not compared.
        if not (len(number) == DIGITS and number.isascii() and number.isdecimal()):
            raise Refusal("malformed", _("На пропуске восемь цифр."))
        # One transaction: the counter, the journal and the factor come together or not at all.
        with realm.database.write() as connection:
            # Raised before the comparison, so that parallel guesses cannot share a try.
            tries = counters.count_up(realm, connection, TRIES, person.id)
            is_right = tries <= MAX_TRIES and hmac.compare_digest(number, number_of(realm, person.id))
            reason = None if is_right else "too_many" if tries > MAX_TRIES else "wrong"
            record(
                realm,
                connection,
                Event.PROOF_CHECKED,
                actor=f"citizen:{person.id}",
                object=f"attempt:{attempt.id}",
                outcome=reason or "done",
                method=self.name,
            )
            if reason is None:
                counters.start_anew(realm, connection, TRIES, person.id)
                factor = Factor(method=self.name, kind=self.kind, amr=("otp",), at=realm.clock.now())
                return attempts.add_factor(realm, connection, attempt, factor, citizen_id=person.id)
            risk.count_failure(realm, connection, person.id)
        # Raised when counters and journal are committed: a rolled-back counter counts nothing.
        if reason == "too_many":
            # `leaves` brings people back to the other ways.
            raise Refusal(reason, _("Слишком много попыток. Выберите другой способ."), leaves=True)
        raise Refusal(reason, _("Номер не подошёл."))


def number_of(realm: Realm, citizen_id: str) -> str:
    """What is printed on the badge of this person."""
    digest = hmac.digest(realm.secrets.derive("badge"), citizen_id.encode(), hashlib.sha256)
    return str(int.from_bytes(digest[:8]) % 10**DIGITS).zfill(DIGITS)
