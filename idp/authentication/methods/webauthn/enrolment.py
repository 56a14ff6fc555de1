"""Passkeys at the account: several, each with a name."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from webauthn import generate_registration_options, options_to_json
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ground.web.language import gettext as _
from ground.web.language import lazy_gettext
from ground.web.site import current_site
from idp.authentication import challenge
from idp.authentication.challenge import Asked, ChallengeGone
from idp.authentication.method import Enrolled, Enrolment, Owner, Refusal, write_down
from idp.authentication.methods.webauthn import store
from idp.authentication.methods.webauthn.ceremony import (
    ALGORITHMS,
    CHALLENGE_SECONDS,
    AnswerRefused,
    challenge_of,
    descriptors,
    draw_challenge,
    read_attestation,
    relying_party,
    verify_attestation,
)
from idp.authentication.methods.webauthn.store import NewPasskey, PasskeyExists
from idp.authentication.methods.webauthn.words import refused_text
from idp.citizens.models import Person
from idp.realm import Realm

PURPOSE = "passkey to be added"
MOST_PASSKEYS = 20
MAX_NAME_LENGTH = 60


class PasskeyEnrolment(Enrolment):
    """A device makes a key for this person, and they say how it is called."""

    template = "account/passkey.html"
    add = lazy_gettext("Добавить ключ доступа")
    can_rename = True

    def enrolled(self, realm: Realm, connection: Connection, person: Person) -> Sequence[Enrolled]:
        return [
            Enrolled(
                passkey.id,
                passkey.name,
                _("синхронизируется между устройствами") if passkey.may_be_synced else _("только на одном устройстве"),
                added_at=passkey.added_at,
                used_at=passkey.used_at,
            )
            for passkey in store.of_person(realm, connection, person.id)
        ]

    def can_add(self, realm: Realm, connection: Connection, person: Person) -> bool:
        return len(store.of_person(realm, connection, person.id)) < MOST_PASSKEYS

    def begin(self, realm: Realm, owner: Owner) -> None:
        """Draw a challenge, unless one waits, and the handle of somebody who has none."""
        with realm.database.write() as connection:
            store.give_handle(realm, connection, owner.person.id)
            if challenge.waiting(realm, connection, owner.session, PURPOSE) is None:
                self._ask(realm, connection, owner)

    def describe(self, realm: Realm, connection: Connection, owner: Owner) -> dict[str, Any]:
        asked = challenge.waiting(realm, connection, owner.session, PURPOSE)
        return {"options": self._options(realm, connection, owner, asked) if asked else None, "name": ""}

    def finish(self, realm: Realm, owner: Owner, form: Mapping[str, str]) -> None:
        """Any answer uses the challenge up; the page that refuses one has the next. Reasons: `words.py`."""
        name = "".join(each for each in form.get("name", "") if each.isprintable()).strip()[:MAX_NAME_LENGTH]
        if not name:
            raise Refusal("no_name", refused_text("no_name"), field="name")
        given = read_attestation(form.get("credential", ""))
        try:
            with realm.database.write() as connection:
                reason = self._keep(realm, connection, owner, given, name)
                if reason is None:
                    write_down(realm, connection, owner, "passkey")
                    return
                self._ask(realm, connection, owner)
        except IntegrityError:  # two answers at once brought the same key, and the other one was first
            reason = "taken"
        raise Refusal(reason, refused_text(reason), name=name)

    def rename(self, realm: Realm, connection: Connection, owner: Owner, enrolled_id: str, name: str) -> bool:
        return store.rename(realm, connection, owner.person.id, enrolled_id, name)

    def remove(self, realm: Realm, connection: Connection, owner: Owner, enrolled_id: str) -> bool:
        return store.remove(connection, owner.person.id, enrolled_id)

    def _keep(
        self, realm: Realm, connection: Connection, owner: Owner, given: RegistrationCredential | None, name: str
    ) -> str | None:
        """Store the passkey, or return why not."""
        try:
            asked = challenge.use(realm, connection, owner.session, PURPOSE)
            store.add(realm, connection, owner.person.id, _judge(realm, given, asked), name=name)
        except (AnswerRefused, ChallengeGone) as refused:
            return refused.reason
        except PasskeyExists:
            return "taken"
        return None

    def _ask(self, realm: Realm, connection: Connection, owner: Owner) -> None:
        data = {"challenge": draw_challenge(realm)}
        challenge.ask(realm, connection, owner.session, PURPOSE, data, lifetime_seconds=CHALLENGE_SECONDS)

    def _options(self, realm: Realm, connection: Connection, owner: Owner, asked: Asked) -> str:
        """What the script of the page hands to the browser. What stands there of the person stays on their own device."""
        person = owner.person
        options = generate_registration_options(
            rp_id=relying_party(realm).id,
            rp_name=current_site().name,
            user_id=store.find_handle(connection, person.id),
            user_name=person.data.email or person.data.phone or person.data.short_name,
            user_display_name=person.data.short_name,
            challenge=challenge_of(asked),
            timeout=CHALLENGE_SECONDS * 1000,
            attestation=AttestationConveyancePreference(realm.settings.webauthn_attestation),
            # A key that the device finds by itself can be the first way in; one that it cannot is a second step.
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
            ),
            exclude_credentials=descriptors(store.of_person(realm, connection, person.id)),
            supported_pub_key_algs=ALGORITHMS,
        )
        return options_to_json(options)


def _judge(realm: Realm, given: RegistrationCredential | None, asked: Asked) -> NewPasskey:
    if given is None:
        raise AnswerRefused("malformed")
    return verify_attestation(realm, given, challenge=challenge_of(asked))
