"""Where an answer may go (RFC 9700, 4.1.3; RFC 8252, 7.3)."""

import pytest

from idp.protocol.redirect_uri import MAX_LENGTH, RedirectUriUnusable, check_registrable, host_of, is_registered

PLAIN = "https://client.test/callback"
QUERY = "https://client.test/callback?a=1&b=2"
LOOPBACK = "http://127.0.0.1/callback"
LOOPBACK_6 = "http://[::1]:7000/callback"


@pytest.mark.parametrize("kind", ["web", "native"])
@pytest.mark.parametrize("uri", [PLAIN, QUERY, LOOPBACK, LOOPBACK_6])
def test_registered_uri_is_accepted_byte_for_byte(uri: str, kind: str) -> None:
    assert is_registered(uri, (PLAIN, QUERY, LOOPBACK, LOOPBACK_6), application_type=kind)


@pytest.mark.parametrize("kind", ["web", "native"])
@pytest.mark.parametrize(
    "uri",
    [
        "https://client.test/callback/",
        "https://client.test/callback?",
        "https://client.test/callback#",
        "https://client.test/callback?x=1",
        "https://client.test/Callback",
        "https://CLIENT.test/callback",
        "https://client.test:443/callback",
        "http://client.test/callback",
        "https://client.test/callback/../callback",
        "https://client.test/%63allback",
        "https://client.test.evil.test/callback",
        "https://client.test@evil.test/callback",
        "https://evil.test/?https://client.test/callback",
        " https://client.test/callback",
        "https://client.test/callback\n",
        "https://client.test/callback?b=2&a=1",
        "https://client.test/callback?a=1&b=2&x",
        "https://client.test/callback?a=1",
        "//client.test/callback",
        "\\\\client.test\\callback",
        "",
    ],
)
def test_az_06_anything_but_the_registered_bytes_is_refused(uri: str, kind: str) -> None:
    assert not is_registered(uri, (PLAIN, QUERY), application_type=kind)


@pytest.mark.parametrize(
    ("uri", "accepted"),
    [
        ("http://127.0.0.1:51004/callback", True),
        ("http://127.0.0.1:1/callback", True),
        ("http://127.0.0.1/callback", True),
        ("http://[::1]:51004/callback", True),
        ("http://[::1]/callback", True),
        ("http://127.0.0.1:51004/callback/", False),
        ("http://127.0.0.1:51004/other", False),
        ("http://127.0.0.1:51004/callback?x=1", False),
        ("https://127.0.0.1:51004/callback", False),
        ("http://localhost:51004/callback", False),
        ("http://127.0.0.2:51004/callback", False),
        ("http://127.0.0.1:/callback", False),
        ("http://127.0.0.1:123456/callback", False),
        ("http://127.0.0.1:80a/callback", False),
        ("http://127.0.0.1:٣/callback", False),
        ("http://127.0.0.1:80@evil.test/callback", False),
        ("http://user@127.0.0.1:80/callback", False),
        ("http://127.0.0.1:80\\@evil.test/callback", False),
        ("http://127.0.0.1:80#/callback", False),
        ("http://127.0.0.1.evil.test:80/callback", False),
    ],
)
def test_az_05_native_client_may_choose_the_port_of_its_loopback_address_only(uri: str, accepted: bool) -> None:
    assert is_registered(uri, (LOOPBACK, LOOPBACK_6), application_type="native") is accepted


@pytest.mark.parametrize("uri", ["http://127.0.0.1:51004/callback", "http://[::1]:51004/callback"])
def test_az_05_web_client_may_not_choose_a_port(uri: str) -> None:
    assert not is_registered(uri, (LOOPBACK, LOOPBACK_6), application_type="web")


@pytest.mark.parametrize(
    ("uri", "kind", "is_test"),
    [
        (PLAIN, "web", False),
        (QUERY, "web", False),
        ("https://client.test:8443/", "web", False),
        ("https://client.test/a;b,c'd", "web", False),
        ("http://localhost:9999/callback", "web", False),
        ("http://app.localhost:9999/callback", "web", False),
        ("http://127.0.0.1/callback", "native", False),
        ("http://[::1]/callback", "native", False),
        ("http://rp.test/callback", "web", True),
        ("http://testserver/callback", "web", True),
        ("http://web:8000/callback", "web", True),
        ("com.example.app:/callback", "native", False),
        ("https://client.test/" + "x" * (MAX_LENGTH - 20), "web", False),
    ],
)
def test_sound_uri_can_be_registered(uri: str, kind: str, is_test: bool) -> None:
    check_registrable(uri, application_type=kind, is_test=is_test)


@pytest.mark.parametrize("is_test", [True, False])
@pytest.mark.parametrize("kind", ["web", "native"])
@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/callback",
        "client.test/callback",
        "https:///callback",
        "https:client.test/callback",
        "https://client.test/callback#part",
        "https://client.test/callback#",
        "https://user@client.test/callback",
        "https://user:word@client.test/callback",
        "https://@client.test/callback",
        "https://client.test/a b",
        "https://client.test\\@evil.test/",
        "https://client.test/\r\nSet-Cookie: a=b",
        "https://client.test/\x00",
        "https://клиент.test/callback",
        "https://client.test:99999/",
        "https://[::1/callback",
        "https://client.test;form-action */callback",
        "https://client.test,evil.test/callback",
        "https://'none'/callback",
        "http://client.example/callback",
        "http://localhost.evil.example/callback",
        "http://127.0.0.1.evil.example/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://client.test/",
        "https://client.test/" + "x" * MAX_LENGTH,
    ],
)
def test_unsound_uri_cannot_be_registered_by_anybody(uri: str, kind: str, is_test: bool) -> None:
    with pytest.raises(RedirectUriUnusable) as refusal:
        check_registrable(uri, application_type=kind, is_test=is_test)
    assert str(refusal.value).isascii()


@pytest.mark.parametrize(
    ("uri", "kind", "is_test"),
    [
        ("com.example.app:/callback", "web", True),
        ("http://rp.test/callback", "web", False),
        ("http://testserver/callback", "web", False),
        ("app:/callback", "native", True),
    ],
)
def test_uri_of_another_kind_or_environment_cannot_be_registered(uri: str, kind: str, is_test: bool) -> None:
    with pytest.raises(RedirectUriUnusable):
        check_registrable(uri, application_type=kind, is_test=is_test)


@pytest.mark.parametrize(
    ("uri", "shown"),
    [(PLAIN, "client.test"), ("http://localhost:9999/callback", "localhost:9999"), ("com.example.app:/a", "com.example.app")],
)
def test_person_is_shown_the_host_or_the_private_scheme(uri: str, shown: str) -> None:
    assert host_of(uri) == shown
