"""Signing in and out, as a browser sees it."""

import hashlib
import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from rp.access.session import ABSOLUTE_SECONDS, IDLE_SECONDS
from rp.database import JOURNAL
from rp.settings import Settings
from rp.sign_in.journey import LIFETIME_SECONDS, Journey, safe_path, take_journey
from rp.trust.provider import FAILURE_PAUSE_SECONDS, METADATA_LIFETIME_SECONDS
from tests.rp.conftest import Browser, Stand
from tests.rp.fake_provider import ISSUER, PYOTR, STRANGER, Claims, unchanged


def test_r010_the_registry_sends_whoever_is_not_signed_in_to_the_provider(browser: Browser) -> None:
    location = urlsplit(browser.leave_for("/"))
    assert f"{location.scheme}://{location.netloc}{location.path}" == f"{ISSUER}/oauth2/authorize"
    request = {name: values[0] for name, values in parse_qs(location.query).items()}
    assert request["response_type"] == "code"
    assert request["client_id"] == "registry"
    assert request["redirect_uri"] == "http://localhost:8500/sign-in/callback"
    assert (
        request["scope"] == "openid fullname birthdate gender snils inn mobile email id_doc organisations account registry.read"
    )
    assert request["acr_values"] == "substantial"
    assert request["code_challenge_method"] == "S256"
    assert {len(request[name]) for name in ("state", "nonce", "code_challenge")} == {43}


def test_r043_the_way_back_ends_in_the_cabinet(browser: Browser) -> None:
    response = browser.sign_in()
    assert response.status_code == 303
    assert response.headers["Location"] == "/"
    page = browser.get("/")
    assert page.status_code == 200
    assert "<title>Личный кабинет ЕГИСЗ COVID. Регистр, учебный стенд</title>" in page.text
    assert "Вера Р." in page.text


def test_the_way_back_ends_at_the_page_that_was_asked_for(browser: Browser) -> None:
    assert browser.sign_in("/?group=vaccination").headers["Location"] == "/?group=vaccination"


@pytest.mark.parametrize(
    "path", ["//evil.test", "/\\evil.test", "https://evil.test/", "/x\\y", "/sign-out", "", "/ы", "/a\r\nb", "/" + "a" * 600]
)
def test_the_way_back_never_leads_elsewhere(path: str) -> None:
    assert safe_path(path) == "/"


@pytest.mark.parametrize(("required", "asked"), [("low", "substantial"), ("substantial", "substantial"), ("high", "high")])
def test_a_stronger_sign_in_asks_for_no_less_than_the_registry_requires(
    make_stand: Callable[..., Stand], required: str, asked: str
) -> None:
    location = make_stand(required_acr=required).browser().leave_for("/sign-in/stronger")
    assert parse_qs(urlsplit(location).query)["acr_values"] == [asked]


@pytest.mark.parametrize("elsewhere", ["//evil.test", "https://evil.test/", "/\\evil.test"])
def test_a_stronger_sign_in_leads_back_to_this_host_only(browser: Browser, elsewhere: str) -> None:
    assert browser.sign_in(f"/sign-in/stronger?next={elsewhere}").headers["Location"] == "/"


def test_rp_01_a_callback_without_the_cookie_of_its_browser_is_refused_before_the_code_is_used(stand: Stand) -> None:
    callback = stand.provider.approve(stand.browser().leave_for())
    stranger = stand.browser()
    page = stranger.refusal(stranger.come_back(callback))
    assert page.status_code == 400
    assert "Вход начат не здесь" in page.text
    assert "/oauth2/token" not in stand.provider.calls


def test_rp_03_a_callback_works_once_and_the_first_session_stays(browser: Browser) -> None:
    callback = browser.stand.provider.approve(browser.leave_for())
    assert browser.come_back(callback).status_code == 303
    again = browser.come_back(callback)
    assert again.headers["Location"] == "/sign-in/refused?reason=used"
    assert browser.get(again.headers["Location"]).status_code == 400
    assert browser.stand.provider.calls.count("/oauth2/token") == 1
    assert browser.get("/").status_code == 200


def test_callbacks_of_nobody_do_not_fill_the_journal(stand: Stand) -> None:
    browser = stand.browser()
    for number in range(5):
        browser.get(f"/sign-in/callback?state=s{number}&code=x")
    with stand.realm.database.read() as connection:
        refused = connection.execute(select(JOURNAL.c.seq).where(JOURNAL.c.action == "sign_in", JOURNAL.c.outcome == "refused"))
        assert len(refused.all()) == 1


