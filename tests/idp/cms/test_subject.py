"""Who a certificate says its owner is, read as it stands there or not at all."""

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from idp.cms.subject import Subject, read_subject


def name_of(*parts: tuple[str, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.ObjectIdentifier(oid), value) for oid, value in parts])


def test_person_is_read() -> None:
    name = name_of(
        ("2.5.4.3", "Ромашкина Вера Тимофеевна"), ("1.2.643.100.3", "00000001700"), ("1.2.643.3.131.1.1", "000000001773")
    )
    assert read_subject(name) == Subject("Ромашкина Вера Тимофеевна", "000-000-017 00", "000000001773", None)


def test_head_of_an_organisation_is_read() -> None:
    """The ИНН of the organisation has an identifier of its own, 1.2.643.100.4, and is no person's."""
    name = name_of(
        ("2.5.4.4", "Ромашкина"), ("2.5.4.42", "Вера"), ("1.2.643.100.1", "0000000000017"), ("1.2.643.100.4", "0000000017"),
        ("1.2.643.100.3", "00000001700"), ("1.2.643.3.131.1.1", "000000001773"),
    )  # fmt: skip
    assert read_subject(name) == Subject("Ромашкина Вера", "000-000-017 00", "000000001773", "0000000000017")


def test_numbers_may_be_numeric_strings() -> None:
    """As real authorities write them."""
    numeric = x509.NameAttribute(NameOID.SNILS, "00000001700", _ASN1Type.NumericString)
    assert read_subject(x509.Name([numeric])).snils == "000-000-017 00"


@pytest.mark.parametrize("snils", ["0000000170", "000000017000", "000-000-017 00", "0000000170О", "٠٠٠٠٠٠٠١٧٠٠", " 0000001700"])
def test_other_forms_of_a_snils_are_none(snils: str) -> None:
    assert read_subject(name_of(("1.2.643.100.3", snils))).snils is None


def test_snils_that_stands_twice_is_none() -> None:
    """Two programs could each read another one."""
    assert read_subject(name_of(("1.2.643.100.3", "00000001700"), ("1.2.643.100.3", "00000001800"))).snils is None
    assert read_subject(name_of(("1.2.643.100.3", "00000001700"), ("1.2.643.100.3", "00000001700"))).snils is None


def test_nobody_is_read_from_an_empty_subject() -> None:
    assert read_subject(x509.Name([])) == Subject("", None, None, None)
