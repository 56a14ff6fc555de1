"""Applications for a visit, from draft to answer (R149), and the certificate that asks for a СНИЛС (R015, R086)."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from rp.database import JOURNAL
from rp.requests.filing import MOST_UNDECIDED
from tests.rp.conftest import Stand
from tests.rp.requests.desk import ANTON, CLINIC, GLEB, OLGA, PYOTR, VERA, Desk, ask_for_vaccination, desk_of, place_of


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


def test_r149_a_draft_is_sent_and_has_a_number_and_a_state(stand: Stand) -> None:
    vera = desk_of(stand)
    path = ask_for_vaccination(stand, vera, "action=draft")
    page = vera.open(path).text
    assert "черновик" in page
    assert 'id="number"' not in page
    answer = vera.press(page, "send-form")
    assert answer.headers["Location"] == path
    assert vera.number_of(path) == "ЗР-2026-000001"
    assert vera.state_of(path) == "на рассмотрении"
    assert "ЗР-2026-000001" in vera.open("/requests").text
    test = vera.file("test", test="pcr", place=place_of(stand, CLINIC), day="2026-12-01")
    assert vera.number_of(test) == "ЗР-2026-000002"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("place", "", "Выберите, где."),
        ("day", "", "Укажите день."),
        ("day", "2026-11-21", "Эта дата уже прошла."),
        ("day", "05.12.2026", "Неверный формат даты"),
        ("day", "2028-01-01", "Выберите день не дальше чем через год."),
        ("place", "another", "Выберите одно из списка."),
    ],
)
def test_r149_place_and_day_are_asked_for_and_a_past_day_is_the_days_error(
    stand: Stand, field: str, value: str, sentence: str
) -> None:
    vera = desk_of(stand)
    typed = {"dose": "1", "place": place_of(stand, CLINIC), "day": "2026-12-05", "comment": "после обеда", field: value}
    answer = vera.send("/requests/new/vaccination", "request-form", "action=send", **typed)
    assert answer.status_code == 422
    error = re.search(rf'id="{field}-error".*?</p>', answer.text, re.S)
    assert error and sentence in error[0]
    assert len(re.findall(r'aria-invalid="true"', answer.text)) == 1
    assert "после обеда" in answer.text
    assert "Заявлений пока нет" in vera.open("/requests").text


def test_r149_today_is_a_day_that_can_be_asked_for(stand: Stand) -> None:
    vera = desk_of(stand)
    assert vera.number_of(ask_for_vaccination(stand, vera, day="2026-11-22"))


def test_r149_a_form_sent_twice_is_one_application(stand: Stand) -> None:
    vera = desk_of(stand)
    page = vera.open("/requests/new/vaccination").text
    typed = {"dose": "1", "place": place_of(stand, CLINIC), "day": "2026-12-05", "action": "send"}
    first, second = (vera.press(page, "request-form", **typed) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert len(re.findall("ЗР-2026-", vera.open("/requests").text)) == 1
    draft = ask_for_vaccination(stand, vera, "action=draft")
    page = vera.open(draft).text
    assert [vera.press(page, "send-form").headers["Location"] for _ in range(2)] == [draft, draft]
    assert vera.number_of(draft) == "ЗР-2026-000002"


def test_r149_the_same_sent_again_from_the_form_one_went_back_to_is_the_first_application(stand: Stand) -> None:
    vera = desk_of(stand)
    first = ask_for_vaccination(stand, vera, "action=send")
    again = ask_for_vaccination(stand, vera, "action=send")
    assert again == f"{first}?twin=1"
    assert "Такое заявление уже на рассмотрении" in vera.open(again).text
    assert len(re.findall("ЗР-2026-", vera.open("/requests").text)) == 1
    vera.press(vera.open(first).text, "withdraw-form")
    page = vera.open(f"{first}?twin=1").text
    assert "Такое заявление уже на рассмотрении" not in page
    assert 'href="/requests/new/vaccination"' in page, "what was withdrawn can be asked once more"
    assert ask_for_vaccination(stand, vera, "action=send") not in (first, again)


def test_r149_a_form_sent_twice_at_the_same_time_is_one_application(stand: Stand) -> None:
    vera = desk_of(stand)
    page = vera.open("/requests/new/vaccination").text
    typed = {"dose": "1", "place": place_of(stand, CLINIC), "day": "2026-12-05", "action": "send"}
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: vera.press(page, "request-form", **typed), range(4)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len(re.findall("ЗР-2026-", vera.open("/requests").text)) == 1


def test_r149_a_draft_is_kept_as_it_was_typed_and_judged_when_it_is_sent(stand: Stand) -> None:
    vera = desk_of(stand)
    path = vera.file("vaccination", "action=draft", dose="2", place="", day="завтра")
    answer = vera.press(vera.open(path).text, "send-form")
    assert answer.headers["Location"] == f"{path}/edit?judged=1"
    page = vera.open(f"{path}/edit?judged=1").text
    assert "Неверный формат даты" in page
    assert 'value="завтра"' in page
    answer = vera.press(page, "request-form", "action=send", dose="2", place=place_of(stand, CLINIC), day="2026-12-05")
    assert answer.headers["Location"] == path
    assert vera.state_of(path) == "на рассмотрении"


def test_r149_a_draft_whose_day_has_passed_meanwhile_is_not_sent(stand: Stand) -> None:
    path = ask_for_vaccination(stand, desk_of(stand), "action=draft", day="2026-11-22")
    stand.clock.advance(3 * 24 * 3600)
    vera = desk_of(stand)
    assert vera.press(vera.open(path).text, "send-form").headers["Location"] == f"{path}/edit?judged=1"
    assert vera.state_of(path) == "черновик"


def test_r149_an_application_is_withdrawn_while_nobody_has_decided(stand: Stand) -> None:
    vera = desk_of(stand)
    path = ask_for_vaccination(stand, vera)
    page = vera.open(path).text
    assert vera.press(page, "withdraw-form").headers["Location"] == path
    assert vera.state_of(path) == "отозвано"
    assert vera.press(page, "withdraw-form").status_code == 409
    olga = desk_of(stand, OLGA)
    assert "Никто не ждёт" in olga.open("/staff/requests").text


def test_a_draft_is_thrown_away(stand: Stand) -> None:
    vera = desk_of(stand)
    path = ask_for_vaccination(stand, vera, "action=draft")
    assert vera.press(vera.open(path).text, "discard-form").headers["Location"] == "/requests"
    assert vera.open(path).status_code == 404


def test_a_person_has_no_more_undecided_requests_than_fit(sqlite_stand: Stand) -> None:
    vera = desk_of(sqlite_stand)
    drafts = [vera.file("certificate", "action=draft", about="vaccination") for _ in range(MOST_UNDECIDED)]
    page = vera.open("/requests/new/certificate").text
    assert vera.press(page, "request-form", "action=send", about="vaccination").status_code == 429
    vera.press(vera.open(drafts[0]).text, "discard-form")
    assert vera.press(page, "request-form", "action=send", about="vaccination").status_code == 303


def test_another_persons_request_and_no_request_are_the_same_404(stand: Stand) -> None:
    path = ask_for_vaccination(stand, desk_of(stand))
    pyotr = desk_of(stand, PYOTR)
    for address in (path, f"{path}/edit", f"{path}x", "/requests/unknown"):
        assert pyotr.open(address).status_code == 404
    token = {"csrf_token": re.findall(r'name="csrf_token" value="(\w+)"', pyotr.open("/requests/new/test").text)[0]}
    for deed in ("send", "withdraw", "discard", "edit"):
        assert pyotr.browser.client.post(f"{path}/{deed}", data=token).status_code == 404


def test_r149_the_organisation_decides_and_the_person_is_told(stand: Stand) -> None:
    path = ask_for_vaccination(stand, desk_of(stand))
    anton = desk_of(stand, ANTON)
    queue = anton.open("/staff/requests").text
    assert "ЗР-2026-000001" in queue
    page = anton.open(f"/staff{path}").text
    assert "Ромашкина Вера Тимофеевна" in page
    assert anton.press(page, "decision-form", "decision=grant", answer="").status_code == 422
    answer = anton.press(page, "decision-form", "decision=grant", answer="Ждём вас в 10:00, кабинет 12.")
    assert answer.headers["Location"] == "/staff/requests?said=grant"
    vera = desk_of(stand)
    assert vera.state_of(path) == "одобрено"
    assert "Ждём вас в 10:00, кабинет 12." in vera.open(path).text
    assert "ЗР-2026-000001" in vera.open("/notices").text


def test_an_application_is_the_affair_of_its_organisation(stand: Stand) -> None:
    path = ask_for_vaccination(stand, desk_of(stand))
    gleb = desk_of(stand, GLEB)
    assert "ЗР-2026-000001" not in gleb.open("/staff/requests").text
    assert gleb.open(f"/staff{path}").status_code == 404
    assert desk_of(stand, OLGA).open(f"/staff{path}").status_code == 200


def test_nobody_decides_what_they_ask_themselves(stand: Stand) -> None:
    anton = desk_of(stand, ANTON)
    path = ask_for_vaccination(stand, anton)
    assert "Никто не ждёт" in anton.open("/staff/requests").text
    assert anton.open(f"/staff{path}").status_code == 404


def test_of_two_who_decide_one_is_told_so(stand: Stand) -> None:
    path = ask_for_vaccination(stand, desk_of(stand))
    olga, anton = desk_of(stand, OLGA), desk_of(stand, ANTON)
    pages = [desk.open(f"/staff{path}").text for desk in (olga, anton)]
    assert olga.press(pages[0], "decision-form", "decision=refuse", answer="Запись закрыта.").status_code == 303
    late = anton.press(pages[1], "decision-form", "decision=grant", answer="Ждём вас.")
    assert late.status_code == 409
    assert "По заявлению уже есть решение" in late.text
    vera = desk_of(stand)
    assert vera.state_of(path) == "отказано"
    assert "Запись закрыта." in vera.open(path).text


def test_of_two_who_decide_at_the_same_moment_one_is_told_so(stand: Stand) -> None:
    path = ask_for_vaccination(stand, desk_of(stand))
    desks = [desk_of(stand, OLGA), desk_of(stand, ANTON), desk_of(stand)]
    pages = [desk.open(f"/staff{path}").text for desk in desks[:2]] + [desks[2].open(path).text]

    def act(number: int) -> int:
        if number == 2:
            return desks[2].press(pages[2], "withdraw-form").status_code
        decision = ("grant", "refuse")[number]
        return desks[number].press(pages[number], "decision-form", f"decision={decision}", answer="Ответ.").status_code

    with ThreadPoolExecutor(3) as threads:
        outcomes = list(threads.map(act, range(3)))
    assert sorted(outcomes) == [303, 409, 409]
    state = ("одобрено", "отказано", "отозвано")[outcomes.index(303)]
    assert desk_of(stand).state_of(path) == state


def test_each_step_and_each_look_of_staff_is_in_the_journal(stand: Stand) -> None:
    path = ask_for_vaccination(stand, desk_of(stand))
    anton = desk_of(stand, ANTON)
    anton.press(anton.open(f"/staff{path}").text, "decision-form", "decision=grant", answer="Ждём вас.")
    request_id = path.removeprefix("/requests/")
    with stand.realm.database.read() as connection:
        told = connection.execute(select(JOURNAL).where(JOURNAL.c.action.like("request%")).order_by(JOURNAL.c.seq)).all()
        assert stand.realm.journal.verify(connection) == []
    assert [(row.action, row.outcome) for row in told] == [
        ("request_sent", "done"),
        ("request_read", "done"),
        ("request_decided", "granted"),
    ]
    assert told[0].object == told[2].object == f"request:{request_id}"
    assert told[1].actor.startswith("staff:")


def test_r015_the_certificate_asks_for_a_snils_only_where_the_account_has_none(stand: Stand) -> None:
    assert 'id="snils"' not in desk_of(stand).open("/requests/new/certificate").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Введите СНИЛС: без него справку не оформить."),
        ("112-233-445 96", "В СНИЛС опечатка: контрольные цифры не сходятся."),
    ],
)
def test_r015_a_wrong_snils_is_the_fields_error(stand: Stand, typed: str, sentence: str) -> None:
    vera = _desk_without_snils(stand)
    page = vera.open("/requests/new/certificate").text
    assert 'id="snils"' in page
    answer = vera.press(page, "request-form", "action=send", about="vaccination", snils=typed)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_r015_r086_a_snils_with_right_digits_files_the_request_for_a_certificate(stand: Stand) -> None:
    vera = _desk_without_snils(stand)
    path = vera.file("certificate", about="vaccination", snils="112-233-445 95")
    assert vera.number_of(path) == "ЗР-2026-000001"
    olga = desk_of(stand, OLGA)
    page = olga.open(f"/staff{path}").text
    assert "СНИЛС в регистре" in page
    refused = olga.press(page, "decision-form", "decision=grant", answer="Готово.")
    assert refused.status_code == 409
    assert "справка была бы о другом человеке" in refused.text
    assert olga.state_of(f"/staff{path}") == "на рассмотрении"


def test_r015_the_persons_own_snils_is_what_the_certificate_is_tied_to(stand: Stand) -> None:
    path = _desk_without_snils(stand).file("certificate", about="vaccination", snils="000-000-017 00")
    olga = desk_of(stand, OLGA)
    page = olga.open(f"/staff{path}").text
    assert "тот же" in page
    assert olga.press(page, "decision-form", "decision=grant", answer="Готово.").status_code == 303
    assert desk_of(stand).state_of(path) == "одобрено"


@pytest.mark.parametrize("address", ["/requests", "/requests/new/vaccination", "/requests/new/certificate", ""])
def test_the_pages_speak_english_too(stand: Stand, address: str) -> None:
    vera = desk_of(stand)
    page = vera.open(f"{address or ask_for_vaccination(stand, vera)}?lang=en").text
    words = re.sub(r"<(script|style).*?</\1>|<option.*?</option>|<title>.*?</title>|<dd>.*?</dd>|<[^>]+>", " ", page, flags=re.S)
    assert set(re.findall(r"[А-Яа-яё]{4,}", words)) <= {"Вера", "Русский"}


def _desk_without_snils(stand: Stand) -> Desk:
    """Вера, linked before, whose account has lost its СНИЛС."""
    desk_of(stand)
    return desk_of(stand, {name: value for name, value in VERA.items() if name != "snils"})


def test_who_decides_is_led_to_the_records_and_told_what_is_missing(stand: Stand) -> None:
    path = ask_for_vaccination(stand, desk_of(stand))
    anton = desk_of(stand, ANTON)
    page = anton.open(f"/staff{path}").text
    link = re.search(r'id="records" href="([^"]+)"', page)
    assert link
    assert "Ромашкина Вера" in anton.open(link[1]).text
    refused = anton.press(page, "decision-form", "decision=refuse", answer="").text
    assert '<a href="#answer">Напишите ответ: его прочтёт человек.</a>' in refused
    answer = anton.press(page, "decision-form", "decision=refuse", answer="Мест в этот день нет.")
    assert "Отказ отправлен" in anton.open(answer.headers["Location"]).text