def test_a_sign_in_begun_too_long_ago_is_refused(browser: Browser) -> None:
    callback = browser.stand.provider.approve(browser.leave_for())
    browser.stand.clock.advance(LIFETIME_SECONDS)
    assert browser.refusal(browser.come_back(callback)).status_code == 400


def test_a_sign_in_under_way_survives_a_restart(stand: Stand) -> None:
    browser = stand.browser()
    callback = stand.provider.approve(browser.leave_for())
    cookie = browser.client.get_cookie("rp_browser")
    assert cookie is not None
    stand.realm.database.close()
    after = stand.restarted().browser()
    after.client.set_cookie("rp_browser", cookie.value)
    assert after.come_back(callback).headers["Location"] == "/"
    assert after.get("/").status_code == 200


def test_a_refusal_of_the_person_is_a_friendly_page(browser: Browser) -> None:
    response = browser.sign_in(code=None, error="access_denied", error_description="no")
    page = browser.refusal(response)
    assert page.status_code == 403
    assert "Вы не дали согласия" in page.text
    assert "access_denied" in page.text


def test_an_unknown_error_code_of_the_provider_is_not_repeated(browser: Browser) -> None:
    response = browser.sign_in(code=None, error="<script>alert(1)</script>")
    page = browser.get(response.headers["Location"])
    assert page.status_code == 400
    assert "alert(1)" not in page.text


def test_an_error_that_does_not_name_its_provider_is_not_believed(browser: Browser) -> None:
    response = browser.sign_in(code=None, error="access_denied", iss=None)
    assert "reason=answer" in response.headers["Location"]


def test_rp_15_a_weak_sign_in_opens_nothing_and_asks_for_a_stronger_one(browser: Browser) -> None:
    for acr in ("low", "gold", ""):
        browser.stand.provider.acr = acr
        page = browser.refusal(browser.sign_in())
        assert page.status_code == 403
        assert 'href="/sign-in"' in page.text


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/oauth2/token", ("500 Internal Server Error", b"broken")),
        ("/oauth2/token", ("200 OK", b"<html>hello</html>")),
        ("/oauth2/token", ("302 Found", b"")),
        ("/oauth2/token", ("200 OK", b"x" * (1024 * 1024 + 1))),
        ("/oauth2/userinfo", ("500 Internal Server Error", b"broken")),
        ("/oauth2/userinfo", ("401 Unauthorized", b"{}")),
        ("/oauth2/jwks", ("200 OK", b"[]")),
    ],
)
def test_rp_16_a_provider_that_fails_midway_is_a_503_page_and_the_next_try_works(
    browser: Browser, path: str, answer: tuple[str, bytes]
) -> None:
    browser.stand.provider.broken[path] = answer
    page = browser.refusal(browser.sign_in())
    assert page.status_code == 503
    browser.stand.provider.broken.clear()
    assert browser.sign_in().headers["Location"] == "/"


def test_rp_16_a_provider_that_is_away_is_a_503_page(browser: Browser) -> None:
    browser.stand.transport.hosts[ISSUER] = None
    page = browser.get("/")
    assert page.status_code == 503
    assert "Пропуск не отвечает" in page.text
    browser.stand.transport.hosts[ISSUER] = browser.stand.provider
    assert browser.get("/").status_code == 503
    browser.stand.monotonic.seconds += FAILURE_PAUSE_SECONDS
    assert browser.get("/").status_code == 302


def test_a_sign_in_is_completed_once_however_many_answers_come_at_the_same_time(stand: Stand) -> None:
    browser = stand.browser()
    state = parse_qs(urlsplit(browser.leave_for()).query)["state"][0]
    cookie = browser.client.get_cookie("rp_browser")
    assert cookie is not None
    binding = hashlib.sha256(cookie.value.encode()).hexdigest()

    def take(_number: int) -> bool:
        with stand.realm.database.write() as connection:
            return isinstance(take_journey(connection, stand.realm, state, browser=binding), Journey)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(take, range(16))).count(True) == 1


def test_rp_08_metadata_of_another_issuer_are_refused(browser: Browser) -> None:
    browser.stand.provider.spoil_metadata = lambda document: {**document, "issuer": "http://evil.test"}
    assert browser.get("/").status_code == 503


