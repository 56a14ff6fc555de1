"""Authorities and people that all tests of signatures share: making keys is what takes time."""

import pytest

from tests.idp.cms.certifying import Authority, Signer, make_authority, make_private
from tests.idp.openssl import OpenSsl, open_program


@pytest.fixture(scope="session")
def authority() -> Authority:
    return make_authority("Учебный удостоверяющий центр")


@pytest.fixture(scope="session")
def stranger() -> Authority:
    """An authority of the same name that nobody trusts."""
    return make_authority("Учебный удостоверяющий центр")


@pytest.fixture(scope="session")
def signer(authority: Authority) -> Signer:
    return authority.certify(make_private("ec"))


@pytest.fixture(scope="session")
def rsa_signer(authority: Authority) -> Signer:
    return authority.certify(make_private("rsa"))


@pytest.fixture(scope="session")
def openssl(tmp_path_factory: pytest.TempPathFactory) -> OpenSsl:
    return open_program(tmp_path_factory.mktemp("openssl"))
