"""Who a certificate says its owner is: СНИЛС, ИНН and ОГРН as they stand in a qualified certificate (приказ ФСБ № 795)."""

import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

SNILS = NameOID.SNILS  # 1.2.643.100.3
INN = NameOID.INN  # 1.2.643.3.131.1.1
OGRN = NameOID.OGRN  # 1.2.643.100.1


@dataclass(frozen=True)
class Subject:
    """What the subject says; what does not stand there, stands there twice or has another form is None."""

    name: str
    snils: str | None
    inn: str | None
    ogrn: str | None


def read_subject(name: x509.Name) -> Subject:
    """Read the subject of a certificate."""
    common_name = _single(name, NameOID.COMMON_NAME)
    given = [part for part in (_single(name, NameOID.SURNAME), _single(name, NameOID.GIVEN_NAME)) if part]
    snils = _digits(name, SNILS, 11)
    return Subject(
        name=common_name or " ".join(given),
        snils=format_snils(snils) if snils else None,
        inn=_digits(name, INN, 12),
        ogrn=_digits(name, OGRN, 13),
    )


def format_snils(digits: str) -> str:
    """Eleven digits as `XXX-XXX-XXX YY`, the spelling of every account."""
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}"


def _digits(name: x509.Name, oid: x509.ObjectIdentifier, count: int) -> str | None:
    value = _single(name, oid)
    return value if value is not None and re.fullmatch(rf"[0-9]{{{count}}}", value) else None


def _single(name: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    """A value that stands twice says nothing: two readers could each take another one."""
    values = name.get_attributes_for_oid(oid)
    value = values[0].value if len(values) == 1 else None
    return value if isinstance(value, str) else None
