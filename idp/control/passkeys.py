"""Passkeys of test people: the stand holds the private key, so that a sign-in by it needs neither a browser nor a device."""

from typing import Annotated

from msgspec import Meta, Struct
from webauthn.helpers import bytes_to_base64url

from idp.audit import Event, record
from idp.authentication.methods.webauthn import store
from idp.authentication.methods.webauthn.rehearsal import make_passkey
from idp.citizens import directory
from idp.control.operation import ACTOR, Answer, Call, Operation, Problem
from idp.realm import Realm

METHOD = "passkey"


class PasskeyTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the passkey shall be. One that is `synced` is proved as `swk`, one that stays in its device as `hwk`."""

    name: Annotated[str, Meta(min_length=1, max_length=60)] = "Ключ стенда"
    synced: bool = False


class NewPasskey(Struct, frozen=True, kw_only=True):
    """A passkey that `POST /login` can sign with."""

    id: str
    credential_id: str
    name: str
    synced: bool


def enrol(realm: Realm, call: Call) -> Answer:
    """Enrol a passkey for a person, as if they had added a device."""
    terms: PasskeyTerms = call.body
    new = make_passkey(realm, is_synced=terms.synced)
    with realm.database.write() as connection:
        person = directory.find(realm, connection, call.path["person_id"])
        if person is None:
            raise Problem(404, "person_unknown", "There is no such person")
        store.give_handle(realm, connection, person.id)
        passkey_id = store.add(realm, connection, person.id, new, name=terms.name)
        record(realm, connection, Event.METHOD_ENROLLED, actor=ACTOR, object=f"citizen:{person.id}", method=METHOD)
    told = NewPasskey(id=passkey_id, credential_id=bytes_to_base64url(new.credential_id), name=terms.name, synced=terms.synced)
    return Answer(201, told)


OPERATIONS = (
    Operation(
        name="enrol_passkey",
        method="POST",
        path="/people/{person_id}/passkeys",
        summary="Enrol a passkey for a person, whose private key the stand holds",
        handle=enrol,
        body=PasskeyTerms,
        answers={201: NewPasskey},
    ),
)
