"""A notice on the telephone: the number of this page, on a telephone of this person, once, in two minutes, not too often."""

import re
from typing import Any

import pytest
import requests
from joserfc.jwk import ECKey, OctKey

from idp.throttling.pace import Pace
from tests.browser import Browser
from tests.idp.application import Application
from tests.idp.control.conftest import Control
from tests.idp.stand import Stand
from tests.suites.sign_in_methods.driver import attempt_of, to_page
from tests.suites.sign_in_methods.push import go_on, number_on, page

VERA, MAYA = "vera@example.test", "maya@example.test"


@pytest.fixture
def control(stand: Stand) -> Control:
    return Control(stand.control())


@pytest.fixture
def application(stand: Stand) -> Application:
    return Application.of_seed(stand)


def state_of(browser: Browser, address: str | None = None) -> requests.Response:
    """What the script of a page is told."""
    return browser.session.get(address or f"{attempt_of(browser)}/push/state")


def is_in(browser: Browser) -> bool:
    return "consent" in browser.forms()


def last(stand: Stand, action: str) -> dict[str, Any]:
    return dict(next(event for event in reversed(stand.events()) if event["action"] == action))


def test_r040_right_number_lets_in_after_the_page_has_waited_for_it(stand: Stand, application: Application) -> None:
    browser = page(stand)
    notice = application.waiting()[0]
    assert number_on(browser) in notice["numbers"]
    assert len(set(notice["numbers"])) == 3
    assert all(10 <= number <= 99 for number in notice["numbers"])
    assert (notice["client"], notice["host"]) == ("Учебная поликлиника", "localhost:9999")
    assert state_of(browser).json() == {"state": "waiting"}
    go_on(browser)
    assert "Ответа с телефона пока нет." in browser.text
    assert browser.status == 400
    assert application.answer(notice["id"], number=number_on(browser)).status_code == 200
    assert state_of(browser).json() == {"state": "approved"}
    assert is_in(go_on(browser))
    assert application.waiting() == []


@pytest.mark.parametrize(("decision", "is_decoy", "said"), [("deny", False, "Это не я"), ("approve", True, "другое число")])
def test_r040_no_and_a_decoy_let_nobody_in_and_count(
    stand: Stand, application: Application, decision: str, is_decoy: bool, said: str
) -> None:
    browser = page(stand)
    notice, right = application.waiting()[0], number_on(browser)
    number = next(each for each in notice["numbers"] if (each != right) == is_decoy)
    application.answer(notice["id"], number=number, decision=decision)
    assert said in go_on(browser).text
    assert stand.rows("SELECT count FROM counters WHERE name = 'sign-in failures'") == [(1,)]
    assert application.answer(notice["id"], number=right).status_code == 409, "the first answer is final"
    assert not is_in(browser.open(browser.url))


def test_after_a_no_another_notice_may_be_sent_and_approved(stand: Stand, application: Application) -> None:
    browser = page(stand)
    application.answer(application.waiting()[0]["id"], decision="deny")
    go_on(browser).submit("again-form", "again")
    application.answer(application.waiting()[0]["id"], number=number_on(browser))
    assert is_in(go_on(browser))


def test_second_view_of_the_page_sends_no_second_notice(stand: Stand, application: Application) -> None:
    browser = page(stand)
    number = number_on(browser)
    assert number_on(browser.open(browser.url)) == number
    assert len(application.waiting()) == 1


def test_lm_28_answer_to_one_page_is_worth_nothing_at_another(stand: Stand, application: Application) -> None:
    first = page(stand)
    old, number = application.waiting()[0], number_on(first)
    second = page(stand)
    assert [notice["id"] for notice in application.waiting()] != [old["id"]]
    assert len(application.waiting()) == 1, "the newer one takes the place of the older"
    answer = application.answer(old["id"], number=number)
    assert (answer.status_code, answer.json()) == (409, {"error": "answered"})
    assert "сменился более новым" in go_on(first).text
    assert "пока нет" in go_on(second).text


def test_lm_28_first_answer_is_final(stand: Stand, application: Application) -> None:
    browser = page(stand)
    notice, number = application.waiting()[0], number_on(browser)
    assert application.answer(notice["id"], number=number).status_code == 200
    assert application.answer(notice["id"], number=number).status_code == 409
    assert application.answer(notice["id"], decision="deny").status_code == 409
    assert is_in(go_on(browser))
    assert application.answer(notice["id"], number=number).status_code == 409


