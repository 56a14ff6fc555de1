"""Provider and registry keep one contract: the examples are what the one produces, and all that the other accepts."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import Key

from ground.clock import FixedClock
from rp.trust.access_token import judge_access_token
from rp.trust.errors import (
    AccessTokenRefused,
    AnswerRefused,
    LogoutTokenRefused,
    PersonRefused,
    ProviderUnavailable,
    ScopeMissing,
    TrustError,
)
from rp.trust.logout_token import judge_logout_token
from rp.trust.sign_in_answer import CHECKED, VerifiedPerson, check_answer_parameters, redeem_code
from rp.trust.sign_in_request import make_sign_in_request
from tests.contract import golden
from tests.house import House, parameters_of
from tests.houses import copy_home
from tests.idp.stand import ISSUER, Stand
from tests.rp.fake_provider import FakeProvider, half_hash, make_key, sign

DOCUMENTS = ("id_token", "access_token", "userinfo", "introspection")
ABSENT = object()


@pytest.fixture(scope="module")
def house(prepared_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for all: nothing here writes to its registry but the first test."""
    house = House(copy_home(prepared_home, tmp_path_factory.mktemp("contract") / "home"), FixedClock(Stand.START)).open()
    yield house
    house.close()


@pytest.fixture(scope="module")
def key() -> Key:
    """The provider's key; making one takes longer than a test."""
    return make_key("RS256", "key-1")


@pytest.fixture
def provider(house: House, key: Key) -> Iterator[FakeProvider]:
    """A provider that says word for word what the examples say, in the place of the real one."""
    provider = FakeProvider(house.clock, secret=house.registry.client_secret, key=key)
    honest, house.stand.transport.hosts[ISSUER] = house.stand.transport.hosts[ISSUER], provider
    house.registry._rooms.clear()  # what was remembered of the provider before
    say(provider, {name: golden.read(name) for name in DOCUMENTS})
    yield provider
    house.registry._rooms.clear()
    house.stand.transport.hosts[ISSUER] = honest


def say(provider: FakeProvider, documents: dict[str, Any]) -> None:
    """Have the provider give these documents; only nonce and at_hash fit the occasion, unless they are spoiled."""
    id_token, access_token = documents["id_token"], documents["access_token"]
    provider.spoil_header = lambda header: _fitting(id_token["header"], header)
    provider.spoil_claims = lambda claims: _fitting(id_token["claims"], claims)
    provider.spoil_userinfo = lambda _: documents["userinfo"]
    provider.spoil_introspection = lambda _: documents["introspection"]
    token = sign({**access_token["header"], "alg": "RS256", "kid": provider.key.kid}, access_token["claims"], provider.key)
    provider.access_token = lambda *_: token  # type: ignore[method-assign]


def _fitting(example: dict[str, Any], honest: dict[str, Any]) -> dict[str, Any]:
    """The example, with what depends on the occasion taken from an honest answer while the example still has its own."""
    return {
        name: honest[name] if name in ("kid", "nonce", "at_hash") and value == golden.EXAMPLES[name] else value
        for name, value in example.items()
    }


def sign_in(house: House, provider: FakeProvider) -> VerifiedPerson:
    """What the registry makes of the provider's answer."""
    going = make_sign_in_request(house.registry)
    code = check_answer_parameters(house.registry, parameters_of(provider.approve(going.url)))
    return redeem_code(house.registry, code, nonce=going.nonce, code_verifier=going.code_verifier)


def call_api(house: House, provider: FakeProvider) -> object:
    return judge_access_token(house.registry, provider.access_token(), scope="registry.read")


def test_the_provider_produces_the_agreed_documents(house: House) -> None:
    produced = golden.produce(house)
    agreed = {name: golden.read(name) for name in (*DOCUMENTS, "logout_token")}
    assert produced == agreed, "changed on purpose? python -m tests.contract.golden"


def test_the_registry_accepts_the_agreed_documents(house: House, provider: FakeProvider) -> None:
    person = sign_in(house, provider)
    claims = golden.read("userinfo")
    assert (person.snils, person.birth_date) == (claims["snils"], claims["birthdate"])
    assert person.claims["given_name"] == claims["given_name"]
    assert person.provider_session == golden.EXAMPLES["sid"]
    assert person.claims["organisations"] == claims["organisations"]
    assert {name for name in CHECKED if person.claims[name]} == {name for name in CHECKED if claims.get(name)}
    assert call_api(house, provider)


def test_the_examples_hold_no_secret() -> None:
    for file in golden.FOLDER.iterdir():
        text = file.read_text(encoding="utf-8")
        assert not any(word in text for word in ("eyJ", "PRIVATE", '"d":')), file.name


