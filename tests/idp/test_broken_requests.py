"""Broken and foreign requests to every address: a real answer of the right kind, never a fault, never a way out."""

import contextlib
import io
import itertools
import json
from urllib.parse import urlsplit

import pytest
import requests
from werkzeug.exceptions import MethodNotAllowed, NotFound

from ground.wire import MAX_BODY_BYTES
from idp.app import HOT_ENDPOINTS, make_app, make_pages
from idp.authentication.methods import METHODS, folder_of
from idp.authority import endpoints as authority
from idp.esia import endpoints as esia
from idp.tokens import access
from tests.idp.stand import CALLBACK, ISSUER, SECRET, Stand, answer_of

FORM = "application/x-www-form-urlencoded"
IDENTIFIER = "00000000-0000-4000-8000-000000000000"
ADDRESSES = [
    *HOT_ENDPOINTS, *authority.ENDPOINTS, "/authority/ocsp/MAA=",
    *esia.ENDPOINTS, *sorted(esia.FOR_BROWSERS), "/rs/prns/1000000001", "/rs/prns/1000000001/docs/1", "/rs/orgs/1000000001",
    "/esia-rs/api/public/v1/pso/1000000001/avt/circle", "/rs/",
    "/", "/oauth2/authorize", "/oauth2/logout", "/oauth2/logout/confirmed", f"/oauth2/continue/{IDENTIFIER}",
    f"/consent/{IDENTIFIER}", f"/sign-in/{IDENTIFIER}", f"/sign-in/{IDENTIFIER}/password", f"/sign-in/{IDENTIFIER}/code",
    f"/sign-in/{IDENTIFIER}/code/again", f"/sign-in/{IDENTIFIER}/code/state", f"/sign-in/{IDENTIFIER}/ways",
    f"/sign-in/{IDENTIFIER}/signature/challenge.txt", f"/consent/{IDENTIFIER}/sign", f"/consent/{IDENTIFIER}/consent.txt",
    f"/account/documents/signed/{IDENTIFIER}/text.txt",
    f"/sign-in/{IDENTIFIER}/cancel", "/sign-in/back/password", "/account", "/account/security", "/account/documents",
    "/account/settings", "/account/settings/medical-service/add", "/account/settings/medical-service/remove",
    f"/confirmation/{IDENTIFIER}", f"/acting/{IDENTIFIER}",
    "/account/sessions", f"/account/sessions/{IDENTIFIER}/end", "/account/sessions/end-others", "/account/consents",
    f"/account/sessions/browsers/{IDENTIFIER}/forget", "/account/consents/withdraw",
    "/account/security/password/add", f"/account/security/password/{IDENTIFIER}/rename",
    f"/account/security/password/{IDENTIFIER}/remove", "/account/back/password", f"/oauth2/register/{IDENTIFIER}",
    "/oauth2/session", "/oauth2/session/script.js",
    "/account/contacts/phone", "/account/contacts/phone/confirm", "/account/contacts/email/code", "/account/contacts/phone/again",
    "/account/documents/passport", "/account/documents/signature", "/account/documents/signature/challenge.txt",
    "/account/children/add", f"/account/children/{IDENTIFIER}/remove",
    "/account/first-sign-in", "/register", f"/register/{IDENTIFIER}", f"/register/{IDENTIFIER}/sms/again",
    "/static/ground/tokens.css", "/device/requests", f"/device/requests/{IDENTIFIER}", f"/device/requests/{IDENTIFIER}/answer",
    f"/device/enrol/{IDENTIFIER}", f"/qr/{IDENTIFIER}", "/staff",
    "/staff/people", f"/staff/people/{IDENTIFIER}", f"/staff/people/{IDENTIFIER}/identity", "/staff/incidents",
    f"/staff/incidents/for/{IDENTIFIER}", f"/staff/incidents/{IDENTIFIER}", f"/staff/incidents/{IDENTIFIER}/close",
    "/staff/members", f"/staff/members/{IDENTIFIER}", f"/staff/members/{IDENTIFIER}/give/operator",
    "/staff/journal", "/staff/journal.json", "/account/activity",
    "/recovery", "/recovery/link/x", f"/recovery/{IDENTIFIER}", f"/recovery/{IDENTIFIER}/code", f"/recovery/{IDENTIFIER}/again",
    f"/recovery/{IDENTIFIER}/second-way", f"/recovery/{IDENTIFIER}/password", f"/recovery/{IDENTIFIER}/recording",
    "/staff/recoveries", f"/staff/recoveries/{IDENTIFIER}", f"/staff/recoveries/{IDENTIFIER}/recording",
    *(f"/static/{folder.name}/script.js" for folder in map(folder_of, METHODS) if (folder / "static").is_dir()),
]  # fmt: skip
QUERIES = [
    "", "a", "=", "&&&", "%", "%zz", "%00", "client_id=%00", "client_id=client&client_id=client", "client_id=%ff%fe",
    "client_id=%ED%A0%80",
    "client_id=" + "x" * 20_000, "&".join(f"p{number}=1" for number in range(150)), "id_token_hint=a.b.c", "lang=%00&theme=x",
    "client_id[]=client", "redirect_uri=https://evil.test/&client_id=client", "theme=dark", "lang=../../etc",
    "post_logout_redirect_uri=https://evil.test/", "next=//evil.test", "\xff\xfe", "claims=" + "[" * 8000,
]  # fmt: skip
BODIES = [
    (b"", FORM), (b"a", FORM), (b"%", FORM), (b"%ff=%ff", FORM), (b"\xff\xfe\x00", FORM), (b"token=%00", FORM),
    (b"token=a&token=b", FORM),
    (b"grant_type=authorization_code&code=%00&client_id=%00", FORM), (b"x=" + b"y" * MAX_BODY_BYTES, FORM), (b"a=1&" * 150, FORM),
    (b"y" * 300_000, FORM), (b"{}", "application/json"), (b"[" * 3000, "application/json"), (b"\xff", "application/json"),
    (b"a=b", "text/plain"), (b"a=b", ""), (b"--x\r\nbroken", "multipart/form-data; boundary=x"), (b"--x", "multipart/form-data"),
    (b"a=b", FORM + "; charset=utf-7"),
]  # fmt: skip
METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD", "FOO")
HEADERS: list[dict[str, str]] = [
    {"Authorization": "Basic"}, {"Authorization": "Basic !!!"}, {"Authorization": "Basic /////w=="},
    {"Authorization": "Basic AAA="},
    {"Authorization": "Basic OjpJ"}, {"Authorization": "Bearer"}, {"Authorization": "Bearer  a b"}, {"Authorization": "é"},
    {"Cookie": "idp_session=\x01; idp_browser=x; idp_language=%00; idp_theme=zz"}, {"Cookie": "idp_browser=" + "x" * 5000},
    {"Accept-Language": "*;q=x,,ru;q=é"}, {"Accept": "é/é;q=z"}, {"Content-Type": "é"}, {"If-None-Match": "é" * 100},
    {"Host": "evil.test"},
    {"X-Forwarded-Host": "evil.test"}, {"X-Original-URL": "/oauth2/token"}, {"X-HTTP-Method-Override": "DELETE"},
    {"Origin": "null"},
]  # fmt: skip