def test_lm_28_answer_that_comes_after_two_minutes_is_refused(stand: Stand, application: Application) -> None:
    browser = page(stand)
    notice, number = application.waiting()[0], number_on(browser)
    stand.clock.advance(119)
    assert application.waiting()
    stand.clock.advance(1)
    assert application.waiting() == []
    answer = application.answer(notice["id"], number=number)
    assert (answer.status_code, answer.json()) == (409, {"error": "expired"})
    assert state_of(browser).json() == {"state": "expired"}
    assert "не ответили вовремя" in go_on(browser).text


def test_lm_28_approval_is_used_once(stand: Stand, application: Application) -> None:
    browser = page(stand)
    application.answer(application.waiting()[0]["id"], number=number_on(browser))
    form = browser.forms()["push-form"]
    assert is_in(go_on(browser))
    stand.execute("UPDATE sign_in_attempts SET completed_sid = NULL, factors = '[]'")
    browser.session.post(form.action, data=form.values)
    assert stand.actions().count("proof.checked") == 1


def test_lm_29_notices_are_few_however_often_somebody_starts(stand: Stand, application: Application) -> None:
    seen = set()
    for _ in range(20):
        browser = page(stand)
        seen |= {notice["id"] for notice in application.waiting()}
        stand.clock.advance(3)
    assert len(seen) == 3
    assert browser.status == 429
    assert "слишком много запросов" in browser.text
    assert 'id="way-code"' in browser.answer.text, "the other ways are offered"
    assert stand.rows("SELECT count(*) FROM device_requests") == [(3,)]
    stand.clock.advance(600)
    assert number_on(page(stand))


def test_lm_29_asking_again_on_one_page_is_limited_too(stand: Stand, application: Application) -> None:
    browser = page(stand)
    for _ in range(2):
        browser.submit("again-form", "again")
        assert browser.status == 200
    browser.submit("again-form", "again")
    assert browser.status == 429
    assert "слишком много запросов" in browser.text


@pytest.mark.parametrize("path", ["sign-in/{id}/push/state", "sign-in/{id}/qr/state", "sign-in/{id}/nothing/state"])
def test_lm_30_guessed_pages_and_methods_are_told_one_thing(stand: Stand, path: str) -> None:
    browser = page(stand)
    known = attempt_of(browser).rpartition("/")[2]
    ids = ["00000000-0000-4000-8000-000000000000", "x", known]
    answers = [stand.browser().session.get(f"{stand.issuer}/{path.format(id=each)}") for each in ids]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, '{"error":"not_found"}\n')}


