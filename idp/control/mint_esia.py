"""The honest claims and headers of codes and tokens of the ESIA dialect, for a test to spoil."""

from collections.abc import Mapping
from typing import Any

from idp.citizens.levels import level_of
from idp.citizens.models import Person
from idp.citizens.oids import oid_of_citizen
from idp.cms.gost_2012 import streebog256
from idp.keyring.certificates import certificate_of
from idp.protocol.client import Client
from idp.protocol.esia import tokens
from idp.protocol.esia.tokens import ACCOUNT_WORDS, CLAIMS, Kind, Told
from idp.realm import Realm
from idp.tokens import families
from idp.tokens.families import Grant


def honest(
    realm: Realm, kind: Kind, person: Person, client: Client, grant: Grant
) -> tuple[dict[str, Any], Mapping[str, Any], str]:
    """Claims, header and algorithm of this kind. Behind a token stands a family of its own, so that it opens resources;
    behind a code there is none: it is nobody's, and good for tests of what a client makes of it."""
    esia, now = realm.settings.esia, realm.clock.now()
    with realm.database.write() as connection:
        family_id = families.begin(realm, connection, grant)
        oid = oid_of_citizen(connection, person.id)
    seconds = {"authorization_code": esia.code_seconds, "access": esia.access_token_seconds, "id": esia.id_token_seconds}
    told = Told(
        issuer=esia.issuer,
        client_id=client.client_id,
        scope=tokens.spell_scope(grant.scopes, oid),
        sid=family_id,
        now=now,
        expires_at=now + seconds[kind],
        oid=oid,
        account=ACCOUNT_WORDS[level_of(person)],
        authenticated_at=grant.authenticated_at,
        subject_is_text=esia.subject_is_text,
        is_made_by_test=True,
    )
    claims = {claim.name: value for claim in CLAIMS[kind] if (value := claim.say(told)) is not None}
    algorithm = client.esia_algorithm
    certificate = streebog256(certificate_of(realm, algorithm)).hex().upper() if kind == "authorization_code" else None
    return claims, tokens.header(kind, certificate_hash=certificate), algorithm
