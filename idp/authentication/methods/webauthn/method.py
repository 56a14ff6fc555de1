"""Passkeys as a way in: the first one and the only one, or the second step after a password."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection
from webauthn import generate_authentication_options, options_to_json
from webauthn.helpers.structs import AuthenticationCredential, UserVerificationRequirement

from ground.web.language import gettext as _
from ground.web.language import lazy_gettext
from idp.audit import Event, record
from idp.authentication import attempt as attempts
from idp.authentication import challenge, risk
from idp.authentication.attempt import Attempt
from idp.authentication.challenge import Asked, ChallengeGone
from idp.authentication.method import Method, Refusal
from idp.authentication.methods.webauthn import store
from idp.authentication.methods.webauthn.ceremony import (
    CHALLENGE_SECONDS,
    AnswerRefused,
    challenge_of,
    descriptors,
    draw_challenge,
    is_domain,
    is_secure_context,
    read_assertion,
    relying_party,
    verify_assertion,
)
from idp.authentication.methods.webauthn.enrolment import PasskeyEnrolment
from idp.authentication.methods.webauthn.store import KnownPasskey
from idp.authentication.methods.webauthn.words import refused_text
from idp.citizens import directory
from idp.citizens.models import Person
from idp.protocol.assurance import Factor
from idp.protocol.vocabulary import Level
from idp.realm import Realm

PURPOSE = "passkey"
NEARLY_OVER_SECONDS = 60
"""A page that is opened again this late gets a new challenge: whoever looks for their key needs a minute."""


class PasskeyMethod(Method):
    """Possession of a device, which has verified its owner by a fingerprint, a face or a PIN, or only that somebody is there."""

    name = "passkey"
    kind = "possession"
    level = "substantial"
    identifies = True
    icon = "passkey"
    title = lazy_gettext("Ключ доступа")
    needs = lazy_gettext("Отпечаток, лицо или PIN устройства, где вы его добавили")
    step = lazy_gettext("Ключ доступа")
    template = "sign_in/passkey.html"
    beside_choice = "sign_in/passkey_offered.html"
    enrolment = PasskeyEnrolment()

    def what_is_missing(self, realm: Realm) -> str | None:
        if not is_domain(relying_party(realm).id):
            return _("Ключи доступа привязаны к имени сайта, а этот открыт по числовому адресу.")
        return None if is_secure_context(realm) else _("Ключи доступа работают только по https.")

    def is_offered(self, realm: Realm, connection: Connection, person: Person) -> bool:
        return store.has_any(connection, person.id)

    def begin(self, realm: Realm, attempt: Attempt, person: Person | None) -> None:
        """Draw a challenge, unless one waits that was drawn for the same question."""
        with realm.database.read() as connection:
            if self.waiting(realm, connection, attempt):
                return
        with realm.database.write() as connection:
            if not self.waiting(realm, connection, attempt):
                self._ask(realm, connection, attempt)

    def describe(self, realm: Realm, connection: Connection, attempt: Attempt, person: Person | None) -> dict[str, Any]:
        asked = challenge.waiting(realm, connection, attempt, PURPOSE)
        passkeys = store.of_person(realm, connection, person.id) if person else []
        return {"options": _options(realm, asked, passkeys) if asked else None}

    def finish(self, realm: Realm, attempt: Attempt, person: Person | None, form: Mapping[str, str]) -> Attempt:
        """Any answer uses the challenge up; the page that refuses one has the next. Reasons: `words.py`."""
        given = read_assertion(form.get("credential", ""))
        with realm.database.write() as connection:
            passkey = store.find(realm, connection, given.raw_id) if given else None
            owner = person or (directory.find(realm, connection, passkey.citizen_id) if passkey else None)
            actor, thing = f"citizen:{owner.id}" if owner else "citizen:unknown", f"attempt:{attempt.id}"
            try:
                factor = self._judge(realm, connection, attempt, owner, passkey, given)
            except (AnswerRefused, ChallengeGone) as refused:
                reason = refused.reason
            else:
                record(realm, connection, Event.PROOF_CHECKED, actor=actor, object=thing, method=self.name)
                assert owner is not None, "the passkey that was judged is somebody's"
                return attempts.add_factor(realm, connection, attempt, factor, citizen_id=owner.id)
            record(realm, connection, Event.PROOF_CHECKED, actor=actor, object=thing, outcome=reason, method=self.name)
            if owner is not None:
                risk.count_failure(realm, connection, owner.id)
            self._ask(realm, connection, attempt)
        raise Refusal(reason, refused_text(reason))

    def waiting(self, realm: Realm, connection: Connection, attempt: Attempt) -> Asked | None:
        """The challenge that an answer to the page is judged by, if it fits the attempt as it stands."""
        asked = challenge.waiting(realm, connection, attempt, PURPOSE)
        if asked is None or asked.data["must_verify"] != _must_verify(attempt):
            return None
        return asked if asked.expires_at - realm.clock.now() > NEARLY_OVER_SECONDS else None

    def forget(self, connection: Connection, citizen_id: str) -> None:
        store.forget(connection, citizen_id)

    def _ask(self, realm: Realm, connection: Connection, attempt: Attempt) -> None:
        data = {"challenge": draw_challenge(realm), "must_verify": _must_verify(attempt)}
        challenge.ask(realm, connection, attempt, PURPOSE, data, lifetime_seconds=CHALLENGE_SECONDS)

    def _judge(
        self,
        realm: Realm,
        connection: Connection,
        attempt: Attempt,
        owner: Person | None,
        passkey: KnownPasskey | None,
        given: AuthenticationCredential | None,
    ) -> Factor:
        """The factor that an answer proves. Raises AnswerRefused, ChallengeGone."""
        asked = challenge.use(realm, connection, attempt, PURPOSE)
        if given is None:
            raise AnswerRefused("malformed")
        if passkey is None or owner is None or owner.is_disabled:
            raise AnswerRefused("unknown_passkey")
        # Nobody becomes another by a key: neither by one that is not theirs, nor by one that calls its owner by another name.
        handle = given.response.user_handle
        is_named = handle == store.find_handle(connection, passkey.citizen_id) if handle else attempt.citizen_id is not None
        if passkey.citizen_id != owner.id or not is_named:
            raise AnswerRefused("another_person")
        verified = verify_assertion(realm, given, challenge=challenge_of(asked), public_key=passkey.public_key)
        may_be_synced = verified.credential_device_type.value == "multi_device"
        if may_be_synced != passkey.may_be_synced:
            raise AnswerRefused("backup_flags")
        if asked.data["must_verify"] and not verified.user_verified:
            raise AnswerRefused("not_verified")
        count, is_synced = verified.new_sign_count, verified.credential_backed_up
        if not store.count_use(realm, connection, passkey, sign_count=count, is_synced=is_synced):
            raise AnswerRefused("counter")
        return self._factor(realm, is_verified=verified.user_verified, may_be_synced=may_be_synced)

    def _factor(self, realm: Realm, *, is_verified: bool, may_be_synced: bool) -> Factor:
        """What is proved, in words of RFC 8176: a key in hardware, or one that is copied between devices and so in software; that
        somebody is present; and, where the device verified its owner, two factors in one: what they have, and what they know or
        are. Which of the two it was the device does not tell, so neither `pin` nor `fpt` is said."""
        amr = ("swk" if may_be_synced else "hwk", "user", *(["mfa"] if is_verified else []))
        level: Level = "substantial" if is_verified else "low"
        return Factor(method=self.name, kind=self.kind, amr=amr, at=realm.clock.now(), level=level)


def _must_verify(attempt: Attempt) -> bool:
    """Has the device to verify its owner? Where its key is all there is, or the attempt holds nothing of another kind yet."""
    return not any(factor.kind != PasskeyMethod.kind for factor in attempt.factors)


def _options(realm: Realm, asked: Asked, passkeys: list[KnownPasskey]) -> str:
    """What the script of the page hands to the browser. Before we know who it is, any passkey of ours will do."""
    options = generate_authentication_options(
        rp_id=relying_party(realm).id,
        challenge=challenge_of(asked),
        timeout=CHALLENGE_SECONDS * 1000,
        allow_credentials=descriptors(passkeys),
        user_verification=(
            UserVerificationRequirement.REQUIRED if asked.data["must_verify"] else UserVerificationRequirement.PREFERRED
        ),
    )
    return options_to_json(options)
