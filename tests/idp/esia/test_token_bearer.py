"""What opens the resources of ESIA, and that neither dialect's tokens are worth anything at the other's endpoints."""

from dataclasses import replace

import pytest

from idp.citizens import oids
from idp.clients import registry
from idp.esia.bearer import Bearer, judge
from idp.protocol.esia import tokens
from idp.protocol.esia.tokens import Kind, Told
from idp.protocol.vocabulary import EsiaAlgorithm
from idp.tokens import families, minting
from idp.tokens.families import Grant
from tests.idp.esia.system import register_system
from tests.idp.stand import ISSUER, SECRET, Stand, answer_of

CLAIMS = {"authorization_code": tokens.code_claims, "access": tokens.access_claims, "id": tokens.id_claims}


class Issued:
    """A family of a system, and what was signed for it."""

    def __init__(self, stand: Stand, **told: object) -> None:
        self.stand = stand
        self.citizen_id = str(stand.rows("SELECT id FROM citizens ORDER BY created_at, id LIMIT 1")[0][0])
        grant = Grant(
            client_id="TESTIS",
            citizen_id=self.citizen_id,
            sid="11111111-1111-4111-8111-111111111111",
            scopes=frozenset(("openid", "fullname")),
            acr="substantial",
            amr=("pwd", "otp", "mfa"),
            authenticated_at=stand.clock.now(),
        )
        with stand.realm.database.write() as connection:
            self.family_id = families.begin(stand.realm, connection, grant)
            self.oid = oids.oid_of_citizen(connection, self.citizen_id)
        now = stand.clock.now()
        values = {
            "issuer": "http://esia.gosuslugi.ru/",
            "client_id": "TESTIS",
            "scope": tokens.spell_scope(grant.scopes, self.oid),
            "sid": self.family_id,
            "now": now,
            "expires_at": now + 3600,
            "oid": self.oid,
        }
        self.told = Told(**(values | told))  # type: ignore[arg-type]

    def sign(self, kind: Kind = "access", algorithm: EsiaAlgorithm = "RS256", **changed: object) -> str:
        told = replace(self.told, **changed)  # type: ignore[arg-type]
        header = tokens.header(kind)
        return minting.mint_esia(self.stand.realm, CLAIMS[kind](told), header=header, algorithm=algorithm)

    def judged(self, token: str) -> Bearer | None:
        with self.stand.realm.database.read() as connection:
            return judge(self.stand.realm, connection, token)


@pytest.fixture
def issued(stand: Stand) -> Issued:
    register_system(stand)
    return Issued(stand)


def test_access_token_opens_what_it_says(issued: Issued) -> None:
    bearer = issued.judged(issued.sign())
    assert bearer is not None
    assert (bearer.client.client_id, bearer.citizen_id, bearer.oid) == ("TESTIS", issued.citizen_id, issued.oid)
    assert bearer.scopes == (f"fullname?oid={issued.oid}", "openid")
    assert bearer.has_scope("fullname")
    assert bearer.has_scope("openid")
    assert bearer.has_scope("fullname", oid=issued.oid)
    assert not bearer.has_scope("fullname", oid=issued.oid + 1)
    assert not bearer.has_scope("snils")
    assert not bearer.has_scope("org_ogrn", org_oid=1_000_000_042)


@pytest.mark.parametrize("kind", ["authorization_code", "id"])
def test_code_and_id_token_are_no_access_tokens(issued: Issued, kind: Kind) -> None:
    assert issued.judged(issued.sign(kind)) is None


def test_access_token_runs_out(issued: Issued) -> None:
    token = issued.sign()
    issued.stand.clock.advance(3599)
    assert issued.judged(token) is not None
    issued.stand.clock.advance(1)
    assert issued.judged(token) is None


def test_access_token_dies_with_its_family(issued: Issued) -> None:
    token = issued.sign()
    with issued.stand.realm.database.write() as connection:
        families.revoke(issued.stand.realm, connection, issued.family_id, because="test", actor="operator:test")
    assert issued.judged(token) is None


def test_access_token_dies_with_its_system(issued: Issued) -> None:
    token, own = issued.sign(), issued.sign(oid=None, scope="http://esia.gosuslugi.ru/org_ogrn?org_oid=1000000042")
    with issued.stand.realm.database.write() as connection:
        registry.disable(issued.stand.realm, connection, "TESTIS", actor="operator:test")
    assert issued.judged(token) is None
    assert issued.judged(own) is None


