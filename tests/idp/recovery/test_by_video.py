"""Recovery by a recording: it waits for an operator, who compares it with the document, for a day."""

import struct

import pytest

from idp.app import run_due_jobs
from idp.authentication import incident
from tests.browser import Browser
from tests.idp.recovery.locked_out import DONE, LOCKED, NOBODY, PASSWORD, RECOVERY, VERA, ask, lock, seen, tried
from tests.idp.stand import CONTROL, CONTROL_TOKEN, ISSUER, Stand

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture of nobody" * 20
MP4 = struct.pack(">I", 24) + b"ftypisom" + b"\0" * 400
MEDIA = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0" + b"x" * 100,
    "video/mp4": MP4,
    "video/quicktime": struct.pack(">I", 20) + b"ftypqt  " + b"\0" * 100,
    "video/webm": b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + b"\0" * 100,
}
NOT_MEDIA = {
    "empty": b"",
    "page": b"<html><script>alert(1)</script></html>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "heic": struct.pack(">I", 24) + b"ftypheic" + b"\0" * 100,
    "matroska": b"\x1a\x45\xdf\xa3" + b"\0" * 100,
    "pdf": b"%PDF-1.7",
}
QUEUE = f"{ISSUER}/staff/recoveries"
PYOTR = "pyotr@example.test"


def send(browser: Browser, content: bytes = MP4, *, name: str = "me.mp4") -> Browser:
    """Send the form of a recording."""
    form = browser.forms()["recording-form"]
    browser.answer = browser.session.post(form.action, data=form.values, files={"recording": (name, content)})
    return browser


def operator(stand: Stand, login: str = PYOTR, password: str = "nezabudka-18") -> Browser:
    """An operator at the queue."""
    stand.give_role(login, "operator")
    browser = stand.browser().open(QUEUE)
    stand.sign_in(browser, login=login, password=password)
    if "code-form" in browser.forms():
        browser.submit("code-form", "submit", code=stand.last_code())
    assert browser.url == QUEUE, browser.text
    return browser


def opened(stand: Stand, browser: Browser) -> Browser:
    """The operator at the recording that waits."""
    recovery = stand.rows("SELECT id FROM recoveries WHERE way = 'video' AND citizen_id IS NOT NULL")[0][0]
    return browser.open(f"{QUEUE}/{recovery}")


def test_r101_a_recording_waits_is_approved_and_lets_in(stand: Stand) -> None:
    lock(stand)
    waits = send(ask(stand, "video"))
    assert waits.status == 200 and "Ждём решения оператора" in waits.text
    assert LOCKED in tried(stand).text
    desk = operator(stand)
    assert "Ромашкина Вера Тимофеевна" in desk.text
    page = opened(stand, desk)
    assert "0000 000017" in page.text and "1984-02-14" in page.text
    assert "Никто не ждёт" in page.submit("approve-form", "approve").text
    assert DONE in waits.open(waits.url).text and "Войти можно сразу" in waits.text
    assert "idp_session" not in waits.session.cookies
    assert tried(stand).url == f"{ISSUER}/account"
    assert "восстановлен по видео" in stand.sms()[-1]
    assert {"recovery.proved", "recovery.ended", "account.unlocked"} <= set(stand.actions())


def test_r101_a_rejected_one_is_still_locked_and_reads_why(stand: Stand) -> None:
    lock(stand)
    waits = send(ask(stand, "video"), PNG)
    page = opened(stand, operator(stand))
    assert page.submit("reject-form", "reject").status == 400, "a reason is owed"
    page.submit("reject-form", "reject", reason="Лица не видно: снимите при свете.")
    shown = waits.open(waits.url)
    assert "Оператор не подтвердил запись" in shown.text and "Лица не видно" in shown.text
    assert LOCKED in tried(stand).text
    assert "recovery.ended rejected" in stand.actions()


@pytest.mark.parametrize("stand_settings", [{"unlock_seconds": 300}])
def test_r102_after_an_approval_the_page_says_when(stand: Stand) -> None:
    lock(stand)
    waits = send(ask(stand, "video"))
    opened(stand, operator(stand)).submit("approve-form", "approve")
    assert "в течение 10 минут: войти можно с " in waits.open(waits.url).text
    assert LOCKED in tried(stand).text
    stand.clock.advance(300)
    assert tried(stand).url == f"{ISSUER}/account"


