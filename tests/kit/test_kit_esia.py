"""Systems of ESIA's dialect from the kit: registered, given keys, and handed tokens that their client has to refuse."""

import re
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from propusk.errors import Refused
from propusk.esia import Esia

PAGE = Path(__file__).parents[2] / "docs" / "esia.md"


def test_python_of_the_page_about_esia_passes_as_written(esia: Esia) -> None:
    (block,) = [
        block for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL) if "def test" in block
    ]
    names: dict[str, Any] = {}
    exec(block, names)  # noqa: S102 - it is ours
    (test,) = [value for name, value in names.items() if name.startswith("test_")]
    test(esia)


def test_system_has_the_key_that_the_stand_made_for_it(esia: Esia) -> None:
    system = esia.system("TESTIS", "http://localhost/callback", algorithm="rsa", client_name="Поликлиника")
    assert system.key is not None and system.redirect_uris == ["http://localhost/callback"]
    key = load_pem_private_key(system.key.private_key.encode(), None)
    assert x509.load_pem_x509_certificate(system.key.certificate.encode()).public_key() == key.public_key()
    assert len(system.key.client_certificate_hash) == 64
    assert "PRIVATE" not in repr(system), "a report of a failed test shows no key"
    another = esia.new_key(system, "rsa")
    told = esia.control.get("/clients/TESTIS/certificates")["certificates"]
    assert {each["fingerprint"] for each in told} == {system.key.fingerprint, another.fingerprint}


def test_system_brings_certificates_of_its_own(esia: Esia) -> None:
    made = esia.new_key(esia.system("FIRST", "http://localhost/"), "rsa")
    system = esia.system("SECOND", "http://localhost/", certificates=[made.certificate], esia_algorithm="GOST3410_2012_256")
    assert system.key is None and len(system.metadata["certificates"]) == 1
    with pytest.raises(Refused):
        esia.system("second", "http://localhost/")