@pytest.mark.parametrize(
    "issuer", ["http://evil.test", f"{ISSUER}/", ISSUER.upper(), "https://localhost:8400", "", None, ["http://localhost:8400"]]
)
def test_rp_08_issuer_is_compared_letter_by_letter(browser: Browser, issuer: object) -> None:
    browser.stand.provider.spoil_metadata = lambda document: {**document, "issuer": issuer}
    assert browser.get("/").status_code == 503


@pytest.mark.parametrize(
    "name",
    [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "introspection_endpoint",
        "end_session_endpoint",
    ],
)
@pytest.mark.parametrize(
    "address", ["http://evil.test/x", "https://localhost:8400/x", "//evil.test", "javascript:alert(1)", "http://["]
)
def test_rp_08_endpoint_that_is_not_at_the_providers_host_is_not_gone_to(browser: Browser, name: str, address: str) -> None:
    browser.stand.provider.spoil_metadata = lambda document: {**document, name: address}
    assert browser.get("/").status_code == 503


def test_rp_08_metadata_that_change_while_we_run_are_judged_anew(browser: Browser) -> None:
    callback = browser.stand.provider.approve(browser.leave_for())
    browser.stand.provider.spoil_metadata = lambda document: {**document, "token_endpoint": "http://evil.test/token"}
    browser.stand.clock.advance(METADATA_LIFETIME_SECONDS)
    page = browser.get(browser.come_back(callback).headers["Location"])
    assert page.status_code == 503
    assert browser.stand.provider.calls.count("/oauth2/token") == 0
    browser.stand.provider.spoil_metadata = unchanged
    browser.stand.monotonic.seconds += FAILURE_PAUSE_SECONDS
    assert browser.sign_in().headers["Location"] == "/"


def test_rp_08_production_knows_no_provider_by_http() -> None:
    with pytest.raises(ValueError, match="issuer must begin with https"):
        Settings(environment="production", url="https://registry.test", issuer="http://idp.test")


def test_rp_07_userinfo_of_another_subject_is_refused(browser: Browser) -> None:
    browser.stand.provider.spoil_userinfo = lambda claims: {**claims, "sub": "subject-pyotr"}
    assert browser.refusal(browser.sign_in()).status_code == 400


def test_rp_11_sign_out_ends_the_session_for_every_copy_of_its_cookie(browser: Browser) -> None:
    browser.sign_in()
    cookie = browser.client.get_cookie("rp_session")
    assert cookie is not None
    response = browser.client.post("/sign-out", data={"csrf_token": csrf_token(browser.get("/").text)})
    assert response.status_code == 303
    location = urlsplit(response.headers["Location"])
    assert location.path == "/oauth2/logout"
    parameters = {name: values[0] for name, values in parse_qs(location.query).items()}
    assert parameters == {
        "client_id": "registry",
        "post_logout_redirect_uri": "http://localhost:8500/signed-out",
        "logout_hint": "sid-1",
    }
    browser.client.set_cookie("rp_session", cookie.value)
    assert browser.get("/").status_code == 302
    assert browser.get("/signed-out").status_code == 200


def test_sign_out_needs_the_proof_of_our_own_form(browser: Browser) -> None:
    browser.sign_in()
    assert browser.client.post("/sign-out").status_code == 403
    assert browser.get("/").status_code == 200


def test_sign_out_works_while_the_provider_is_away(browser: Browser) -> None:
    browser.sign_in()
    token = csrf_token(browser.get("/").text)
    browser.stand.clock.advance(700)
    browser.stand.transport.hosts[ISSUER] = None
    assert browser.client.post("/sign-out", data={"csrf_token": token}).headers["Location"] == "/signed-out"
    assert browser.get("/").status_code == 503


def test_a_session_ends_after_fifteen_minutes_without_use(browser: Browser) -> None:
    browser.sign_in()
    for _ in range(3):
        browser.stand.clock.advance(IDLE_SECONDS - 1)
        assert browser.get("/").status_code == 200
    browser.stand.clock.advance(IDLE_SECONDS)
    assert browser.get("/").status_code == 302


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(browser: Browser) -> None:
    browser.sign_in()
    begun = browser.stand.clock.now()
    while browser.stand.clock.now() + 600 < begun + ABSOLUTE_SECONDS:
        browser.stand.clock.advance(600)
        assert browser.get("/regions").status_code == 200
    assert browser.get("/").status_code == 200
    browser.stand.clock.advance(600)
    assert browser.get("/").status_code == 302