# Document, path in it, spoiled value; ABSENT leaves it out.
SIGN_IN_TWINS = [
    ("id_token", "claims.iss", "http://localhost:8499"),
    ("id_token", "claims.iss", ABSENT),
    ("id_token", "claims.sub", ABSENT),
    ("id_token", "claims.aud", "another-client"),
    ("id_token", "claims.aud", ["registry", "another-client"]),
    ("id_token", "claims.aud", ABSENT),
    ("id_token", "claims.exp", 1_795_339_900),
    ("id_token", "claims.exp", ABSENT),
    ("id_token", "claims.iat", 1_795_339_000),
    ("id_token", "claims.iat", ABSENT),
    ("id_token", "claims.nonce", "of another request"),
    ("id_token", "claims.nonce", ABSENT),
    ("id_token", "claims.at_hash", half_hash("another token")),
    ("id_token", "claims.at_hash", ABSENT),
    ("id_token", "claims.acr", "low"),
    ("id_token", "claims.acr", ABSENT),
    ("id_token", "claims.verified", False),
    ("id_token", "claims.verified", "true"),
    ("id_token", "claims.verified", ABSENT),
    ("id_token", "claims.roles", []),
    ("id_token", "claims.roles", "citizen.medical_service"),
    ("id_token", "claims.roles", ABSENT),
    ("id_token", "header.kid", ABSENT),
    ("userinfo", "sub", "somebody else"),
    ("userinfo", "sub", ABSENT),
]
API_TWINS = [
    ("access_token", "header.typ", "JWT"),
    ("access_token", "header.typ", ABSENT),
    ("access_token", "claims.iss", "http://localhost:8499"),
    ("access_token", "claims.aud", ["http://localhost:8400"]),
    ("access_token", "claims.aud", ABSENT),
    ("access_token", "claims.exp", 1_795_340_000),
    ("access_token", "claims.exp", ABSENT),
    ("access_token", "claims.iat", ABSENT),
    ("access_token", "claims.sub", ABSENT),
    ("access_token", "claims.client_id", ABSENT),
    ("access_token", "claims.jti", ABSENT),
    ("access_token", "claims.scope", "openid"),
    ("access_token", "claims.acr", "low"),
    ("access_token", "claims.acr", ABSENT),
    ("introspection", "acr", "low"),
    ("introspection", "acr", ABSENT),
    ("introspection", "client_id", "another-client"),
    ("introspection", "active", False),
    ("introspection", "active", "true"),
    ("introspection", "active", ABSENT),
    ("introspection", "sub", "somebody else"),
    ("introspection", "scope", "openid"),
    ("introspection", "scope", ABSENT),
    ("introspection", "verified", False),
    ("introspection", "verified", ABSENT),
    ("introspection", "roles", []),
    ("introspection", "roles", ABSENT),
]


def _names(twins: list[tuple[str, str, object]]) -> list[str]:
    return [f"{document}-{path}-{'absent' if value is ABSENT else 'other'}" for document, path, value in twins]


def _spoil(document: str, path: str, value: object) -> dict[str, Any]:
    documents = copy.deepcopy({name: golden.read(name) for name in DOCUMENTS})
    *folders, member = path.split(".")
    target = documents[document]
    for folder in folders:
        target = target[folder]
    assert member in target, "a twin differs from the example in something the example has"
    target.pop(member)
    if value is not ABSENT:
        target[member] = value
    return documents


@pytest.mark.parametrize(("document", "path", "value"), SIGN_IN_TWINS, ids=_names(SIGN_IN_TWINS))
def test_c04_the_registry_refuses_the_spoiled_twin_at_sign_in(
    house: House, provider: FakeProvider, document: str, path: str, value: object
) -> None:
    say(provider, _spoil(document, path, value))
    with pytest.raises(AnswerRefused):
        sign_in(house, provider)


@pytest.mark.parametrize(("document", "path", "value"), API_TWINS, ids=_names(API_TWINS))
def test_c04_the_registry_refuses_the_spoiled_twin_at_its_api(
    house: House, provider: FakeProvider, document: str, path: str, value: object
) -> None:
    say(provider, _spoil(document, path, value))
    with pytest.raises(TrustError) as refusal:
        call_api(house, provider)
    assert isinstance(refusal.value, AccessTokenRefused | PersonRefused | ScopeMissing)
    assert not isinstance(refusal.value, ProviderUnavailable)


def logout_token(provider: FakeProvider, part: str = "claims", **changes: Any) -> str:
    """The agreed logout token, signed, with members of a part changed; ABSENT leaves one out."""
    document = golden.read("logout_token")
    document["header"] |= {"alg": provider.algorithm, "kid": provider.key.kid}
    document[part] = {name: value for name, value in (document[part] | changes).items() if value is not ABSENT}
    return sign(document["header"], document["claims"], provider.key)


def test_the_registry_accepts_the_agreed_logout_token(house: House, provider: FakeProvider) -> None:
    verified = judge_logout_token(house.registry, logout_token(provider))
    assert verified.provider_session == golden.EXAMPLES["sid"]
    assert verified.subject == golden.EXAMPLES["sub"]


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("header", {"typ": "JWT"}),
        ("header", {"typ": ABSENT}),
        ("claims", {"iss": "http://localhost:8499"}),
        ("claims", {"aud": "another-client"}),
        ("claims", {"exp": 1_795_339_900}),
        ("claims", {"iat": ABSENT}),
        ("claims", {"jti": ABSENT}),
        ("claims", {"events": ABSENT}),
        ("claims", {"events": {"http://schemas.openid.net/event/backchannel-logout": "yes"}}),
        ("claims", {"nonce": "n"}),
        ("claims", {"sub": ABSENT, "sid": ABSENT}),
    ],
)
def test_the_registry_refuses_a_spoiled_twin_of_the_logout_token(
    house: House, provider: FakeProvider, part: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(LogoutTokenRefused):
        judge_logout_token(house.registry, logout_token(provider, part, **changes))