def test_i27_after_a_day_it_is_over_and_gone(stand: Stand) -> None:
    lock(stand)
    waits = send(ask(stand, "video"))
    stand.clock.advance(86_400)
    assert "Срок проверки истёк" in waits.open(waits.url).text
    page = opened(stand, operator(stand))
    assert "approve-form" not in page.forms()
    run_due_jobs(stand.realm)
    assert stand.rows("SELECT count(*) FROM recordings") == [(0,)]
    assert "recording.removed" in stand.actions()
    assert LOCKED in tried(stand).text


def test_it_may_still_be_decided_in_the_last_second(stand: Stand) -> None:
    lock(stand)
    waits = send(ask(stand, "video"))
    stand.clock.advance(86_399)
    opened(stand, operator(stand)).submit("approve-form", "approve")
    assert DONE in waits.open(waits.url).text


@pytest.mark.parametrize("stand_settings", [{"recording_days": 3}])
def test_a_recording_goes_days_after_the_decision(stand: Stand) -> None:
    send(ask(stand, "video"))
    opened(stand, operator(stand)).submit("approve-form", "approve")
    stand.clock.advance(3 * 86_400 - 1)
    run_due_jobs(stand.realm)
    assert stand.rows("SELECT count(*) FROM recordings") == [(1,)]
    stand.clock.advance(1)
    run_due_jobs(stand.realm)
    assert stand.rows("SELECT count(*) FROM recordings") == [(0,)]


@pytest.mark.parametrize("media_type", MEDIA)
def test_what_is_shown_is_what_it_is_by_its_content(stand: Stand, media_type: str) -> None:
    send(ask(stand, "video"), MEDIA[media_type], name="me.html")
    page = opened(stand, operator(stand))
    answer = page.session.get(f"{page.url}/recording")
    assert answer.content == MEDIA[media_type] and answer.headers["Content-Type"] == media_type
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert stand.actions().count("recording.viewed") == 1


@pytest.mark.parametrize("name", NOT_MEDIA)
def test_what_is_no_recording_is_refused_and_may_be_sent_anew(stand: Stand, name: str) -> None:
    browser = send(ask(stand, "video"), NOT_MEDIA[name])
    assert browser.status == 400 and "recording-form" in browser.forms()
    assert stand.rows("SELECT count(*) FROM recordings") == [(0,)]
    assert "Ждём решения" in send(browser).text


def test_a_recording_over_twenty_megabytes_is_refused_before_it_is_read(stand: Stand) -> None:
    browser = ask(stand, "video")
    form = browser.forms()["recording-form"]
    huge = MP4 + b"\0" * (20 * 1024 * 1024 + 64 * 1024)
    answer = browser.session.post(form.action, data=form.values, files={"recording": ("me.mp4", huge)})
    assert answer.status_code == 413
    below = browser.session.post(form.action, data=form.values, files={"recording": ("me.mp4", huge[: 20 * 1024 * 1024 + 1])})
    assert below.status_code == 413
    assert stand.rows("SELECT count(*) FROM recordings") == [(0,)]
    fits = browser.session.post(form.action, data=form.values, files={"recording": ("me.mp4", huge[: 20 * 1024 * 1024])})
    assert fits.status_code == 200 and "Ждём решения" in fits.text
    csrf = form.values["csrf_token"]
    elsewhere = browser.session.post(RECOVERY, data={"csrf_token": csrf, "login": "x" * 300_000})
    assert elsewhere.status_code == 413, "no other address takes so much"


def test_a_recording_is_sealed_and_taken_once_and_from_a_page_of_ours(stand: Stand) -> None:
    browser = ask(stand, "video")
    form = browser.forms()["recording-form"]
    forged = browser.session.post(form.action, files={"recording": ("me.mp4", MP4)})
    assert forged.status_code == 403
    send(browser, PNG)
    assert b"a picture of nobody" not in bytes(stand.rows("SELECT sealed FROM recordings")[0][0])  # type: ignore[call-overload]
    again = browser.session.post(form.action, data=form.values, files={"recording": ("me.mp4", MP4)})
    assert again.status_code == 404
    assert stand.rows("SELECT count(*) FROM recordings") == [(1,)]
    other = stand.browser().open(RECOVERY)
    assert other.open(browser.url).status == 404


