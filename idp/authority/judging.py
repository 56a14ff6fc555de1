"""Judging a citizen's signature by the authority of their realm, with what it knows of revoked certificates right now."""

from cryptography.hazmat.primitives import serialization

from idp.authority.configured import configured_trust
from idp.authority.revocation import make_list, state_of
from idp.authority.signing_root import open_signing_root
from idp.cms.detached_signature import verify
from idp.cms.message import read_message
from idp.cms.verdict import Reason, SignatureRefused, Trust, VerifiedSigner
from idp.realm import Realm


def verify_signature(realm: Realm, signature: bytes, content: bytes) -> VerifiedSigner:
    """Who signed exactly `content`, by a certificate that the realm's authority issued and did not revoke.

    `signature` is DER, PEM or base64 as it came; it may be anything. Raises SignatureRefused.
    """
    return verify(signature, content, trust_for(realm, signature), realm.clock.now())


def is_anybody_trusted(realm: Realm) -> bool:
    """Is there anybody whose certificates are believed here?"""
    return realm.settings.is_test or realm.settings.signature_trust is not None


def trust_for(realm: Realm, signature: bytes) -> Trust:
    """Whom the realm trusts, and what its authority says of the certificate in this signature. Raises SignatureRefused.

    Outside a test stand those are trusted whom the settings name, and nobody where they name nobody.
    """
    serial = read_message(signature).certificate.serial_number
    if realm.settings.signature_trust is not None:
        return configured_trust(realm.settings)
    if not realm.settings.is_test:
        raise SignatureRefused(Reason.UNTRUSTED, "no authority is trusted outside a test stand")
    root = open_signing_root(realm)
    with realm.database.read() as connection:
        revocation_list, state = make_list(realm, connection, root), state_of(realm, connection, root, serial)
    return Trust(
        roots=(root.certificate.public_bytes(serialization.Encoding.DER),),
        revocation_lists=(revocation_list,),
        ocsp_responses=(state,),
    )