def check(answer: requests.Response) -> None:
    """What holds for every answer to every broken request."""
    assert answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text
    assert 'File "' not in answer.text
    location = answer.headers.get("Location", "")
    assert urlsplit(location).netloc in ("", "localhost:8400") or location.startswith(CALLBACK), location
    assert not location.startswith("//")
    if answer.status_code >= 400 and answer.content:
        kind = answer.headers["Content-Type"]
        if answer.content == b"Unauthorized":
            return  # the word that clients of ESIA wait for
        assert kind.startswith(("text/html", "application/json", "application/problem+json")), kind
        if kind.startswith("application/json"):
            assert answer.json().get("error_description", "").isascii()
    assert all("evil" not in value for name, value in answer.headers.items() if name.lower() in ("refresh", "content-location"))


def send(stand: Stand, method: str, address: str, **options: object) -> requests.Response:
    """One request as written: `requests` itself would mend some of them."""
    request = requests.Request(method, ISSUER + address, **options).prepare()  # type: ignore[arg-type]
    return stand.transport.send(request)


@pytest.mark.parametrize("address", ADDRESSES)
def test_junk_in_the_query_is_never_a_fault(stand: Stand, address: str) -> None:
    for query in QUERIES:
        request = requests.Request("GET", ISSUER + address).prepare()
        request.url = f"{ISSUER}{address}?{query}"
        check(stand.transport.send(request))


@pytest.mark.parametrize("address", ADDRESSES)
def test_junk_in_the_body_is_never_a_fault(stand: Stand, address: str) -> None:
    for body, kind in BODIES:
        check(send(stand, "POST", address, data=body, headers={"Content-Type": kind}))
        check(send(stand, "POST", address, data=body, headers={"Content-Type": kind}, auth=("client", SECRET)))


@pytest.mark.parametrize("address", ADDRESSES)
def test_wrong_method_and_odd_headers_are_never_a_fault(stand: Stand, address: str) -> None:
    for method in METHODS:
        check(send(stand, method, address))
    for method, headers in itertools.product(("GET", "POST"), HEADERS):
        request = requests.Request(method, ISSUER + address).prepare()
        request.headers.update(headers)
        check(stand.transport.send(request))


def test_every_route_of_the_provider_stands_in_the_table(stand: Stand) -> None:
    routes = make_pages(stand.realm).url_map
    matcher = routes.bind("localhost")
    known = set()
    for address, method in itertools.product(ADDRESSES, ("GET", "POST")):
        with contextlib.suppress(NotFound, MethodNotAllowed):
            known.add(matcher.match(address, method=method)[0])
    assert {rule.endpoint for rule in routes.iter_rules()} == known


