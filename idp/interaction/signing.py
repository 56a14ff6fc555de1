"""A consent that is signed with the person's certificate: the text of exactly what they agree to, and what becomes of it.

    page ──a text is written──▶ asked ──a signature over it, in five minutes──▶ allowed and kept, or refused and a new text asked

Signing is never needed: the button beside it allows the same (R058).
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from ground.web.language import gettext as _
from idp.audit import Event, record
from idp.authentication import challenge
from idp.authentication.challenge import Asked, ChallengeGone
from idp.authentication.method import Refusal
from idp.authentication.methods import METHODS
from idp.authentication.methods.e_signature.judging import NOT_JUDGED, Certificate, Judged, judge, owner_of
from idp.authentication.methods.e_signature.method import SignatureMethod
from idp.authentication.methods.e_signature.received import MADE_HERE, received
from idp.authentication.methods.e_signature.statement import LIFETIME_SECONDS, statement
from idp.authentication.methods.e_signature.words import certificate_rows, refusal_text
from idp.citizens.acting import Party
from idp.citizens.claims import claims_of
from idp.citizens.models import Person
from idp.cms.der import unwrap
from idp.consent import signed
from idp.interaction.answer import give_answer
from idp.interaction.esia_asked import term
from idp.interaction.pause import PausedRequest
from idp.interaction.words import claim_rows, deeds
from idp.protocol.claims import GrantedClaims, names_of
from idp.protocol.client import Client
from idp.protocol.redirect_uri import host_of
from idp.protocol.scopes import ACTING_FOR, spell
from idp.realm import Realm
from idp.sessions.store import Session


@dataclass(frozen=True)
class Question:
    """A consent that a person is asked for now: what, by whom, and in which session."""

    paused: PausedRequest
    client: Client
    session: Session
    person: Person
    claims: GrantedClaims
    party: Party | None = None
    profile: Mapping[str, Any] = field(default_factory=dict)
    """What is told beside the plain claims: to a system of the ESIA dialect, or because it is looked up."""
    particulars: Sequence[tuple[str, str]] = ()
    """What such a system asks for beyond its scopes, in words."""

    @property
    def scope(self) -> Set[str]:
        return self.paused.request.scope

    @property
    def names(self) -> Sequence[str]:
        """The claims that will be handed out; of an organisation that ESIA's scopes speak of, which one it is."""
        names = names_of(self.scope, self.claims, self.client.dialect)
        return (*names, ACTING_FOR) if self.party is not None and ACTING_FOR not in names else names

    @property
    def told(self) -> Mapping[str, Any]:
        """Every claim there is about the person here; `names` are those that are handed out."""
        party = self.party.claim() if self.party else {}
        if self.paused.request.must_act_for is not None and self.party is not None:
            party = {"name": self.party.name}  # what else is learnt of it stands among the scopes
        return claims_of(self.person) | dict(self.profile) | ({ACTING_FOR: party} if self.party else {})

    @property
    def marks(self) -> Sequence[str]:
        """What a text says if it asks the same."""
        return [*self.names, *([self.party.id] if self.party else [])]

    @property
    def purpose(self) -> str:
        """The name of the challenge: one for each request that waits."""
        return "consent " + self.paused.id.replace("-", "")


def can_sign(realm: Realm, person: Person) -> bool:
    """May this person sign here? Their certificate is known by its СНИЛС."""
    is_open = any(method.name == SignatureMethod.name and method.why_shut(realm) is None for method in METHODS)
    return is_open and person.data.snils is not None


def text_to_sign(realm: Realm, question: Question) -> Asked:
    """The text that waits to be signed; a new one where none does, or where it no longer says what is asked."""
    with realm.database.read() as connection:
        asked = challenge.waiting(realm, connection, question.session, question.purpose)
    if asked is not None and asked.data["names"] == question.marks:
        return asked
    with realm.database.write() as connection:
        data = {"text": _text(realm, question), "names": question.marks}
        return challenge.ask(realm, connection, question.session, question.purpose, data, lifetime_seconds=LIFETIME_SECONDS)


