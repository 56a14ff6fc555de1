"""The edges of the pages of requests: who is not known, what comes late, and what no form sends."""

import re

import pytest

from rp.requests import store
from rp.staff.requests import views
from tests.rp.conftest import Stand
from tests.rp.fake_provider import STRANGER
from tests.rp.requests.desk import CLINIC, OLGA, PYOTR, Desk, ask_for_vaccination, desk_of, place_of
from tests.rp.requests.test_erasure import OLD, ask_to_erase, decide, record_of


def token_of(desk: Desk, path: str) -> dict[str, str]:
    found = re.search(r'name="csrf_token" value="(\w+)"', desk.open(path).text)
    assert found
    return {"csrf_token": found[1]}


def test_whom_the_register_does_not_know_files_nothing(stand: Stand) -> None:
    nobody = desk_of(stand, STRANGER)
    for path in ("/requests", "/requests/new/test"):
        answer = nobody.open(path)
        assert answer.status_code == 403
        assert "Вас нет в регистре" in answer.text


def test_requests_need_a_sign_in_and_the_queue_a_role(stand: Stand) -> None:
    assert stand.browser().get("/requests").status_code == 302
    assert stand.browser().get("/staff/requests").status_code == 302
    answer = desk_of(stand).open("/staff/requests")
    assert answer.status_code == 403
    assert "Недостаточно прав" in answer.text


@pytest.mark.parametrize("once", ["", "short", "x" * 65, "with a blank in it all"])
def test_a_form_without_its_mark_is_not_one_of_ours(stand: Stand, once: str) -> None:
    vera = desk_of(stand)
    page = vera.open("/requests/new/certificate").text
    assert vera.press(page, "request-form", "action=send", about="vaccination", once=once).status_code == 400


def test_there_is_no_form_of_a_kind_that_is_not_offered(stand: Stand) -> None:
    vera = desk_of(stand)
    for kind in ("identity", "unknown", "record_deletion"):
        assert vera.open(f"/requests/new/{kind}").status_code == 404


def test_a_draft_is_changed_and_what_is_wrong_in_it_is_told(stand: Stand) -> None:
    vera = desk_of(stand)
    path = vera.file("vaccination", "action=draft", dose="1", place="", day="")
    page = vera.open(f"{path}/edit").text
    assert "Укажите день." not in page, "a draft that nobody wanted to send is not judged"
    wrong = vera.press(page, "request-form", "action=send", dose="1", place="", day="вчера")
    assert wrong.status_code == 422
    assert "Неверный формат даты" in wrong.text
    assert vera.press(page, "request-form", "action=draft", dose="2", place="", day="").headers["Location"] == path
    assert "вторая" in vera.open(path).text


def test_what_is_sent_is_neither_changed_nor_thrown_away_nor_signed_again(stand: Stand) -> None:
    vera = desk_of(stand)
    path = ask_for_vaccination(stand, vera, "action=draft")
    form, draft = vera.open(f"{path}/edit").text, vera.open(path).text
    vera.press(draft, "send-form")
    assert vera.open(f"{path}/edit").headers["Location"] == path
    typed = {"dose": "2", "place": place_of(stand, CLINIC), "day": "2026-12-05"}
    assert vera.press(form, "request-form", "action=send", **typed).headers["Location"] == path
    assert "первая" in vera.open(path).text
    assert vera.press(draft, "discard-form").status_code == 409
    stand.provider.acr = "high"
    signer = desk_of(stand, acr="high")
    assert signer.open(f"{path}/signing").headers["Location"] == path


def test_a_draft_about_a_record_goes_with_the_record(stand: Stand) -> None:
    record_id, _patient_id = record_of(stand, OLD)
    pyotr = desk_of(stand, PYOTR)
    draft = pyotr.send(
        f"/requests/new/correction?record={record_id}", "request-form", "action=draft", field="lot", value="Z", why=""
    ).headers["Location"]
    assert decide(stand, ask_to_erase(pyotr, record_id)) == 303
    assert desk_of(stand, PYOTR).open(draft).status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("kind=unknown", 404),
        ("kind=test", 200),
        ("kind=", 200),
        ("page=0", 400),
        ("page=-1", 400),
        ("page=999999999", 400),
        ("page=x", 200),
    ],
)
def test_rg_23_the_queue_takes_only_what_it_offers(stand: Stand, query: str, status: int) -> None:
    assert desk_of(stand, OLGA).open(f"/staff/requests?{query}").status_code == status


def test_the_queue_is_turned_page_by_page_the_longest_waiting_first(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "AT_ONCE", 2)
    monkeypatch.setattr(views, "AT_ONCE", 2)
    vera = desk_of(stand)
    for dose in ("1", "2", "booster"):
        ask_for_vaccination(stand, vera, dose=dose)
    olga = desk_of(stand, OLGA)
    first = olga.open("/staff/requests?kind=vaccination").text
    assert re.findall(r">(ЗР-2026-\d{6})<", first) == ["ЗР-2026-000001", "ЗР-2026-000002"]
    assert "Страница 1 из 2" in first
    following = re.search(r'href="([^"]+)"[^>]*>Дальше|id="next" href="([^"]+)"', first)
    assert following
    second = olga.open((following[1] or following[2]).replace("&amp;", "&")).text
    assert re.findall(r">(ЗР-2026-\d{6})<", second) == ["ЗР-2026-000003"]
    assert "Назад" in second


def test_a_decision_that_is_none_and_an_answer_that_is_too_long_are_refused(stand: Stand) -> None:
    path = ask_for_vaccination(stand, desk_of(stand))
    olga = desk_of(stand, OLGA)
    page = olga.open(f"/staff{path}").text
    assert olga.press(page, "decision-form", "decision=perhaps", answer="Да.").status_code == 400
    long = olga.press(page, "decision-form", "decision=grant", answer="а" * 1001)
    assert long.status_code == 422
    assert "помещается 1 000" in long.text.replace("\xa0", " ") or "помещается 1000" in long.text
    assert olga.press(page, "decision-form", "decision=grant", answer="Да.", version="7").status_code == 409


def test_what_is_typed_is_shown_as_it_was_and_never_run(stand: Stand) -> None:
    path = ask_for_vaccination(stand, desk_of(stand), comment="<script>alert(1)</script> {{ 7*7 }}")
    page = desk_of(stand, OLGA).open(f"/staff{path}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}" in page
