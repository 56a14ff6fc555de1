"""The scopes of ESIA: what each is about and gives, and how requests write them.

Personal scopes are bare names. One of an organisation is `http://esia.gosuslugi.ru/org_inn?org_oid=1000000042`, with that host
on the test system too; in `scope_org` its name may stand alone, and then the person says which organisation is meant.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.fact import Fact, approximate, exact

About = Literal["person", "kid", "organisation", "profile", "withdrawn"]
ORGANISATION: Final = re.compile(r"(?:http://esia\.gosuslugi\.ru/)?([a-z_]+)(?:\?org_oid=([0-9]{1,12}))?")
"""Clients write the production host always; some leave it out."""
OF_PERSON: Final = re.compile(r"([a-z_]+)(?:\?oid=([0-9]{1,12}))?")
PRM_CHG: Final = "prm_chg"


@dataclass(frozen=True)
class EsiaScope:
    """One scope: its name, what it is about, and what it gives."""

    name: str
    about: About
    gives: str
    fact: Fact


@dataclass(frozen=True)
class Asked:
    """One scope as a request asks for it. `oid` is the number of the organisation, or of the person of `prm_chg`."""

    scope: EsiaScope
    oid: int | None = None

    @property
    def name(self) -> str:
        return self.scope.name


PERSONAL: Final = "VF Permission.php; PAV EsiaScope; EKA"
ORGANISATIONS: Final = "FR PR 29; AIS sample; OAM"
PROFILE: Final = "VF Permission.php"


def _scopes(about: About, fact: Fact, gives: Mapping[str, str]) -> Iterable[EsiaScope]:
    return (EsiaScope(name, about, words, fact) for name, words in gives.items())


SCOPES: Final[Mapping[str, EsiaScope]] = MappingProxyType(
    {
        scope.name: scope
        for scope in (
            *_scopes(
                "person",
                exact(PERSONAL),
                {
                    "openid": "the ID token",
                    "fullname": "firstName, lastName, middleName of /rs/prns/{oid}",
                    "birthdate": "birthDate",
                    "birthplace": "birthPlace",
                    "gender": "gender",
                    "snils": "snils",
                    "inn": "inn",
                    "email": "the mail address in /ctts",
                    "mobile": "the mobile telephone in /ctts",
                    "contacts": "/ctts, every contact",
                    "addresses": "/addrs",
                    "id_doc": "the identity document in /docs, rIdDoc",
                    "drivers_licence_doc": "RF_DRIVING_LICENSE in /docs",
                    "military_doc": "MLTR_ID in /docs",
                    "foreign_passport_doc": "FRGN_PASS in /docs",
                    "medical_doc": "MDCL_PLCY in /docs",
                    "birth_cert_doc": "the birth certificate in /docs",
                    "residence_doc": "RSDNC_PERMIT in /docs",
                    "temporary_residence_doc": "the temporary permit in /docs",
                    "vehicles": "/vhls",
                    "usr_org": "/roles, /orgs",
                    "usr_avt": "the picture",
                    "self_employed": "selfEmployed",
                },
            ),
            *_scopes(
                "kid",
                exact(PERSONAL),
                {
                    "kid_fullname": "the names in /kids",
                    "kid_birthdate": "birthDate in /kids",
                    "kid_gender": "gender in /kids",
                    "kid_snils": "snils in /kids",
                    "kid_inn": "inn in /kids",
                    "kid_birth_cert_doc": "birth certificates of /kids",
                    "kid_medical_doc": "medical policies of /kids",
                },
            ),
            *_scopes(
                "organisation",
                exact(ORGANISATIONS),
                {
                    "org_shortname": "shortName of /rs/orgs/{oid}",
                    "org_fullname": "fullName",
                    "org_type": "type",
                    "org_ogrn": "ogrn",
                    "org_inn": "inn",
                    "org_leg": "leg",
                    "org_kpp": "kpp",
                    "org_agencyterrange": "agencyTerRange",
                    "org_agencytype": "agencyType",
                    "org_oktmo": "oktmo",
                    "org_ctts": "/rs/orgs/{oid}/ctts",
                    "org_addrs": "/rs/orgs/{oid}/addrs",
                },
            ),
            *_scopes(
                "profile",
                approximate(PROFILE),
                {
                    "history_passport_doc": "earlier passports",
                    "electronic_workbook": "the electronic work record",
                    "ndfl_person": "2-НДФЛ",
                    "payout_income": "payments and income",
                    "pension_reference": "the pension",
                    "ils_doc": "the individual pension account",
                    "payments_egisso": "social payments",
                    "pre_retirement_age": "pre-retirement age",
                    "paternity_cert_doc": "the certificate of paternity",
                    "marriage_cert_doc": "the certificate of marriage",
                    "divorce_cert_doc": "the certificate of divorce",
                    "change_fullname_cert_doc": "the certificate of a change of name",
                    "vehicle_reg_cert_doc": "the registration of a vehicle",
                    "usr_reg_cxt": "the context of registration",
                    "bio": "biometrics",
                    "ext_auth_result": "the result of an external check",
                    PRM_CHG: "the renewal of consents, prm_chg?oid=…, by client_credentials",
                },
            ),
            EsiaScope("usr_inf", "withdrawn", "once everything at once; refused since 2018", exact("ENET#3; МР 2.28")),
        )
    }
)
"""Every scope that is known. What a system may ask for is granted to it one by one."""
ORGANISATION_NAMES: Final = frozenset(name for name, scope in SCOPES.items() if scope.about == "organisation")
NAMES: Final = tuple(name for name, scope in SCOPES.items() if scope.about != "withdrawn")


def read_scope(text: str) -> tuple[Asked, ...]:
    """The scopes of the parameter `scope`. Raises EsiaRefused: 007013 where there is none, 007006 for an unknown or malformed
    one, and for one of an organisation that names none."""
    asked = tuple(_read_one(each) for each in _split(text))
    if not asked:
        raise EsiaRefused("007013", name="scope", cause="scope is missing")
    for each in asked:
        if each.scope.about == "organisation" and each.oid is None:
            raise EsiaRefused("007006", cause=f"{each.name} is a scope of an organisation and has no org_oid")
    return asked


def read_organisation_scopes(text: str) -> tuple[Asked, ...]:
    """The scopes of the parameter `scope_org`, which may be empty. Raises EsiaRefused: 007006."""
    asked = tuple(_read_one(each) for each in _split(text))
    for each in asked:
        if each.scope.about != "organisation":
            raise EsiaRefused("007006", cause=f"{each.name} in scope_org is no scope of an organisation")
    return asked


def check_granted(asked: Iterable[Asked], granted: Iterable[str]) -> None:
    """Were all of these granted to the system? Raises EsiaRefused: 007019."""
    given = frozenset(granted)
    for each in asked:
        if each.name not in given:
            raise EsiaRefused("007019", cause=f"{each.name} is not granted to the system")


def _split(text: str) -> list[str]:
    """The names, each once. Only spaces stand between them."""
    return list(dict.fromkeys(name for name in text.split(" ") if name))


def _read_one(text: str) -> Asked:
    for form in (ORGANISATION, OF_PERSON):
        found = form.fullmatch(text)
        scope = SCOPES.get(found[1]) if found else None
        if found is None or scope is None or (form is ORGANISATION) != (scope.about == "organisation"):
            continue
        if scope.about == "withdrawn":
            raise EsiaRefused("007006", cause=f"{scope.name} has been withdrawn: ask for single scopes")
        return Asked(scope, int(found[2]) if found[2] else None)
    raise EsiaRefused("007006", cause=f"scope {_shown(text)} is unknown or malformed")


def _shown(text: str) -> str:
    return "".join(character for character in text[:100] if character.isprintable())
