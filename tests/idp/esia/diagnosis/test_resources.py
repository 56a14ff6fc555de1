"""What is said of a refused call of `/rs/`, and of an address of ESIA's that there is not."""

from collections.abc import Callable

import pytest
import requests

from idp.esia.diagnosis.telling import Explanation, explain
from idp.requests import journal
from idp.requests.recorder import settle
from idp.settings import RequestJournal
from idp.tokens import families
from tests.idp.esia.resources import Reader, read_as
from tests.idp.esia.system import System, register_system
from tests.idp.stand import Stand


@pytest.fixture
def stand_settings() -> dict[str, object]:
    return {"request_journal": RequestJournal()}


@pytest.fixture(autouse=True)
def system(stand: Stand) -> System:
    return register_system(stand)


@pytest.fixture
def reader(stand: Stand) -> Reader:
    return read_as(stand)


def told(stand: Stand, answer: requests.Response) -> Explanation:
    """What is said of the request of this answer."""
    settle(stand.realm)
    with stand.realm.database.read() as connection:
        recorded = journal.find(stand.realm, connection, answer.headers["X-Propusk-Request"])
    assert recorded is not None
    return explain(stand.realm, recorded, "en")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda token: "x", "resource_no_jwt"),
        (lambda token: token.rpartition(".")[0], "resource_no_jwt"),
        (lambda token: token[:-40], "resource_not_signed"),
        (lambda token: token[:-9] + "AAAAAAAAA", "resource_not_signed"),
    ],
    ids=["no JWT", "without its signature", "cut", "changed"],
)
def test_es_spoilt_token_is_told_from_one_that_is_not_ours(
    stand: Stand, reader: Reader, spoil: Callable[[str], str], code: str
) -> None:
    reader.token = spoil(reader.token)
    answer = reader.ask(f"/rs/prns/{reader.oid}")
    assert answer.status_code == 401
    assert told(stand, answer).first.code == code


def test_es_expired_and_revoked_tokens_are_called_so(stand: Stand, reader: Reader) -> None:
    with stand.realm.database.write() as connection:
        families.revoke(stand.realm, connection, reader.family_id, because="test", actor="test")
    assert told(stand, reader.ask(f"/rs/prns/{reader.oid}")).first.code == "resource_token_revoked"
    stand.clock.advance(24 * 3600)
    assert told(stand, reader.ask(f"/rs/prns/{reader.oid}")).first.code == "resource_token_expired"


def test_es_missing_scope_is_named(stand: Stand, reader: Reader) -> None:
    first = told(stand, reader.ask(f"/rs/prns/{reader.oid}/vhls")).first
    assert (first.code, first.expected) == ("resource_scope", "vehicles")
    assert "vehicles" in first.fix


def test_es_address_that_is_not_there_is_told_from_a_number_that_is_not(stand: Stand, reader: Reader) -> None:
    first = told(stand, reader.ask(f"/rs/prns/{reader.oid}/contacts")).first
    assert first.code == "resource_no_address"
    assert "/rs/prns/{oid}/ctts" in first.fix
    assert told(stand, reader.ask("/rs/prns/999999999999")).first.code == "resource_nobody_there"


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/aas/oauth2/v3/ac", "/aas/oauth2/ac, /aas/oauth2/v2/ac"),
        ("/aas/oauth2/v3/te/", "/aas/oauth2/te, /aas/oauth2/v2/te, /aas/oauth2/v3/te"),
        ("/aas/oauth2/token", "/aas/oauth2/ac, /aas/oauth2/te, /aas/oauth2/v2/ac, /aas/oauth2/v2/te, /aas/oauth2/v3/te"),
    ],
)
def test_es_address_of_no_version_is_recorded_and_explained(stand: Stand, path: str, near: str) -> None:
    answer = stand.http().post(stand.issuer + path, data={"client_id": "TESTIS"})
    assert answer.status_code == 404
    first = told(stand, answer).first
    assert (first.code, first.expected) == ("path_unknown", near)