def test_lm_30_who_asks_a_hundred_times_a_second_is_told_to_slow_down(
    stand: Stand, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("idp.throttling.pace.monotonic_seconds", lambda: now[0])
    browser = page(stand)
    statuses = []
    for _ in range(100):
        statuses.append(state_of(browser).status_code)
        now[0] += 0.01
    assert statuses == [200] * 3 + [429] * 97
    now[0] += 1
    assert state_of(browser).status_code == 200, "nobody is shut out for it"
    for _ in range(10):
        now[0] += 0.5
        assert state_of(browser).status_code == 200, "twice a second is not too fast"


def test_lm_30_pace_remembers_no_more_than_it_has_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idp.throttling.pace.MOST_KNOWN", 2)
    monkeypatch.setattr("idp.throttling.pace.monotonic_seconds", lambda: 1.0)
    pace = Pace()
    for _ in range(3):
        assert not pace.is_too_fast("one")
    assert pace.is_too_fast("one")
    assert not pace.is_too_fast("two")
    assert not pace.is_too_fast("three")
    assert not pace.is_too_fast("one"), "forgotten meanwhile"


def test_lm_31_telephone_of_somebody_else_is_refused_and_the_journal_says_so(stand: Stand, application: Application) -> None:
    stranger = Application.enrolled(stand, MAYA)
    browser = page(stand)
    notice = application.waiting()[0]
    assert stranger.waiting() == []
    assert stranger.read_code(f"/x/{notice['id']}").status_code == 404
    answer = stranger.answer(notice["id"], number=number_on(browser))
    assert (answer.status_code, answer.json()) == (403, {"error": "foreign"})
    event = last(stand, "device.answered")
    assert (event["outcome"], event["actor"]) == ("foreign", f"citizen:{stand.citizen(MAYA)}")
    assert event["object"] == f"device request:{notice['id']}"
    assert "пока нет" in go_on(browser).text
    assert application.answer(notice["id"], number=number_on(browser)).status_code == 200, "it has used nothing up"


def test_lm_31_token_without_the_key_of_the_telephone_approves_nothing(stand: Stand, application: Application) -> None:
    browser = page(stand)
    notice, number = application.waiting()[0], number_on(browser)
    thief = Application(application.issuer, stand.http(), ECKey.generate_key("P-256"), application.token)
    assert thief.answer(notice["id"], number=number).json() == {"error": "signature_wrong"}
    assert last(stand, "device.answered")["outcome"] == "signature_wrong"
    assert "пока нет" in go_on(browser).text


def test_key_without_a_token_is_nobody(stand: Stand, application: Application) -> None:
    page(stand)
    notice = application.waiting()[0]
    application.token = "x" * 43
    for answer in (application.answer(notice["id"]), application.read_code(f"/x/{notice['id']}")):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def forged(application: Application, notice: dict[str, Any]) -> list[object]:
    right = application.sign(notice["id"], number=notice["numbers"][0])
    head, body, signature = right.split(".")
    by_secret = application.sign(notice["id"]).rpartition(".")[0]
    return [
        "", "a.b.c", None, 7, {}, ["x"], right + "A", f"{head}.{body}.", f"{head}.{body[:-4]}AAAA.{signature}",
        f"eyJhbGciOiJub25lIn0.{body}.", application.sign("another request", number=1), application.sign(notice["id"], typ="JWT"),
        application.sign(notice["id"], decision="perhaps"), application.sign(notice["id"], number="27"),
        application.sign(notice["id"], number=27.0), application.sign(notice["id"], number=True), "x" * 5000, by_secret,
    ]  # fmt: skip


def test_answer_that_is_not_the_telephones_own_word_is_refused(stand: Stand, application: Application) -> None:
    browser = page(stand)
    notice = application.waiting()[0]
    for answer in forged(application, notice):
        assert application.send(notice["id"], answer).status_code in (400, 403), answer
    symmetric = application.sign(notice["id"])
    assert OctKey.generate_key(256) is not None and symmetric
    assert application.waiting() == [notice]
    assert "пока нет" in go_on(browser).text


def test_number_that_is_none_of_the_three_is_refused_and_uses_nothing_up(stand: Stand, application: Application) -> None:
    browser = page(stand)
    notice = application.waiting()[0]
    other = next(number for number in range(10, 100) if number not in notice["numbers"])
    for number in (other, None):
        assert application.answer(notice["id"], number=number).status_code == 422
    assert application.answer(notice["id"], number=number_on(browser)).status_code == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"x", b'{"answer": 1}'])
def test_junk_at_the_door_of_the_application_is_a_bad_request(stand: Stand, application: Application, body: bytes) -> None:
    page(stand)
    address = f"{stand.issuer}/device/requests/{application.waiting()[0]['id']}/answer"
    answer = application.http.post(address, data=body, headers={"Authorization": f"Bearer {application.token}"})
    assert (answer.status_code, answer.json()) == (400, {"error": "malformed"})
    assert application.answer("nothing").status_code == 404
    assert application.answer("a\0b").status_code in (400, 404)


def test_op_01_restart_between_the_notice_and_its_answer_loses_nothing(stand: Stand) -> None:
    browser = page(stand)
    number = number_on(browser)
    again = Stand(stand.settings.home, stand.clock)
    browser.session.mount("http://", again.transport)  # type: ignore[arg-type]
    application = Application.of_seed(again)
    assert state_of(browser).json() == {"state": "waiting"}
    application.answer(application.waiting()[0]["id"], number=number)
    third = Stand(stand.settings.home, stand.clock)
    browser.session.mount("http://", third.transport)  # type: ignore[arg-type]
    assert is_in(go_on(browser))
    again.close()
    third.close()


def adding(stand: Stand) -> Browser:
    """Maya where she adds a telephone, after both of her factors."""
    browser = stand.browser().open(f"{stand.issuer}/account/security/push/add")
    stand.sign_in(browser, login=MAYA, password="oduvanchik-19")
    return browser.submit("code-form", "submit", code=stand.last_code())


def link_on(browser: Browser) -> str:
    found = re.search(r'id="link">([^<]+)</p>', browser.answer.text)
    assert found, browser.answer.text
    return found[1]