def test_access_token_is_worth_nothing_when_its_person_is_shut_out(issued: Issued) -> None:
    token = issued.sign()
    issued.stand.execute("UPDATE citizens SET disabled_at = 1")
    assert issued.judged(token) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "OTHER"},
        {"client_id": "client"},
        {"oid": 1_000_000_999},
        {"sid": "22222222-2222-4222-8222-222222222222"},
        {"issuer": "https://esia.gosuslugi.ru/"},
    ],
)
def test_access_token_of_somebody_else_opens_nothing(issued: Issued, changed: dict[str, object]) -> None:
    register_system(issued.stand, "OTHER")
    assert issued.judged(issued.sign(**changed)) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": "1800000000"}, {"exp": True}, {"exp": None}, {"scope": ["openid"]}, {"scope": None}, {"client_id": 7},
        {"client_id": "TESTIS\0"}, {"urn:esia:sid": "\0"}, {"urn:esia:sid": 7}, {"urn:esia:sbj_id": "1000000001"},
        {"urn:esia:sbj_id": True}, {"urn:esia:sbj_id": 10**17}, {"iss": None},
    ],
)  # fmt: skip
def test_what_we_would_not_write_opens_nothing_though_we_signed_it(issued: Issued, changed: dict[str, object]) -> None:
    claims, header = tokens.access_claims(issued.told) | changed, tokens.header("access")
    assert issued.judged(minting.mint_esia(issued.stand.realm, claims, header=header, algorithm="RS256")) is None


def test_systems_own_token_has_no_person(issued: Issued) -> None:
    bearer = issued.judged(issued.sign(oid=None, scope="http://esia.gosuslugi.ru/org_ogrn?org_oid=1000000042"))
    assert bearer is not None
    assert (bearer.citizen_id, bearer.oid, bearer.family_id) == (None, None, None)
    assert bearer.has_scope("org_ogrn", org_oid=1_000_000_042)
    assert not bearer.has_scope("org_ogrn", org_oid=1_000_000_043)
    of_openid = issued.sign(oid=None, client_id="client", scope="http://esia.gosuslugi.ru/org_ogrn?org_oid=1000000042")
    assert issued.judged(of_openid) is None, "a client of the standard endpoints has no token here"


@pytest.mark.parametrize("damage", ["", "a.b", "a.b.c", "x" * 20_000, "e30.e30.e30"])
def test_what_is_no_token_opens_nothing(issued: Issued, damage: str) -> None:
    assert issued.judged(damage) is None


def test_altered_token_opens_nothing(issued: Issued) -> None:
    first, second = issued.sign(), issued.sign(scope=f"snils?oid={issued.oid}")
    header, _, signature = first.split(".")
    assert issued.judged(f"{header}.{second.split('.')[1]}.{signature}") is None
    assert issued.judged(f"{header}.{first.split('.')[1]}.") is None


def test_tokens_of_openid_open_nothing_of_esia(issued: Issued) -> None:
    got = issued.stand.tokens()
    for name in ("access_token", "id_token"):
        assert issued.judged(got[name]) is None


@pytest.mark.parametrize("kind", ["authorization_code", "access", "id"])
def test_tokens_of_esia_open_nothing_of_openid(issued: Issued, kind: Kind) -> None:
    token = issued.sign(kind)
    assert issued.stand.userinfo(token).status_code == 401
    assert issued.stand.introspect(token).json() == {"active": False}


def test_id_token_of_esia_is_no_hint_for_openid(issued: Issued) -> None:
    browser = issued.stand.browser().open(issued.stand.authorize_url(id_token_hint=issued.sign("id"), prompt="none"))
    assert answer_of(browser)["error"] == "invalid_request"


@pytest.mark.parametrize("kind", ["authorization_code", "access", "id"])
def test_token_of_esia_cannot_be_given_back_by_a_client_of_openid(issued: Issued, kind: Kind) -> None:
    http, token = issued.stand.http(), issued.sign()
    answer = http.post(f"{ISSUER}/oauth2/revoke", data={"token": issued.sign(kind)}, auth=("client", SECRET))
    assert answer.status_code == 200
    assert issued.judged(token) is not None
