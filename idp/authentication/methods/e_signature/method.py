"""Electronic signature: a text that is asked once, signed with the certificate of whoever signs in.

    page ──a text is written──▶ asked ──a signature over it, in five minutes──▶ signed in, or refused and a new text asked

The text is signed in the browser (assets/signing/), or downloaded, signed with any tool, and its detached signature handed in.
Nobody is asked who they are: the СНИЛС of the certificate says it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ground.web.language import gettext as _
from ground.web.language import lazy_gettext
from idp.audit import Event, record
from idp.authentication import attempt as attempts
from idp.authentication import challenge, risk
from idp.authentication.attempt import Attempt
from idp.authentication.challenge import Asked, ChallengeGone
from idp.authentication.method import Method, Refusal
from idp.authentication.methods.e_signature.enrolment import SignatureEnrolment
from idp.authentication.methods.e_signature.judging import NOT_JUDGED, Judged, judge, owner_of
from idp.authentication.methods.e_signature.pages import blueprint
from idp.authentication.methods.e_signature.received import MADE_HERE, received
from idp.authentication.methods.e_signature.statement import LIFETIME_SECONDS, PURPOSE, sign_in_text
from idp.authentication.methods.e_signature.words import certificate_rows, refusal_text
from idp.authority import used
from idp.authority.judging import is_anybody_trusted
from idp.citizens.models import Person
from idp.protocol.assurance import Factor
from idp.realm import Realm

BUNDLE = Path(__file__).parent / "static" / "built" / "signing.js"


@dataclass(frozen=True)
class Conclusion:
    """What an answer came to: the reason why it is refused, or whose it is."""

    reason: str | None
    citizen_id: str = ""


class SignatureMethod(Method):
    """Possession of a key, and of a certificate by an authority that saw its owner's papers: high by itself."""

    name = "signature"
    kind = "possession"
    level = "high"
    identifies = True
    icon = "signature"
    is_tab = True
    title = step = lazy_gettext("Электронная подпись")
    needs = lazy_gettext("Нужен действующий сертификат с вашим СНИЛС")
    template = "sign_in/signature.html"
    pages = blueprint
    enrolment = SignatureEnrolment()

    def what_is_missing(self, realm: Realm) -> str | None:
        return None if is_anybody_trusted(realm) else _("Здесь ещё не выбрано, каким удостоверяющим центрам верить.")

    def is_offered(self, realm: Realm, connection: Connection, person: Person) -> bool:
        """Who signed in with a certificate that is still good has one. Whether others have, nobody can know."""
        return person.data.snils is not None and used.has_good_one(realm, connection, person.id)

    def may_have(self, realm: Realm, connection: Connection, person: Person) -> bool:
        return person.data.snils is not None

    def begin(self, realm: Realm, attempt: Attempt, person: Person | None) -> None:
        """Write a text, unless one waits to be signed."""
        with realm.database.read() as connection:
            if challenge.waiting(realm, connection, attempt, PURPOSE):
                return
        with realm.database.write() as connection:
            if not challenge.waiting(realm, connection, attempt, PURPOSE):
                self._ask(realm, connection, attempt)

    def describe(self, realm: Realm, connection: Connection, attempt: Attempt, person: Person | None) -> dict[str, Any]:
        asked = challenge.waiting(realm, connection, attempt, PURPOSE)
        return {
            "asked_id": asked.id if asked else "",
            "text": asked.data["text"] if asked else "",
            "now": realm.clock.now(),
            "has_bundle": BUNDLE.exists(),
            "certificate_rows": [],
            "is_uploaded": False,
        }

    def finish(self, realm: Realm, attempt: Attempt, person: Person | None, form: Mapping[str, str]) -> Attempt:
        """Refuses with the reasons of `idp.cms.verdict`, and with `no_signature`, `challenge_expired`, `replayed`, `no_gost`,
        `unavailable`, `no_snils`, `no_account` or `other_person`."""
        given = received(form)
        if given is None:
            self.begin(realm, attempt, person)  # the page that says so has a text to sign, whenever it comes
            text = refusal_text("no_signature", None, now=realm.clock.now(), instead="")
            raise Refusal("no_signature", text, is_uploaded=True)
        with realm.database.read() as connection:
            asked = challenge.waiting(realm, connection, attempt, PURPOSE)
        is_meant = asked is not None and form.get("challenge", asked.id) == asked.id
        # Judged before anything is written: what takes long does not hold the database.
        judged = judge(realm, given, asked.data["text"]) if asked is not None and is_meant else NOT_JUDGED
        with realm.database.write() as connection:
            conclusion = self._conclude(realm, connection, attempt, judged, asked)
            signer, certificate = judged.signer, judged.certificate
            record(
                realm,
                connection,
                Event.PROOF_CHECKED,
                actor=f"citizen:{conclusion.citizen_id or attempt.citizen_id or 'unknown'}",
                object=f"attempt:{attempt.id}",
                outcome=conclusion.reason or "done",
                method=self.name,
                **({"serial": certificate.serial} if certificate else {}),
                **({"algorithm": signer.algorithm} if signer else {}),
            )
            if conclusion.reason is None:
                assert signer is not None, "somebody signed"
                assert certificate is not None, "and brought a certificate"
                used.remember(realm, connection, conclusion.citizen_id, certificate.facts, signer.algorithm)
                factor = Factor(method=self.name, kind=self.kind, amr=("swk",), at=realm.clock.now(), level=self.level)
                return attempts.add_factor(realm, connection, attempt, factor, citizen_id=conclusion.citizen_id)
            if attempt.citizen_id is not None:
                risk.count_failure(realm, connection, attempt.citizen_id)
            if not challenge.waiting(realm, connection, attempt, PURPOSE):
                self._ask(realm, connection, attempt)
        raise self._refusal(realm, attempt, conclusion.reason, judged, is_uploaded=not form.get(MADE_HERE))

    def forget(self, connection: Connection, citizen_id: str) -> None:
        used.forget(connection, citizen_id)

    def _ask(self, realm: Realm, connection: Connection, attempt: Attempt) -> None:
        text = {"text": sign_in_text(realm, attempt)}
        challenge.ask(realm, connection, attempt, PURPOSE, text, lifetime_seconds=LIFETIME_SECONDS)

    def _conclude(
        self, realm: Realm, connection: Connection, attempt: Attempt, judged: Judged, asked: Asked | None
    ) -> Conclusion:
        """Use the text up that was judged by, and say whose signature it is."""
        if judged is NOT_JUDGED and asked is not None:
            return Conclusion("replayed")
        try:
            taken = challenge.use(realm, connection, attempt, PURPOSE)
        except ChallengeGone as gone:
            return Conclusion("challenge_expired" if gone.reason == "expired" else "replayed")
        if asked is None or taken.id != asked.id:
            return Conclusion("replayed")
        if judged.signer is None:
            return Conclusion(judged.reason)
        owner = owner_of(realm, connection, judged.signer)
        if isinstance(owner, str):
            return Conclusion(owner)
        is_somebody_else = attempt.citizen_id not in (None, owner.id)
        return Conclusion("other_person") if is_somebody_else else Conclusion(None, owner.id)

    def _refusal(self, realm: Realm, attempt: Attempt, reason: str, judged: Judged, *, is_uploaded: bool) -> Refusal:
        if attempt.citizen_id is not None:
            instead = _("Возьмите новый или подтвердите вход другим способом.")
        elif attempt.is_level_essential:
            instead = _("Возьмите новый.")  # whoever insists on a level takes no password for it
        else:
            instead = _("Возьмите новый или войдите по паролю.")
        certificate = judged.certificate
        text = refusal_text(reason, certificate, now=realm.clock.now(), instead=instead)
        rows = certificate_rows(certificate) if certificate else []
        return Refusal(reason, text, certificate_rows=rows, is_uploaded=is_uploaded)
