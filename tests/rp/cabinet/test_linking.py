"""The form that finds a person's records: every field by its own format, the telephone by a code, the rest in one refusal."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from click.testing import CliRunner
from werkzeug.test import TestResponse

from ground.web.language import local_moment
from rp.cli import main
from rp.database import JOURNAL
from rp.patients.directory import find_by_snils
from tests.rp.conftest import NOW, Browser, Stand
from tests.rp.fake_provider import VERA
from tests.rp.page_forms import errors_of, inputs_of, send

FORM = "/linking"
INN, PHONE, EMAIL = "000000001773", "+79161234567", "vera@example.test"
TYPED = {"inn": INN, "birth_date": "1984-02-14", "phone": PHONE, "email": EMAIL}
NEUTRAL = "По этим данным мы никого не нашли. Проверьте, что ввели, или обратитесь в свою поликлинику."
TOO_OFTEN = "Попыток было слишком много. Попробуйте через час."
OUTSIDER = {name: VERA[name] for name in ("sub", "family_name", "given_name", "birthdate")}
"""Vera, whose СНИЛС the provider does not tell."""


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


@pytest.fixture
def outsider(stand: Stand) -> Browser:
    """Somebody whom the claims lead to no patient."""
    return arrive(stand, OUTSIDER)


def arrive(stand: Stand, person: dict[str, str]) -> Browser:
    stand.provider.person = dict(person)
    browser = stand.browser()
    browser.sign_in()
    return browser


def codes(stand: Stand, phone: str = PHONE) -> list[str]:
    with stand.realm.database.read() as connection:
        messages = stand.realm.outbox.messages(connection, address=phone, channel="sms")
    return [re.findall(r"\b\d{6}\b", message.text)[0] for message in messages]


def ask_for_code(stand: Stand, browser: Browser, phone: str = PHONE, **typed: str) -> str:
    assert send(browser, FORM, action="code", phone=phone, **typed).status_code == 200
    return codes(stand, "+7" + phone[-10:])[-1]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def refusal_of(response: TestResponse) -> str:
    found = re.search(r'id="refusal".*?<p>(.*?)</p>', response.text, re.DOTALL)
    assert found is not None
    return found[1]


def journal(stand: Stand, action: str) -> list[dict[str, object]]:
    with stand.realm.database.read() as connection:
        rows = connection.execute(JOURNAL.select().where(JOURNAL.c.action == action)).mappings().all()
    return [dict(row) for row in rows]


def test_r065_r075_all_five_empty_fields_are_told_at_once(outsider: Browser) -> None:
    page = send(outsider, FORM)
    assert page.status_code == 422
    assert errors_of(page.text) == {
        "inn": "Введите ИНН.",
        "birth_date": "Введите дату рождения.",
        "phone": "Введите телефон.",
        "email": "Введите электронную почту.",
        "code": "Введите код из SMS.",
    }


def test_r074_field_in_error_is_marked_and_tied_to_its_sentence_and_the_rest_is_kept(outsider: Browser) -> None:
    page = send(outsider, FORM, **TYPED | {"birth_date": "14.02.1984", "code": "123456"})
    assert page.status_code == 422
    fields = inputs_of(page.text)
    assert fields["birth_date"]["aria-invalid"] == "true"
    assert "birth_date-error" in fields["birth_date"]["aria-describedby"].split()
    assert errors_of(page.text) == {"birth_date": "Неверный формат даты"}
    kept = {name: fields[name]["value"] for name in ("inn", "birth_date", "phone", "email", "code")}
    assert kept == TYPED | {"birth_date": "14.02.1984", "code": "123456"}
    assert [name for name in kept if "aria-invalid" in fields[name]] == ["birth_date"]


def test_r066_check_digits_and_form_of_the_inn_have_two_sentences(outsider: Browser) -> None:
    short = errors_of(send(outsider, FORM, **TYPED | {"inn": "50010073225"}).text)["inn"]
    typing_error = errors_of(send(outsider, FORM, **TYPED | {"inn": "500100732258"}).text)["inn"]
    assert short == "ИНН состоит из 12 цифр, без пробелов и других знаков."
    assert typing_error == "В ИНН опечатка: контрольные цифры не сходятся."


def test_r066_check_digits_can_be_switched_off_by_a_setting(make_stand: object) -> None:
    stand: Stand = make_stand(checks_inn=False)  # type: ignore[operator]
    browser = arrive(stand, OUTSIDER)
    assert "inn" not in errors_of(send(browser, FORM, **TYPED | {"inn": "500100732258"}).text)


def test_r067_tomorrow_by_the_clock_of_the_stand_is_no_birth_date(outsider: Browser, stand: Stand) -> None:
    today = local_moment(NOW).date()
    tomorrow = (today + timedelta(days=1)).isoformat()
    assert errors_of(send(outsider, FORM, birth_date=tomorrow).text)["birth_date"] == "Эта дата ещё не наступила."
    assert "birth_date" not in errors_of(send(outsider, FORM, birth_date=today.isoformat()).text)
    stand.clock.advance(24 * 3600)
    again = arrive(stand, OUTSIDER)
    assert "birth_date" not in errors_of(send(again, FORM, birth_date=tomorrow).text)


def test_r070_field_is_judged_while_it_is_filled_in(outsider: Browser) -> None:
    bad = send(outsider, f"{FORM}/check", field="email", value="a@b c.ru")
    assert bad.json == {"error": "В адресе почты нужны знак @ и домен без пробелов, например vera@example.test."}
    assert send(outsider, f"{FORM}/check", field="email", value="a@b.ru").json == {"error": None}
    assert send(outsider, f"{FORM}/check", field="role", value="x").status_code == 404
    page = outsider.get(FORM).text
    assert f'data-check="{FORM}/check"' in page
    assert "check_field.js" in page
    assert errors_of(send(outsider, FORM, **TYPED | {"email": "ab.ru"}).text).keys() == {"email", "code"}


def test_r073_the_button_says_send(outsider: Browser) -> None:
    assert re.search(r'<button class="button button-primary" id="submit">Отправить</button>', outsider.get(FORM).text)


def test_i18_registry_sends_its_own_code_to_the_telephone_of_the_form(outsider: Browser, stand: Stand) -> None:
    page = send(outsider, FORM, action="code", **TYPED | {"phone": "89161234567"})
    assert page.status_code == 200
    assert len(codes(stand)) == 1
    assert {name: inputs_of(page.text)[name]["value"] for name in ("inn", "birth_date", "email")} == {
        name: TYPED[name] for name in ("inn", "birth_date", "email")
    }
    assert errors_of(page.text) == {}


def test_r076_form_that_fits_opens_the_cabinet_with_vaccinations_and_tests(outsider: Browser, stand: Stand) -> None:
    assert "Вас нет в регистре" in outsider.get("/").text
    code = ask_for_code(stand, outsider)
    answer = send(outsider, FORM, code=code, **TYPED)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    cabinet = outsider.get("/").text
    assert "Прививка, вторая доза" in cabinet
    assert "ПЦР" in cabinet
    assert "Прививка, вторая доза" in arrive(stand, OUTSIDER).get("/").text  # next time the form is not needed
    assert outsider.get(FORM).headers["Location"] == "/"


def test_r076_contacts_of_the_form_are_those_of_the_person_from_then_on(outsider: Browser, stand: Stand) -> None:
    code = ask_for_code(stand, outsider, "89161234567")
    send(outsider, FORM, code=code, **TYPED | {"email": "New@Example.Test"})
    with stand.realm.database.read() as connection:
        vera = find_by_snils(connection, stand.realm, "000-000-017 00")
    assert vera is not None
    assert (vera.person.phone, vera.person.email) == (PHONE, "new@example.test")


@pytest.mark.parametrize(
    "changes",
    [
        {"inn": "000000001847"},
        {"birth_date": "1984-02-15"},
        {"inn": "500100732259"},
        {"inn": "500100732259", "birth_date": "1999-09-09"},
    ],
)
def test_r076_i15_what_does_not_fit_is_refused_without_a_hint_and_counted(
    outsider: Browser, stand: Stand, changes: dict[str, str]
) -> None:
    code = ask_for_code(stand, outsider)
    answer = send(outsider, FORM, code=code, **TYPED | changes)
    assert answer.status_code == 422
    assert refusal_of(answer) == NEUTRAL
    assert errors_of(answer.text) == {}
    assert "Вас нет в регистре" in outsider.get("/").text
    assert [entry["outcome"] for entry in journal(stand, "linking")] == ["refused"]


def test_r106_wrong_birth_date_and_wrong_number_are_one_answer_byte_for_byte(outsider: Browser, stand: Stand) -> None:
    code = ask_for_code(stand, outsider)
    attempts = [TYPED | {"birth_date": "1984-02-15"}, TYPED | {"inn": "500100732259"}]
    answers = [send(outsider, FORM, code=code, **typed) for typed in attempts]
    # Apart from the person's own words, which stand in the fields again.
    bodies = []
    for typed, answer in zip(attempts, answers, strict=True):
        body = answer.text
        for name, value in typed.items():
            body = body.replace(f'value="{value}"', f'value="{name}"')
        bodies.append(body)
    assert bodies[0] == bodies[1]
    assert answers[0].status_code == answers[1].status_code
    headers = [{name: value for name, value in answer.headers if name != "Content-Length"} for answer in answers]
    assert headers[0] == headers[1]


def test_r106_what_the_provider_vouches_for_may_not_be_contradicted(stand: Stand) -> None:
    """ИНН and birth date of another are no secrets: they lead to nobody's records but one's own."""
    for person in (
        {**OUTSIDER, "given_name": "Пётр"},
        {**OUTSIDER, "birthdate": "1984-02-13"},
        {**OUTSIDER, "inn": "500100732259"},
        {"sub": "subject-x", "family_name": "Незнакомцев", "given_name": "Никто"},
    ):
        browser = arrive(stand, person)
        stand.clock.advance(3600)
        browser = arrive(stand, person)
        assert refusal_of(send(browser, FORM, code=ask_for_code(stand, browser), **TYPED)) == NEUTRAL


def test_r156_second_account_of_the_same_person_is_refused(stand: Stand, outsider: Browser) -> None:
    assert send(outsider, FORM, code=ask_for_code(stand, outsider), **TYPED).status_code == 303
    stand.clock.advance(60)
    second = arrive(stand, {**OUTSIDER, "sub": "subject-second"})
    code = ask_for_code(stand, second)
    # Counted as any other refusal: somebody who never reaches the limit would know that the data are right.
    assert [refusal_of(send(second, FORM, code=code, **TYPED)) for _ in range(5)] == [NEUTRAL] * 5
    stand.clock.advance(30)
    assert refusal_of(send(second, FORM, code=ask_for_code(stand, second), **TYPED)) == TOO_OFTEN
    third = arrive(stand, {**VERA, "sub": "subject-third"})
    assert "Прививка, вторая доза" not in third.get("/").text


def test_r156_operator_parts_a_person_from_an_old_account(sqlite_stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    stand = sqlite_stand
    monkeypatch.setenv("PROPUSK_HOME", str(stand.home.root))
    old = arrive(stand, VERA)
    renewed = {**VERA, "sub": "subject-renewed"}
    assert "Прививка, вторая доза" not in arrive(stand, renewed).get("/").text
    for snils, status in (("000-000-019 00", 1), ("000-000-099 00", 1), ("000-000-017 00", 0)):
        assert CliRunner().invoke(main, ["unlink", "--snils", snils]).exit_code == status
    assert old.get("/").status_code == 302
    assert "Прививка, вторая доза" in arrive(stand, renewed).get("/").text
    assert [entry["outcome"] for entry in journal(stand, "patient_unlinked")] == ["done"]


def test_r076_five_refusals_an_hour_and_no_more(outsider: Browser, stand: Stand) -> None:
    code = ask_for_code(stand, outsider)
    for number in range(5):
        assert refusal_of(send(outsider, FORM, code=code, **TYPED | {"birth_date": f"1984-02-0{number + 1}"})) == NEUTRAL
    stand.clock.advance(30)
    code = ask_for_code(stand, outsider)
    answer = send(outsider, FORM, code=code, **TYPED)  # right, and too late
    assert (answer.status_code, refusal_of(answer)) == (429, TOO_OFTEN)
    stand.clock.advance(3600)
    outsider = arrive(stand, OUTSIDER)
    assert send(outsider, FORM, code=ask_for_code(stand, outsider), **TYPED).status_code == 303


def test_r076_one_address_is_refused_twenty_times_an_hour(stand: Stand) -> None:
    for number in range(4):
        phone = f"+7916000000{number}"
        browser = arrive(stand, {**OUTSIDER, "sub": f"subject-{number}"})
        code = ask_for_code(stand, browser, phone)
        for day in range(1, 6):
            typed = TYPED | {"phone": phone, "birth_date": f"1984-02-0{day}"}
            assert refusal_of(send(browser, FORM, code=code, **typed)) == NEUTRAL
    browser = arrive(stand, OUTSIDER)
    answer = send(browser, FORM, code=ask_for_code(stand, browser), **TYPED)
    assert (answer.status_code, refusal_of(answer)) == (429, TOO_OFTEN)


def test_r071_code_lives_five_minutes(outsider: Browser, stand: Stand) -> None:
    code = ask_for_code(stand, outsider)
    stand.clock.advance(4 * 60 + 59)
    assert send(outsider, FORM, code=code, **TYPED).status_code == 303


def test_r072_after_that_another_one_must_be_asked_for(outsider: Browser, stand: Stand) -> None:
    code = ask_for_code(stand, outsider)
    stand.clock.advance(5 * 60 + 1)
    answer = send(outsider, FORM, code=code, **TYPED)
    assert errors_of(answer.text) == {"code": "Код устарел: он действует пять минут. Запросите новый."}
    assert 'name="action" value="code"' in answer.text
    assert send(outsider, FORM, code=ask_for_code(stand, outsider), **TYPED).status_code == 303


def test_code_dies_with_the_fifth_wrong_try(outsider: Browser, stand: Stand) -> None:
    code = ask_for_code(stand, outsider)
    said = [errors_of(send(outsider, FORM, code=wrong(code), **TYPED).text)["code"] for _ in range(5)]
    assert said[0] == "Код не подошёл. Осталось 4 попытки."
    assert said[4] == "Код больше не действует: пять неверных попыток. Запросите новый."
    assert errors_of(send(outsider, FORM, code=code, **TYPED).text)["code"] == "Этот код уже не действует. Запросите новый."


def test_wrong_code_tells_nothing_of_the_register(outsider: Browser, stand: Stand) -> None:
    code = ask_for_code(stand, outsider)
    for inn in (INN, "500100732259"):
        answer = send(outsider, FORM, code=wrong(code), **TYPED | {"inn": inn})
        assert errors_of(answer.text).keys() == {"code"}
        assert "refusal" not in answer.text


def test_code_proves_the_telephone_it_was_sent_to_and_no_other(outsider: Browser, stand: Stand) -> None:
    code = ask_for_code(stand, outsider)
    answer = send(outsider, FORM, code=code, **TYPED | {"phone": "+79167654321"})
    assert errors_of(answer.text) == {"code": "Код не подошёл. Осталось 4 попытки."}


def test_code_of_one_person_is_nothing_in_the_hands_of_another(outsider: Browser, stand: Stand) -> None:
    code = ask_for_code(stand, outsider)
    other = arrive(stand, {**OUTSIDER, "sub": "subject-second"})
    assert errors_of(send(other, FORM, code=code, **TYPED).text) == {"code": "Этот код уже не действует. Запросите новый."}


def test_newer_code_kills_the_older_and_half_a_minute_lies_between(outsider: Browser, stand: Stand) -> None:
    first = ask_for_code(stand, outsider)
    stand.clock.advance(12)
    early = send(outsider, FORM, action="code", **TYPED)
    assert early.status_code == 429
    assert errors_of(early.text) == {"code": "Новый код можно запросить через 18 секунд."}
    assert len(codes(stand)) == 1
    stand.clock.advance(18)
    second = ask_for_code(stand, outsider)
    assert errors_of(send(outsider, FORM, code=first, **TYPED).text)["code"].startswith("Код не подошёл.")
    assert send(outsider, FORM, code=second, **TYPED).status_code == 303


def test_one_telephone_gets_five_codes_an_hour_whoever_asks(stand: Stand) -> None:
    for number in range(5):
        browser = arrive(stand, {**OUTSIDER, "sub": f"subject-{number}"})
        ask_for_code(stand, browser)
    browser = arrive(stand, {**OUTSIDER, "sub": "subject-5"})
    assert errors_of(send(browser, FORM, action="code", **TYPED).text) == {
        "code": "Кодов было слишком много. Попробуйте через час."
    }
    assert len(codes(stand)) == 5


def test_only_the_telephone_is_judged_before_a_code_is_sent(outsider: Browser, stand: Stand) -> None:
    answer = send(outsider, FORM, action="code", phone="8(916)1234567", inn="1")
    assert answer.status_code == 422
    assert errors_of(answer.text).keys() == {"phone"}
    assert codes(stand) == []


def test_two_accounts_at_the_same_moment_get_one_link(stand: Stand) -> None:
    browsers = [arrive(stand, {**OUTSIDER, "sub": f"subject-{number}"}) for number in range(2)]
    ready = []
    for number, browser in enumerate(browsers):
        phone = f"+7916000000{number}"
        ready.append((browser, TYPED | {"phone": phone, "code": ask_for_code(stand, browser, phone)}))
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda each: send(each[0], FORM, **each[1]).status_code, ready))
    assert sorted(answers) == [303, 422]


def test_who_is_in_the_register_needs_no_form(browser: Browser) -> None:
    browser.sign_in()
    assert browser.get(FORM).headers["Location"] == "/"
    assert send(browser, FORM, **TYPED).headers["Location"] == "/"


def test_form_is_for_those_who_are_signed_in(browser: Browser) -> None:
    assert browser.get(FORM).headers["Location"].startswith("http://localhost:8400/")


def test_journal_has_no_word_of_what_was_typed(outsider: Browser, stand: Stand) -> None:
    code = ask_for_code(stand, outsider)
    send(outsider, FORM, code=code, **TYPED | {"birth_date": "1984-02-15"})
    send(outsider, FORM, code=code, **TYPED)
    told = repr(journal(stand, "linking") + journal(stand, "patient_linked"))
    for secret in (INN, PHONE, EMAIL, code, "1984-02"):
        assert secret not in told