def test_telephone_is_added_at_the_account_and_approves_from_then_on(stand: Stand) -> None:
    browser = adding(stand)
    browser.submit("add-form", "submit")
    assert "Телефон ещё не прочитал код" in browser.text
    application = Application(stand.issuer, stand.http(), ECKey.generate_key("P-256"), "")
    assert application.enrol(link_on(browser), name="Телефон Майи").status_code == 201
    second = Application(stand.issuer, stand.http(), ECKey.generate_key("P-256"), "")
    assert second.enrol(link_on(browser)).status_code == 409, "a code is used once"
    browser.submit("add-form", "submit")
    assert browser.url == f"{stand.issuer}/account/security"
    assert "Телефон Майи" in browser.text
    assert "method.enrolled" in stand.actions()
    other = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    to_page(stand, other, "push", is_first=False, login=MAYA)
    assert "Телефон Майи" in other.text
    application.answer(application.waiting()[0]["id"], number=number_on(other))
    assert is_in(go_on(other))


def test_telephone_is_called_otherwise_and_taken_away(stand: Stand) -> None:
    browser = adding(stand)
    application = Application(stand.issuer, stand.http(), ECKey.generate_key("P-256"), "")
    device = application.enrol(link_on(browser)).json()["id"]
    browser.submit("add-form", "submit")
    base = f"{stand.issuer}/account/security/push"
    csrf = next(form.values["csrf_token"] for form in browser.forms().values() if "csrf_token" in form.values)
    vera = stand.rows("SELECT id FROM devices")
    strange = next(str(row[0]) for row in vera if row[0] != device)
    for action in ("rename", "remove"):
        assert browser.session.post(f"{base}/{strange}/{action}", data={"csrf_token": csrf, "name": "Моё"}).status_code == 404
    browser.session.post(f"{base}/{device}/rename", data={"csrf_token": csrf, "name": "Старый телефон"})
    assert "Старый телефон" in browser.open(f"{stand.issuer}/account/security").text
    browser.session.post(f"{base}/{device}/remove", data={"csrf_token": csrf})
    assert "Старый телефон" not in browser.open(f"{stand.issuer}/account/security").text
    assert application.read_code("/x/y").status_code == 401


def test_code_of_a_telephone_that_nobody_read_in_time_is_drawn_anew(stand: Stand) -> None:
    browser = adding(stand)
    old = link_on(browser)
    stand.clock.advance(299)
    assert link_on(browser.open(browser.url)) == old
    stand.execute("UPDATE device_requests SET expires_at = ?", stand.clock.now())
    application = Application(stand.issuer, stand.http(), ECKey.generate_key("P-256"), "")
    assert application.enrol(old).status_code == 409
    browser.submit("add-form", "submit")
    assert "Код на экране сменился" in browser.text
    assert link_on(browser) != old


@pytest.mark.parametrize(
    "key",
    [
        {}, [], "x", {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, {"kty": "oct", "k": "AAAA"},
        {"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}, ECKey.generate_key("P-256").as_dict(private=True),
        {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "B" * 43},
    ],
)  # fmt: skip
def test_key_that_is_none_is_refused_and_uses_no_code_up(stand: Stand, key: object) -> None:
    link = link_on(adding(stand))
    application = Application(stand.issuer, stand.http(), ECKey.generate_key("P-256"), "")
    assert application.enrol(link, key=key).status_code == 422
    assert application.enrol(link, name="").status_code == 400
    assert application.enrol(link).status_code == 201


def test_code_that_is_none_adds_nothing_and_a_camera_is_told_what_to_do(stand: Stand, application: Application) -> None:
    page(stand)
    notice = application.waiting()[0]["id"]
    for code in ("nothing", notice):
        assert application.enrol(f"{stand.issuer}/device/enrol/{code}").status_code == 404
    for path in ("device/enrol/nothing", "qr/nothing"):
        browser = stand.browser().open(f"{stand.issuer}/{path}")
        assert "Этот код читает приложение" in browser.text


def test_token_and_name_of_a_telephone_stand_nowhere_in_the_open(stand: Stand, application: Application) -> None:
    for row in stand.rows("SELECT * FROM devices"):
        assert application.token not in str(row)
        assert "Ромашка" not in str(row)
        assert '"d"' not in str(row)


def test_test_api_signs_in_with_a_notice_as_often_as_it_likes(stand: Stand, control: Control) -> None:
    for _ in range(5):
        told = control.post("/login", person=VERA, methods=[{"name": "password"}, {"name": "push"}])
        assert (told["outcome"], told["amr"]) == ("done", ["pwd", "swk", "user", "mfa"])
    for script, reason in (("wrong", "wrong_number"), ("time_out", "expired")):
        told = control.post("/login", person=VERA, methods=[{"name": "password"}, {"name": "push", "script": script}])
        assert (told["outcome"], told["reason"]) == ("refused", reason)