def test_a_new_sign_in_has_a_new_cookie_and_ends_the_old_session(browser: Browser) -> None:
    browser.sign_in()
    first = browser.client.get_cookie("rp_session")
    away = browser.stand.provider.approve(browser.stand.browser().leave_for())
    assert first is not None
    assert "reason=state" in browser.come_back(away).headers["Location"]
    browser.client.delete_cookie("rp_session")
    url = browser.leave_for()
    browser.client.set_cookie("rp_session", first.value)
    browser.come_back(browser.stand.provider.approve(url))
    second = browser.client.get_cookie("rp_session")
    assert second is not None
    assert second.value != first.value
    browser.client.set_cookie("rp_session", first.value)
    assert browser.get("/").status_code == 302


def test_two_people_in_one_browser_do_not_mix(browser: Browser) -> None:
    browser.sign_in()
    assert "Прививка, вторая доза" in browser.get("/").text
    browser.client.delete_cookie("rp_session")
    browser.stand.provider.person = dict(PYOTR)
    browser.sign_in()
    page = browser.get("/").text
    assert "Пётр Н." in page
    assert "Прививка, вторая доза" not in page


def test_a_person_whom_the_register_does_not_know_is_told_so(browser: Browser) -> None:
    browser.stand.provider.person = dict(STRANGER)
    browser.sign_in()
    page = browser.get("/")
    assert page.status_code == 200
    assert "Вас нет в регистре" in page.text


@pytest.mark.parametrize("change", [{"birthdate": "1984-02-15"}, {"snils": "000-000-018 00"}, {"snils": "nonsense"}])
def test_matching_needs_snils_and_birth_date_together(browser: Browser, change: dict[str, str]) -> None:
    browser.stand.provider.person |= change
    browser.sign_in()
    assert "Вас нет в регистре" in browser.get("/").text


def test_claims_that_contradict_an_earlier_link_open_nothing(browser: Browser) -> None:
    browser.sign_in()
    browser.client.delete_cookie("rp_session")
    browser.stand.provider.person = {**PYOTR, "sub": "subject-vera"}
    browser.sign_in()
    assert "Вас нет в регистре" in browser.get("/").text


def test_a_linked_person_who_gives_no_claims_is_known_again(browser: Browser) -> None:
    browser.sign_in()
    browser.client.delete_cookie("rp_session")
    browser.stand.provider.person = {"sub": "subject-vera", "given_name": "Вера"}
    browser.sign_in()
    assert "Прививка, вторая доза" in browser.get("/").text


def test_rp_12_tokens_and_codes_are_in_no_page_no_log_and_not_in_the_database_file(
    browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    issued: list[str] = []

    def keep(answer: Claims) -> Claims:
        issued.extend((answer["access_token"], answer["id_token"]))
        return answer

    browser.stand.provider.spoil_tokens = keep
    callback = browser.stand.provider.approve(browser.leave_for())
    code = parse_qs(urlsplit(callback).query)["code"][0]
    response = browser.come_back(callback)
    cookie = browser.client.get_cookie("rp_session")
    assert cookie is not None
    pages = [browser.get("/"), browser.get("/regions/77"), browser.client.post("/sign-out")]
    told = "".join(page.text + str(page.headers) for page in pages) + response.headers["Location"] + response.text
    stored = b"".join(path.read_bytes() for path in browser.stand.home.variable.glob("rp.sqlite3*"))
    assert len(issued) == 2
    for secret in (*issued, code):
        assert secret not in told
        assert secret not in caplog.text
        assert secret.encode() not in stored
    assert cookie.value.encode() not in stored
    assert cookie.value not in caplog.text


def test_the_session_cookie_is_out_of_reach_of_scripts(browser: Browser) -> None:
    response = browser.sign_in()
    cookie = next(value for value in response.headers.getlist("Set-Cookie") if value.startswith("rp_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


@pytest.mark.parametrize(
    "path",
    ["/sign-in/callback", "/sign-in/callback?state=", "/sign-in/callback?state=" + "a" * 300, "/sign-in/callback?code=x&state=y"],
)
def test_a_callback_nobody_asked_for_is_a_real_page(browser: Browser, path: str) -> None:
    page = browser.refusal(browser.get(path))
    assert page.status_code == 400
    assert "ТН-" in page.text


@pytest.mark.parametrize("path", ["/sign-in/callback?state=a&state=b", "/sign-in/refused", "/sign-in/refused?reason=other"])
def test_a_broken_request_is_a_real_page(browser: Browser, path: str) -> None:
    page = browser.get(path)
    assert page.status_code in (400, 404)
    assert "ТН-" in page.text


def csrf_token(page: str) -> str:
    """The proof that stands in the page's form."""
    found = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]