def test_r101_a_login_that_nobody_has_is_answered_in_the_same_words(stand: Stand) -> None:
    known, unknown = ask(stand, "video"), ask(stand, "video", NOBODY)
    assert seen(known, VERA) == seen(unknown, NOBODY)
    assert seen(send(known), VERA) == seen(send(unknown), NOBODY)
    desk = operator(stand)
    assert desk.text.count("Ждёт с") == 1
    nobodys = stand.rows("SELECT id FROM recoveries WHERE citizen_id IS NULL")[0][0]
    assert desk.open(f"{QUEUE}/{nobodys}").status == 404
    stand.clock.advance(86_400)
    assert seen(known.open(known.url), VERA) == seen(unknown.open(unknown.url), NOBODY)


def test_nobody_decides_their_own_account(stand: Stand) -> None:
    waits = send(ask(stand, "video", PYOTR))
    desk = operator(stand)
    assert "решит другой оператор" in desk.text
    page = opened(stand, desk)
    assert page.status == 403
    csrf = desk.open(f"{ISSUER}/recovery").forms()["recovery-form"].values["csrf_token"]
    recovery = stand.rows("SELECT id FROM recoveries")[0][0]
    for path in (f"{QUEUE}/{recovery}/recording", f"{QUEUE}/{recovery}"):
        assert desk.session.get(path).status_code == 403
    data = {"csrf_token": csrf, "decision": "approve"}
    assert desk.session.post(f"{QUEUE}/{recovery}", data=data).status_code == 403
    assert "Ждём решения" in waits.open(waits.url).text
    assert "access.refused own" in stand.actions()


def test_i14_an_operator_does_not_lift_an_incident(stand: Stand) -> None:
    send(ask(stand, "video"))
    with stand.realm.database.write() as connection:
        vera = stand.citizen(VERA)
        incident.open_incident(stand.realm, connection, vera, rule="officer", reason="test", actor="citizen:officer")
    page = opened(stand, operator(stand))
    assert "approve-form" not in page.forms() and "инцидент" in page.text
    data = page.forms()["reject-form"].values | {"decision": "approve"}
    assert page.session.post(page.url, data=data).status_code == 409
    assert LOCKED in tried(stand, PASSWORD).text


def test_a_decision_is_made_once(stand: Stand) -> None:
    lock(stand)
    send(ask(stand, "video"))
    first, second = operator(stand), operator(stand, "maya@example.test", "oduvanchik-19")
    late = opened(stand, second)
    opened(stand, first).submit("reject-form", "reject", reason="Это не вы.")
    assert late.submit("approve-form", "approve").status == 409
    assert LOCKED in tried(stand).text


@pytest.mark.parametrize("stand_settings", [{"failures_per_address": 60}])
def test_an_address_sends_five_recordings_an_hour(stand: Stand) -> None:
    browsers = [send(ask(stand, "video", f"nobody-{number}@example.test")) for number in range(6)]
    assert [browser.status for browser in browsers] == [200] * 5 + [429]
    assert "recording-form" in browsers[-1].forms()
    assert stand.rows("SELECT count(*) FROM recordings") == [(5,)]


def test_a_citizen_sees_no_queue(stand: Stand) -> None:
    send(ask(stand, "video"))
    browser = tried(stand)
    assert browser.open(QUEUE).status == 403
    assert opened(stand, browser).status == 403


def test_the_request_is_found_again_from_the_first_page(stand: Stand) -> None:
    waits = send(ask(stand, "video"))
    assert f'href="{waits.url.removeprefix(ISSUER)}"' in waits.open(RECOVERY).answer.text


def test_what_was_recorded_goes_with_the_person(stand: Stand) -> None:
    send(ask(stand, "video"))
    control = stand.control().session
    control.headers["Authorization"] = f"Bearer {CONTROL_TOKEN}"
    assert control.delete(f"{CONTROL}/people/{stand.citizen(VERA)}").status_code == 204
    assert stand.rows("SELECT count(*) FROM recordings") == [(0,)] and stand.rows("SELECT count(*) FROM recoveries") == [(0,)]
