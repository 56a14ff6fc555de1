"""Proving who one is by an electronic signature: an authority has seen the papers of whoever holds the certificate.

    page ──a text is written──▶ asked ──a signature over it, in five minutes──▶ identity proved, or refused and a new text asked

СНИЛС and name of the certificate are those of the account; a СНИЛС or an ИНН that the account lacks is filled in.
"""

from dataclasses import replace

from flask import redirect
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from ground.web.language import gettext as _
from idp.account.documents import DOCUMENTS
from idp.account.pages import make_blueprint, page
from idp.audit import Event, record
from idp.authentication import challenge
from idp.authentication.challenge import Asked, ChallengeGone
from idp.authentication.entry import enter_to_change
from idp.authentication.method import Owner
from idp.authentication.methods.e_signature.judging import NOT_JUDGED, Judged, judge
from idp.authentication.methods.e_signature.method import BUNDLE
from idp.authentication.methods.e_signature.pages import as_file
from idp.authentication.methods.e_signature.received import MADE_HERE, received
from idp.authentication.methods.e_signature.statement import LIFETIME_SECONDS, statement
from idp.authentication.methods.e_signature.words import certificate_rows, refusal_text
from idp.authority import used
from idp.citizens import directory, names
from idp.citizens.directory import CitizenExists
from idp.citizens.models import Person
from idp.cms.verdict import VerifiedSigner
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.pages.forms import given_fields
from idp.realm import Realm

PATH = f"{DOCUMENTS}/signature"
PURPOSE = "identity"
blueprint = make_blueprint("identity_by_signature")


@blueprint.get("/documents/signature")
@open_to(Access.CITIZEN_AFRESH)
def show() -> str:
    """The text to sign."""
    realm = current_realm()
    return _page(realm, enter_to_change(realm, PATH))


@blueprint.get("/documents/signature/challenge.txt")
@open_to(Access.CITIZEN_AFRESH)
def text_to_sign() -> Response:
    """The text that waits to be signed, as a file; the page writes a new one where none does."""
    realm = current_realm()
    owner = enter_to_change(realm, PATH)
    with realm.database.read() as connection:
        asked = challenge.waiting(realm, connection, owner.session, PURPOSE)
    return as_file(asked.data["text"].encode(), "challenge.txt") if asked else redirect(PATH, 303)


@blueprint.post("/documents/signature")
@open_to(Access.CITIZEN_AFRESH)
def prove() -> Response | tuple[str, int]:
    """Judge the signature; with a good one of this very person their identity is proved."""
    realm, form = current_realm(), given_fields()
    owner = enter_to_change(realm, PATH)
    given = received(form)
    if given is None:
        return _page(realm, owner, "no_signature", is_uploaded=True), 400
    with realm.database.read() as connection:
        asked = challenge.waiting(realm, connection, owner.session, PURPOSE)
    is_meant = asked is not None and form.get("challenge") == asked.id
    # Judged before anything is written: what takes long does not hold the database.
    judged = judge(realm, given, asked.data["text"]) if asked is not None and is_meant else NOT_JUDGED
    with realm.database.write() as connection:
        directory.hold(connection, owner.person.id)
        reason = _conclude(realm, connection, owner, judged, asked)
        actor, thing = f"citizen:{owner.person.id}", f"session:{owner.session.sid}"
        serial = {"serial": judged.certificate.serial} if judged.certificate else {}
        record(
            realm,
            connection,
            Event.PROOF_CHECKED,
            actor=actor,
            object=thing,
            outcome=reason or "done",
            method="signature",
            **serial,
        )
    if reason is not None:
        return _page(realm, owner, reason, judged, is_uploaded=not form.get(MADE_HERE)), 400
    return redirect(DOCUMENTS, 303)


def _conclude(realm: Realm, connection: Connection, owner: Owner, judged: Judged, asked: Asked | None) -> str | None:
    """Use the text up and store what the signature proves; or why it proves nothing."""
    if judged is NOT_JUDGED and asked is not None:
        return "replayed"
    try:
        taken = challenge.use(realm, connection, owner.session, PURPOSE)
    except ChallengeGone as gone:
        return "challenge_expired" if gone.reason == "expired" else "replayed"
    if asked is None or taken.id != asked.id:
        return "replayed"
    person, signer = directory.find(realm, connection, owner.person.id), judged.signer
    if signer is None or judged.certificate is None or person is None:
        return judged.reason
    if signer.snils is None:
        return "no_snils"
    if _is_another(person, signer):
        return "other_person"
    data = replace(person.data, snils=signer.snils, inn=person.data.inn or signer.inn)
    if data != person.data:
        try:
            directory.change(realm, connection, replace(person, data=data), actor=f"citizen:{person.id}")
        except CitizenExists:
            return "other_person"
    directory.prove_identity(realm, connection, person.id, by="signature", actor=f"citizen:{person.id}")
    used.remember(realm, connection, person.id, judged.certificate.facts, signer.algorithm)
    return None


def _is_another(person: Person, signer: VerifiedSigner) -> bool:
    """Does anything in the certificate speak against its being this person's?"""
    data = person.data
    full, short = data.full_name, f"{data.family_name} {data.given_name}"
    is_named = names.is_same(signer.name, full) or (
        data.middle_name is None and names.is_same(" ".join(signer.name.split()[:2]), short)
    )
    other_numbers = any(known and told and known != told for known, told in ((data.snils, signer.snils), (data.inn, signer.inn)))
    return other_numbers or not is_named


def _page(
    realm: Realm, owner: Owner, reason: str | None = None, judged: Judged = NOT_JUDGED, *, is_uploaded: bool = False
) -> str:
    certificate = judged.certificate
    instead = _("Подойдёт только ваш, с тем же именем и СНИЛС, что в профиле.")
    return page(
        "account/signature.html",
        owner,
        "documents",
        asked=_text(realm, owner),
        now=realm.clock.now(),
        has_bundle=BUNDLE.exists(),
        error=refusal_text(reason, certificate, now=realm.clock.now(), instead=instead) if reason else None,
        certificate_rows=certificate_rows(certificate) if certificate and reason else [],
        is_uploaded=is_uploaded,
    )


def _text(realm: Realm, owner: Owner) -> Asked:
    """The text that waits to be signed; a new one where none does."""
    with realm.database.write() as connection:
        asked = challenge.waiting(realm, connection, owner.session, PURPOSE)
        if asked is not None:
            return asked
        data = owner.person.data
        facts = [
            (_("Кто подтверждает"), ", ".join(part for part in (data.full_name, data.snils) if part)),
            (_("Кто проверяет"), realm.settings.issuer),
            (_("Что подтверждаю"), _("эта учётная запись моя. Больше эта подпись ни с чем не соглашается.")),
        ]
        text = {"text": statement(realm, _("Подтверждение личности в Пропуске"), facts)}
        return challenge.ask(realm, connection, owner.session, PURPOSE, text, lifetime_seconds=LIFETIME_SECONDS)
