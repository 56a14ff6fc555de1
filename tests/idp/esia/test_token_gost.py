"""Tokens signed by GOST: good to whoever reads ESIA's certificate, and honestly refused where nobody can sign."""

import base64

import pytest
from asn1crypto import x509

from idp.cms import gost_engine
from idp.cms.gost_2012 import PurePythonKey
from idp.esia.bearer import judge
from idp.keyring.certificates import certificate_of
from idp.keyring.private import ring_of
from tests.idp.esia.issuing import granted_to, issue_code, refused_with
from tests.idp.esia.system import System, header_of, register_system
from tests.idp.stand import Stand

ALGORITHM = "GOST3410_2012_256"


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand, esia_algorithm=ALGORITHM)


def test_es_12_tokens_are_signed_by_gost_where_the_system_wants_it(stand: Stand, system: System) -> None:
    answer = granted_to(system.redeem(issue_code(stand, system)))
    certificate = x509.Certificate.load(certificate_of(stand.realm, ALGORITHM))
    key = PurePythonKey(certificate["tbs_certificate"]["subject_public_key_info"].dump())
    for name, kind in (("access_token", "access"), ("id_token", "id")):
        header, payload, signature = answer[name].split(".")
        assert (header_of(answer[name])["alg"], header_of(answer[name])["sbt"]) == (ALGORITHM, kind)
        signed = base64.urlsafe_b64decode(f"{signature}==")
        assert len(signed) == 64
        assert key.verify(f"{header}.{payload}".encode(), signed)
        assert not key.verify(f"{header}.{payload}x".encode(), signed)


def test_es_12_token_of_gost_opens_what_it_says_and_an_altered_one_nothing(stand: Stand, system: System) -> None:
    token = granted_to(system.redeem(issue_code(stand, system)))["access_token"]
    header, payload, signature = token.split(".")
    reversed_bytes = base64.urlsafe_b64encode(base64.urlsafe_b64decode(f"{signature}==")[::-1]).rstrip(b"=").decode()
    as_rsa = base64.urlsafe_b64encode(b'{"ver":1,"typ":"JWT","sbt":"access","alg":"RS256"}').rstrip(b"=").decode()
    with stand.realm.database.read() as connection:
        assert judge(stand.realm, connection, token) is not None
        for damaged in (f"{header}.{payload}.{reversed_bytes}", f"{as_rsa}.{payload}.{signature}", f"{header}.{payload}."):
            assert judge(stand.realm, connection, damaged) is None


def test_es_12_without_the_engine_the_answer_is_007007_and_the_code_lives_on(
    stand: Stand, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = issue_code(stand, system)
    monkeypatch.setattr("idp.keyring.private.gost_engine.is_available", lambda: False)
    ring_is_read_anew(stand)
    answer = system.redeem(code, signs="rsa")
    assert (refused_with(answer), answer.json()["error"]) == ("007007", "server_error")
    told = next(event for event in stand.events() if event["action"] == "client.refused")
    assert "libengine-gost-openssl" in str(told["detail"])
    monkeypatch.undo()
    ring_is_read_anew(stand)
    assert gost_engine.is_available()
    granted_to(system.redeem(code, signs="rsa"))


def ring_is_read_anew(stand: Stand) -> None:
    """As after a restart, with the engine there or gone."""
    ring = ring_of(stand.realm)
    ring.keys = ()
    ring.look_again()
