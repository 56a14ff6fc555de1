"""Registering a client: what is kept, what is trimmed, what is refused."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey

from ground.clock import FixedClock
from idp.clients.registry import SYSTEMS
from tests.idp.clients.registrant import REGISTER, error_of, post, register, serve_json, try_to_authenticate
from tests.idp.signing import make_key, public_set, unsigned
from tests.idp.stand import CALLBACK, ISSUER, Stand

BAD_METADATA = (400, "invalid_client_metadata")
PRODUCTION: Mapping[str, Any] = {
    "environment": "production",
    "issuer": ISSUER.replace("http:", "https:"),
    "codes_per_hour": 5,
}
EVERYTHING: Mapping[str, Any] = {
    "client_name": "Учебная поликлиника",
    "redirect_uris": ["https://client.test/callback", "https://client.test/other?with=query"],
    "post_logout_redirect_uris": ["https://client.test/out"],
    "token_endpoint_auth_method": "private_key_jwt",
    "token_endpoint_auth_signing_alg": "PS256",
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "application_type": "web",
    "scope": "openid email offline_access",
    "jwks_uri": "https://client.test/jwks",
    "id_token_signed_response_alg": "ES256",
    "userinfo_signed_response_alg": "EdDSA",
    "request_object_signing_alg": "PS256",
    "request_uris": ["https://client.test/request#hash"],
    "require_pushed_authorization_requests": True,
    "require_pkce": True,
    "subject_type": "pairwise",
    "sector_identifier_uri": "https://client.test/sector",
    "default_max_age": 0,
    "require_auth_time": True,
    "default_acr_values": ["substantial"],
    "initiate_login_uri": "https://client.test/begin",
    "client_uri": "https://client.test/",
    "logo_uri": "https://client.test/logo.png",
    "policy_uri": "https://client.test/policy",
    "tos_uri": "https://client.test/terms",
    "contacts": ["developer@client.test"],
    "backchannel_logout_uri": "https://client.test/back",
    "backchannel_logout_session_required": True,
    "frontchannel_logout_uri": "https://client.test/front",
    "frontchannel_logout_session_required": True,
}


def test_shortest_registration_gets_the_defaults(stand: Stand) -> None:
    client = post(stand, {"redirect_uris": [CALLBACK]}).json()
    assert client["client_name"] == "localhost:9999"
    assert client["token_endpoint_auth_method"] == "client_secret_basic"
    assert client["grant_types"] == ["authorization_code"]
    assert client["response_types"] == ["code"]
    assert client["id_token_signed_response_alg"] == "RS256"
    assert client["client_id_issued_at"] == stand.clock.now()
    assert client["client_secret_expires_at"] == 0
    assert client["registration_client_uri"] == f"{REGISTER}/{client['client_id']}"
    assert len(client["client_secret"]) == len(client["registration_access_token"]) == 43


def test_every_member_is_kept(stand: Stand) -> None:
    stand.transport.hosts["https://client.test"] = serve_json(EVERYTHING["redirect_uris"])
    client = post(stand, EVERYTHING).json()
    assert {name: client.get(name) for name in EVERYTHING} == {**EVERYTHING, "scope": client["scope"]}
    assert set(client["scope"].split()) == {"openid", "email", "offline_access"}


def test_unsupported_metadata_are_trimmed_and_null_is_nothing(stand: Stand) -> None:
    client = register(
        stand,
        **{
            "client_name#ru": "Поликлиника",
            "software_id": "x",
            "id_token_encrypted_response_alg": "RSA-OAEP",
            "grant_types": ["authorization_code", "implicit", "urn:ietf:params:oauth:grant-type:device_code"],
            "response_types": ["code", "id_token"],
            "scope": "openid world.peace",
            "default_acr_values": ["urn:mace:incommon:iap:silver", "low"],
            "token_endpoint_auth_signing_alg": "RS256",
            "jwks": None,
            "default_max_age": None,
        },
    )
    assert client["grant_types"] == ["authorization_code"]
    assert client["response_types"] == ["code"]
    assert client["scope"] == "openid"
    assert client["default_acr_values"] == ["low"]
    trimmed = {"client_name#ru", "software_id", "id_token_encrypted_response_alg", "token_endpoint_auth_signing_alg", "jwks"}
    assert not trimmed & client.keys()


@pytest.mark.parametrize(
    "metadata",
    [
        {"token_endpoint_auth_method": "tls_client_auth"},
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"token_endpoint_auth_method": "client_secret_jwt", "token_endpoint_auth_signing_alg": "RS256"},
        {"token_endpoint_auth_method": "client_secret_jwt", "token_endpoint_auth_signing_alg": "none"},
        {"id_token_signed_response_alg": "none"},
        {"id_token_signed_response_alg": "HS256"},
        {"userinfo_signed_response_alg": "none"},
        {"request_object_signing_alg": "HS256"},
        {"grant_types": ["implicit"]},
        {"grant_types": ["refresh_token"]},
        {"response_types": ["id_token token"]},
        {"response_types": []},
        {"application_type": "toaster"},
        {"subject_type": "secret"},
        {"scope": "world.peace"},
        {"scope": ["openid"]},
        {"client_name": ["Поликлиника"]},
        {"client_name": "a\0b"},
        {"contacts": "developer@client.test"},
        {"contacts": ["a"] * 51},
        {"default_max_age": -1},
        {"default_max_age": True},
        {"default_max_age": "60"},
        {"require_auth_time": "yes"},
        {"require_pkce": 1},
        {"request_uris": ["/request"]},
        {"request_uris": [1]},
        {"initiate_login_uri": "http://client.example/begin"},
        {"client_uri": "javascript:alert(1)"},
        {"client_uri": "https://user@client.test/"},
        {"logo_uri": "data:image/png;base64,AAAA"},
        {"policy_uri": "policy"},
        {"tos_uri": 'https://client.test/"onclick="x'},
        {"tos_uri": "https://[::1"},
        {"tos_uri": "https://client.test/" + "x" * 2048},
        {"frontchannel_logout_uri": "https://another.test/front"},
    ],
)
def test_useless_and_insecure_values_are_refused(stand: Stand, metadata: dict[str, Any]) -> None:
    assert error_of(post(stand, {"redirect_uris": [CALLBACK]} | metadata)) == BAD_METADATA


@pytest.mark.parametrize("uris", [None, [], ["/callback"], [f"{CALLBACK}#fragment"], ["http://client.example/cb"], [1], "x"])
def test_redirect_uris_are_needed_and_exact(stand: Stand, uris: Any) -> None:
    status, code = error_of(post(stand, {"redirect_uris": uris}))
    assert status == 400
    assert code in ("invalid_redirect_uri", "invalid_client_metadata")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"text"', b"[" * 10_000])
def test_body_must_be_a_json_object(stand: Stand, body: bytes) -> None:
    assert error_of(stand.http().post(REGISTER, data=body)) == BAD_METADATA


def test_name_cannot_turn_the_text_beside_it_round(stand: Stand) -> None:
    assert register(stand, client_name="Поли\u202eклиника\u200b\n")["client_name"] == "Поликлиника"


def test_ca_08_without_a_token_nothing_is_registered(provider_home: Path, stand: Stand) -> None:
    """In production registration is never open, whatever the setting says."""
    closed = Stand(stand.settings.home, stand.clock, registration_is_open=False)
    production = Stand(stand.settings.home, stand.clock, **PRODUCTION)
    (stand.settings.keys_folder / "registration-token").write_text("the initial token\n")
    for asked in (closed, production):
        with asked.realm.database.read() as connection:
            before = connection.exec_driver_sql("SELECT count(*) FROM information_systems").scalar_one()
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic dGhlIGluaXRpYWwgdG9rZW46"}):
            answer = post(asked, {"redirect_uris": ["https://client.example/cb"]}, headers=headers)
            assert error_of(answer) == (401, "invalid_token")
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        with asked.realm.database.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM information_systems").scalar_one() == before
        assert asked.events()[-1]["action"] == "client.refused"
        headers = {"Authorization": "Bearer the initial token"}
        assert post(asked, {"redirect_uris": ["https://client.example/cb"]}, headers=headers).status_code == 201
        asked.close()


INSIDE = [
    "https://169.254.169.254/latest",
    "https://10.0.0.1/x",
    "https://intranet/x",
    "https://client.example/x",
    "https://[::ffff:7f00:1]/x",
]


@pytest.mark.parametrize("name", ["jwks_uri", "sector_identifier_uri", "backchannel_logout_uri"])
@pytest.mark.parametrize("address", INSIDE)
def test_ca_10_nothing_is_fetched_outside_the_list(stand: Stand, name: str, address: str) -> None:
    seen = len(stand.transport.seen)
    assert error_of(post(stand, {"redirect_uris": [CALLBACK], name: address})) == BAD_METADATA
    assert len(stand.transport.seen) == seen + 1  # the registration itself


def test_ca_10_logo_is_never_fetched(stand: Stand) -> None:
    seen = len(stand.transport.seen)
    assert register(stand, logo_uri="https://10.0.0.1/logo.png")["logo_uri"] == "https://10.0.0.1/logo.png"
    assert len(stand.transport.seen) == seen + 1


def test_ca_10_production_fetches_from_listed_hosts_only(stand: Stand) -> None:
    """Loopback and *.test are for test stands."""
    production = Stand(stand.settings.home, stand.clock, fetch_hosts=("keys.example",), **PRODUCTION)
    (stand.settings.keys_folder / "registration-token").write_text("token")
    wanted = {"redirect_uris": ["https://client.example/cb"]}
    for address, status in {
        "https://keys.example/jwks": 201,
        "https://localhost/jwks": 400,
        "https://client.test/jwks": 400,
        "http://127.0.0.1/jwks": 400,
    }.items():
        answer = post(production, wanted | {"jwks_uri": address}, headers={"Authorization": "Bearer token"})
        assert answer.status_code == status, (address, answer.text)
    production.close()


SECTOR = {"redirect_uris": ["https://one.test/cb", "https://two.test/cb"], "subject_type": "pairwise"}


def test_ca_10_sector_file_must_list_every_redirect_uri(stand: Stand) -> None:
    wanted = SECTOR | {"sector_identifier_uri": "https://one.test/sector.json"}
    for document in (["https://one.test/cb"], {"redirect_uris": SECTOR["redirect_uris"]}, [], "text", None, [1, {}]):
        stand.transport.hosts["https://one.test"] = serve_json(document)
        assert error_of(post(stand, wanted)) == BAD_METADATA
    stand.transport.hosts["https://one.test"] = None
    assert error_of(post(stand, wanted)) == BAD_METADATA
    stand.transport.hosts["https://one.test"] = serve_json(["https://three.test/cb", *SECTOR["redirect_uris"]])
    answer = post(stand, wanted)
    assert answer.status_code == 201
    assert answer.json()["sector_identifier_uri"] == wanted["sector_identifier_uri"]


def test_pairwise_client_of_several_hosts_needs_a_sector(stand: Stand) -> None:
    assert error_of(post(stand, SECTOR)) == BAD_METADATA
    assert post(stand, SECTOR | {"redirect_uris": ["https://one.test/cb", "https://one.test/other"]}).status_code == 201
    native = {"application_type": "native", "redirect_uris": ["test.one.app:/cb"]}
    assert error_of(post(stand, SECTOR | native)) == BAD_METADATA


def test_ca_12_registrations_of_one_address_are_counted(stand: Stand) -> None:
    limited = Stand(stand.settings.home, stand.clock, registrations_per_hour=3)
    for _ in range(3):
        register(limited)
    answer = post(limited, {"redirect_uris": [CALLBACK]})
    assert error_of(answer) == (429, "temporarily_unavailable")
    assert answer.headers["Retry-After"] == "3600"
    again = Stand(stand.settings.home, FixedClock(stand.clock.now() + 3599), registrations_per_hour=3)
    assert post(again, {"redirect_uris": [CALLBACK]}).status_code == 429
    again.clock.advance(1)
    register(again)
    limited.close()
    again.close()


def test_ca_12_all_clients_together_are_bounded(stand: Stand) -> None:
    with stand.realm.database.read() as connection:
        present = connection.exec_driver_sql("SELECT count(*) FROM information_systems").scalar_one()
    full = Stand(stand.settings.home, stand.clock, registration_limit=present + 1)
    register(full)
    assert error_of(post(full, {"redirect_uris": [CALLBACK]})) == (429, "temporarily_unavailable")
    full.close()


def test_ca_13_markup_of_a_client_is_shown_as_text(stand: Stand) -> None:
    """The logo is registered and not shown: a page of ours loads pictures from nowhere else."""
    name = "<script>alert(1)</script><b>Банк</b>"
    client = register(stand, client_name=name, logo_uri="https://client.test/%22onerror=alert(1).png")
    browser = stand.browser().open(stand.authorize_url(client_id=client["client_id"], scope="openid email"))
    stand.sign_in(browser)
    assert name in browser.text
    page = browser.answer.text
    assert "<script>alert" not in page
    assert "onerror" not in page
    assert "client.test" not in page
    assert "img-src 'self' data:" in browser.answer.headers["Content-Security-Policy"]


def test_policy_and_terms_are_linked_from_the_consent_page(stand: Stand) -> None:
    policy, terms = "https://client.test/policy?a=1&b=2", "https://client.test/terms"
    client = register(stand, policy_uri=policy, tos_uri=terms)
    browser = stand.browser().open(stand.authorize_url(client_id=client["client_id"]))
    stand.sign_in(browser)
    for name, address in (("policy", policy), ("terms", terms)):
        link = f'<a id="{name}" href="{escape(address)}" target="_blank" rel="noopener noreferrer">'
        assert link in browser.answer.text


@pytest.mark.parametrize("stand", ["sqlite"], indirect=True)
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "client_secret_jwt"])
def test_ca_14_secret_is_shown_once(stand: Stand, method: str, caplog: pytest.LogCaptureFixture) -> None:
    """Not in the journal, not in the log, not in the database file, not in any later answer."""
    client = register(stand, token_endpoint_auth_method=method)
    try_to_authenticate(stand, client, auth=(client["client_id"], client["client_secret"]))
    try_to_authenticate(stand, client, auth=(client["client_id"], client["client_secret"] + "x"))
    headers = {"Authorization": f"Bearer {client['registration_access_token']}"}
    later = stand.http().get(client["registration_client_uri"], headers=headers)
    assert later.status_code == 200
    assert "client_secret" not in later.json()
    with stand.realm.database.read() as connection:
        row = connection.execute(SYSTEMS.select().where(SYSTEMS.c.client_id == client["client_id"])).one()
    assert (row.sealed_secret is not None) is (method == "client_secret_jwt")
    journal = repr(stand.events())
    stand.close()
    file = stand.settings.sqlite_file
    assert file is not None
    stored = b"".join(path.read_bytes() for path in file.parent.glob(file.name + "*"))
    for secret in (client["client_secret"], client["registration_access_token"]):
        assert secret.encode() not in stored
        assert secret not in journal
        assert secret not in caplog.text


@pytest.mark.parametrize("statement", ["", "x", unsigned({"software_id": "x"}), 7])
def test_ca_15_software_statements_are_not_taken(stand: Stand, statement: Any) -> None:
    answer = post(stand, {"redirect_uris": [CALLBACK], "software_statement": statement})
    assert error_of(answer) == (400, "invalid_software_statement")


WEAK_RSA: Any = {"kty": "RSA", "e": "AQAB", "n": "s" + "A" * 169 + "E"}
GOOD = public_set(make_key("ES256"))["keys"][0]


@pytest.mark.parametrize(
    "jwks",
    [
        {"keys": [WEAK_RSA]},
        {"keys": [GOOD, WEAK_RSA]},
        {"keys": [OctKey.generate_key(256).as_dict(private=True)]},
        {"keys": [{"kty": "oct"}]},
        {"keys": [ECKey.generate_key("P-256").as_dict(private=True)]},
        {"keys": [ECKey.generate_key("secp256k1").as_dict(private=False)]},
        {"keys": [GOOD | {"x": GOOD["y"]}]},
        {"keys": [GOOD | {"crv": ["P-256"]}]},
        {"keys": [GOOD | {"kid": 7}]},
        {"keys": [{"kty": "RSA", "e": "AQAB", "n": "s" * 20_000}]},
        {"keys": [{"kty": "RSA", "e": "AQAB", "n": 7}]},
        {"keys": [{"kty": "RSA"}]},
        {"keys": [{}]},
        {"keys": ["key"]},
        {"keys": []},
        {"keys": [GOOD] * 21},
        {"keys": GOOD},
        [],
        "keys",
    ],
)
def test_ca_16_weak_private_and_nonsensical_keys_are_refused(stand: Stand, jwks: Any) -> None:
    assert error_of(post(stand, {"redirect_uris": [CALLBACK], "jwks": jwks})) == BAD_METADATA


def test_keys_are_given_in_one_way(stand: Stand) -> None:
    both = {"jwks": {"keys": [GOOD]}, "jwks_uri": "https://client.test/jwks"}
    assert error_of(post(stand, {"redirect_uris": [CALLBACK]} | both)) == BAD_METADATA
    good = {"keys": [public_set(make_key(name))["keys"][0] for name in ("RS256", "ES256", "EdDSA")]}
    assert register(stand, jwks=good)["jwks"] == good
