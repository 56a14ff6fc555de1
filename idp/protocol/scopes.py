"""Scopes: what each one lets a client know or do, and for which API a token is meant.

Standard scopes are those of OpenID Connect Core 1.0, 5.4; the others are named as ESIA names them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from idp.errors import RequestRefused
from idp.protocol.esia.scopes import NAMES
from idp.protocol.vocabulary import Dialect

REGISTRY_PREFIX = "registry."
OFFLINE_ACCESS = "offline_access"
ACTING_FOR = "acting_for"
"""Whoever asks for it wants to know on whose behalf a person comes; the claim has the same name."""
BANK = "bank"
"""What a bank says of its customer. A provider that is no bank knows nothing of the kind."""
REGISTRY_WRITE = "registry.write"
"""What a system of an organisation may do by itself; no person can allow it to a client."""
ORGANISATIONS = "organisations"
HAS_SIGNATURE = "has_signature"


@dataclass(frozen=True)
class Scope:
    """A scope and the claims it opens at userinfo; one that opens an API instead has none.

    `is_about_account` marks claims that say how far an account can be trusted and not who its owner is: they stand in the ID
    token too, where they are signed and judged before anything else is asked for.
    """

    name: str
    claims: tuple[str, ...] = ()
    is_about_account: bool = False


SCOPES: Mapping[str, Scope] = MappingProxyType(
    {
        scope.name: scope
        for scope in (
            Scope("openid"),
            Scope("profile", ("name", "family_name", "given_name", "middle_name", "birthdate", "gender")),
            Scope("email", ("email", "email_verified")),
            Scope("address", ("address",)),
            Scope("phone", ("phone_number", "phone_number_verified")),
            Scope("fullname", ("name", "family_name", "given_name", "middle_name")),
            Scope("birthdate", ("birthdate",)),
            Scope("gender", ("gender",)),
            Scope("snils", ("snils",)),
            Scope("inn", ("inn",)),
            Scope("mobile", ("phone_number", "phone_number_verified")),
            Scope("id_doc", ("passport_series", "passport_number", "passport_issued_on", "passport_verified")),
            Scope(ORGANISATIONS, (ORGANISATIONS,)),
            Scope("account", ("verified", "account_level", "roles", HAS_SIGNATURE), is_about_account=True),
            Scope(ACTING_FOR, (ACTING_FOR,), is_about_account=True),
            Scope(BANK, ("bank_account", "bank_card")),
            Scope("registry.read"),
            Scope(REGISTRY_WRITE),
            Scope(OFFLINE_ACCESS),
        )
    }
)

OF_ESIA: Mapping[str, Scope] = MappingProxyType(
    {
        scope.name: scope
        for scope in (
            Scope("birthplace", ("birthplace",)),
            Scope("contacts", ("email", "email_verified", "phone_number", "phone_number_verified")),
            Scope("addresses", ("address",)),
            Scope("drivers_licence_doc", ("drivers_licence",)),
            Scope("military_doc", ("military_id",)),
            Scope("foreign_passport_doc", ("foreign_passport",)),
            Scope("medical_doc", ("medical_policy",)),
            Scope("birth_cert_doc", ("birth_certificate",)),
            Scope("residence_doc", ("residence_permit",)),
            Scope("temporary_residence_doc", ("temporary_residence_permit",)),
            Scope("vehicles", ("vehicles",)),
            Scope("usr_org", (ORGANISATIONS,)),
            Scope("usr_avt", ("picture",)),
            Scope("self_employed", ("self_employed",)),
            Scope("kid_fullname", ("children_names",)),
            Scope("kid_birthdate", ("children_birthdates",)),
            Scope("kid_gender", ("children_genders",)),
            Scope("kid_snils", ("children_snils",)),
            Scope("kid_inn", ("children_inn",)),
            Scope("kid_birth_cert_doc", ("children_birth_certificates",)),
            Scope("kid_medical_doc", ("children_medical_policies",)),
        )
    }
)
"""The scopes that only systems of the ESIA dialect are given, beside those of its names above; protocol/esia/scopes.py has all
of them, and where each comes from."""
WITHOUT_CLAIMS: Mapping[str, Scope] = MappingProxyType(
    {name: Scope(name) for name in NAMES if name not in SCOPES and name not in OF_ESIA}
)
"""The rest of ESIA's: about organisations, and of the Цифровой профиль."""
EVERY: Mapping[str, Scope] = MappingProxyType({**SCOPES, **OF_ESIA, **WITHOUT_CLAIMS})
WIDER_AT_ESIA: Mapping[str, Scope] = MappingProxyType(
    {
        **EVERY,
        "openid": Scope("openid", ("verified", "account_level")),
        "id_doc": Scope("id_doc", ("identity_document", "citizenship")),
        "addresses": Scope("addresses", ("addresses",)),
    }
)
"""What the same scopes open there: how far an account can be trusted, which every token says; the whole document, that of a
foreigner too; and every address."""

REGISTRABLE = SCOPES.keys() - {BANK, REGISTRY_WRITE}
"""The scopes that a system may register by itself; the others are given by the operator's own hand."""


def granted(requested: str, allowed: Iterable[str]) -> frozenset[str]:
    """The scopes a client gets of a person: those it asked for that exist and that it may have (RFC 6749, 3.3).

    The others are dropped silently, as OpenID Connect Core 1.0, 3.1.2.1 asks. Raises RequestRefused (`invalid_scope`)
    when nothing is left.
    """
    return _chosen(requested, set(allowed) - {REGISTRY_WRITE})


def granted_to_system(requested: str, allowed: Iterable[str]) -> frozenset[str]:
    """The scopes of a token that a system has for itself: of those that open an API the ones it asks for, or all it may have
    where it names none. Raises RequestRefused (`invalid_scope`): what is asked of a person is granted by a person."""
    of_api = [name for name in allowed if name.startswith(REGISTRY_PREFIX)]
    return _chosen(requested if requested.strip() else " ".join(of_api), of_api)


def _chosen(requested: str, allowed: Iterable[str]) -> frozenset[str]:
    asked = set(requested.split(" ")) - {""}
    scopes = frozenset(asked & SCOPES.keys() & set(allowed))
    if not scopes:
        raise RequestRefused("invalid_scope", "none of the requested scopes can be granted", clause="RFC 6749, 3.3")
    return scopes


def claims_of(scopes: Iterable[str], dialect: Dialect = "openid") -> tuple[str, ...]:
    """The names of the claims that scopes open for a system of this dialect, in the order of the list above."""
    asked = set(scopes)
    known = EVERY if dialect == "openid" else WIDER_AT_ESIA
    names = [claim for scope in known.values() if scope.name in asked for claim in scope.claims]
    return tuple(dict.fromkeys(names))


def claims_of_account(scopes: Iterable[str]) -> tuple[str, ...]:
    """Of these claims those that the ID token says by itself."""
    return claims_of(name for name in scopes if EVERY[name].is_about_account)


def spell(scopes: Iterable[str]) -> str:
    """Scopes as one text, `openid` first and the rest in the order of the list, so equal sets are spelt equally."""
    asked = set(scopes)
    return " ".join(name for name in EVERY if name in asked)


def audience(scopes: Iterable[str], *, issuer: str, registry_resource: str) -> list[str]:
    """For whom an access token is meant: `registry.*` means the registry's API, `openid` our own userinfo (RFC 9068, 3)."""
    asked = set(scopes)
    audiences = [registry_resource] if any(name.startswith(REGISTRY_PREFIX) for name in asked) else []
    return [*audiences, issuer] if "openid" in asked or not audiences else audiences