@pytest.mark.parametrize(
    "path",
    [
        "/nothing", "/oauth2", "/oauth2/token/", "//oauth2/token", "/oauth2/token;x=y", "/oauth2/../oauth2/token",
        "/OAUTH2/TOKEN", "/phone",
        "/outbox", "/open", "/control", "/.git/config", "/.env", "/static/../setup.cfg", "/static/ground/../../app.py",
        "/static/ground/%2e%2e/%2e%2e/idp.toml", "/static/ground/..%2f..%2fapp.py", "/console", "/%00",
        f"/sign-in/{IDENTIFIER}%00",
        "/sign-in/%00/password", "/sign-in/" + "x" * 5000, "/consent/%ff%fe", "/oauth2/continue/'%20OR%201=1", "/api/", "/é",
    ],
)  # fmt: skip
def test_se_16_lb_01_unknown_path_is_a_plain_404(stand: Stand, path: str) -> None:
    request = requests.Request("GET", ISSUER).prepare()
    request.url = ISSUER + path
    answer = stand.transport.send(request)
    check(answer)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": "nobody"}, "invalid_client"),
        ({"client_id": None}, "invalid_client"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": "https://evil.test/"}, "invalid_request"),
        ({"redirect_uri": CALLBACK + "?x"}, "invalid_request"),
        ({"redirect_uri": CALLBACK + "/../evil"}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:9999/callback"}, "invalid_request"),
        ({"state": "s" * 65_536}, "invalid_request"),
    ],
)
def test_az_01_request_that_cannot_be_answered_safely_gets_a_page(
    stand: Stand, changes: dict[str, str | None], code: str
) -> None:
    answer = stand.browser().session.get(stand.authorize_url(**changes), allow_redirects=False)
    assert answer.status_code == 400
    assert code in answer.text
    assert "Для разработчика" in answer.text
    assert "evil.test" not in answer.headers.get("Content-Security-Policy", "")
    assert stand.actions()[-1] == f"authorization.refused {code}"
    assert stand.rows("SELECT count(*) FROM interactions") == [(0,)]


def test_az_07_page_for_an_unknown_client_is_that_of_a_disabled_one(stand: Stand) -> None:
    stand.add_client("gone")
    stand.execute("UPDATE information_systems SET disabled_at = 1 WHERE client_id = 'gone'")
    texts = [stand.browser().open(stand.authorize_url(client_id=name)).text for name in ("gone", "nobody")]
    heads = [text.partition("ТН-")[0] for text in texts]
    assert heads[0] == heads[1]


def test_az_09_state_of_4096_characters_comes_back_byte_for_byte(stand: Stand) -> None:
    browser = stand.browser()
    stand.obtain_code(browser, state="é~ %2" * 800)
    assert answer_of(browser)["state"] == "é~ %2" * 800


def test_az_24_query_and_body_are_never_mixed(stand: Stand) -> None:
    query = urlsplit(stand.authorize_url()).query
    answer = stand.http().post(f"{ISSUER}/oauth2/authorize?{query}", data={"state": "x"}, allow_redirects=False)
    assert answer.status_code == 400
    data = {"grant_type": "authorization_code", "code": stand.obtain_code(), "redirect_uri": CALLBACK}
    answer = stand.http().post(f"{ISSUER}/oauth2/token?client_id=client&client_secret={SECRET}", data=data)
    assert answer.json()["error"] == "invalid_client"


def test_duplicate_parameter_gets_a_page_and_no_redirect(stand: Stand) -> None:
    answer = stand.http().get(stand.authorize_url() + "&scope=openid", allow_redirects=False)
    assert answer.status_code == 400
    assert "more than once" in answer.text


@pytest.mark.parametrize("address", ["/oauth2/token", "/oauth2/introspect", "/oauth2/register", "/oauth2/userinfo"])
def test_tk_24_body_that_says_it_is_huge_is_refused_unread(stand: Stand, address: str) -> None:
    class Untouchable(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("the body was read")

    environment = {
        "REQUEST_METHOD": "POST", "PATH_INFO": address, "QUERY_STRING": "", "CONTENT_LENGTH": str(50 * 1024 * 1024),
        "CONTENT_TYPE": FORM,
        "wsgi.input": Untouchable(), "wsgi.url_scheme": "http", "REMOTE_ADDR": "127.0.0.1",
    }  # fmt: skip
    statuses: list[str] = []
    body = b"".join(make_app(stand.realm)(environment, lambda status, _headers: statuses.append(status)))
    assert statuses == ["413 Content Too Large"] or statuses == ["413 Request Entity Too Large"]
    assert json.loads(body)["error"] == "invalid_request"


@pytest.mark.parametrize("address", ["/oauth2/token", "/oauth2/introspect", "/oauth2/register"])
def test_endpoint_for_posting_is_not_read(stand: Stand, address: str) -> None:
    answer = stand.http().get(ISSUER + address)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


def test_fault_of_ours_is_a_number_and_no_stack_trace(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret inner workings")

    monkeypatch.setattr(access, "judge", fail)
    answer = stand.userinfo("x")
    assert (answer.status_code, answer.json()["error"]) == (500, "server_error")
    assert "inner workings" not in answer.text
    number = answer.json()["error_description"].rpartition(" ")[2]
    assert number.startswith("TN-")
    assert number in caplog.text