def waiting_text(realm: Realm, question: Question) -> bytes | None:
    """The text that waits to be signed, byte for byte."""
    with realm.database.read() as connection:
        asked = challenge.waiting(realm, connection, question.session, question.purpose)
    return asked.data["text"].encode() if asked else None


def sign(realm: Realm, question: Question, form: Mapping[str, str]) -> None:
    """Allow what was signed, and keep it. Refuses with the reasons of the signature method."""
    given = received(form)
    if given is None:
        raise _refusal(realm, "no_signature", None, is_uploaded=True)
    with realm.database.read() as connection:
        asked = challenge.waiting(realm, connection, question.session, question.purpose)
    is_meant = asked is not None and form.get("challenge") == asked.id and asked.data["names"] == question.marks
    judged = judge(realm, given, asked.data["text"]) if asked is not None and is_meant else NOT_JUDGED
    with realm.database.write() as connection:
        reason = _conclude(realm, connection, question, judged, asked)
        if reason is None and asked is not None:
            _keep(realm, connection, question, asked.data["text"].encode(), given, judged)
        record(
            realm,
            connection,
            Event.CONSENT_SIGNED,
            actor=f"citizen:{question.person.id}",
            object=f"client:{question.client.client_id}",
            outcome=reason or "done",
            **({"serial": judged.certificate.serial} if judged.certificate else {}),
        )
    if reason is not None:
        raise _refusal(realm, reason, judged.certificate, is_uploaded=not form.get(MADE_HERE))


def _keep(realm: Realm, connection: Connection, question: Question, text: bytes, given: bytes, judged: Judged) -> None:
    assert judged.certificate is not None, "a signature that is good has a certificate"
    give_answer(realm, connection, question.paused, "allow", citizen_id=question.person.id, claims=question.claims)
    signed.keep(
        realm,
        connection,
        citizen_id=question.person.id,
        client_id=question.client.client_id,
        client_name=question.client.name,
        text=text,
        signature=unwrap(given),
        serial=judged.certificate.serial,
    )


def _refusal(realm: Realm, reason: str, certificate: Certificate | None, *, is_uploaded: bool) -> Refusal:
    text = refusal_text(reason, certificate, now=realm.clock.now(), instead=_("Возьмите новый или ответьте без подписи."))
    rows = certificate_rows(certificate) if certificate else []
    return Refusal(reason, text, certificate_rows=rows, is_uploaded=is_uploaded)


def _conclude(realm: Realm, connection: Connection, question: Question, judged: Judged, asked: Asked | None) -> str | None:
    """Use the text up. Why the signature over it is refused, or None."""
    if judged is NOT_JUDGED and asked is not None:
        return "replayed"
    try:
        taken = challenge.use(realm, connection, question.session, question.purpose)
    except ChallengeGone as gone:
        return "challenge_expired" if gone.reason == "expired" else "replayed"
    if asked is None or taken.id != asked.id:
        return "replayed"
    if judged.signer is None:
        return judged.reason
    owner = owner_of(realm, connection, judged.signer)
    if isinstance(owner, str):
        return owner
    return None if owner.id == question.person.id else "other_person"


def _text(realm: Realm, question: Question) -> str:
    request, client, data = question.paused.request, question.client, question.person.data
    told = [(f"— {name}", value) for name, value in claim_rows(question.names, question.told)]
    can = [*((_("Сможет"), deed) for deed in deeds(request.scope)), *question.particulars]
    facts = [
        (_("Кто соглашается"), f"{data.full_name}, {data.snils}"),
        (_("С чем"), _("сервис получит данные, которые перечислены ниже, и ничего сверх них")),
        (_("Какой сервис"), f"{client.name} ({host_of(request.redirect_uri)}), {client.client_id}"),
        *([(_("Кто отвечает"), client.organisation)] if client.organisation else []),
        *([(_("Зачем"), client.purpose)] if client.purpose else []),
        (_("На какой срок"), term(request)),
        (_("Кто передаст"), realm.settings.issuer),
        (_("Области доступа"), spell(request.scope)),
        *([(_("Узнает"), ""), *told] if told else []),
        *can,
        (_("Номер пропуска"), question.paused.number),
    ]
    return statement(realm, _("Согласие передать данные"), facts)
