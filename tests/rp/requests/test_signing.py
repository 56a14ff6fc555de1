"""Whoever has an electronic signature signs what they send, by proving with it who they are."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.rp.conftest import Stand
from tests.rp.requests.desk import CLINIC, VERA, desk_of, place_of

SIGNER = {**VERA}


@pytest.fixture
def stand(stand: Stand) -> Stand:
    stand.provider.account = {**stand.provider.account, "has_signature": True}
    return stand


def test_an_application_of_whoever_has_a_signature_is_signed_before_it_is_sent(stand: Stand) -> None:
    vera = desk_of(stand, SIGNER)
    path = vera.file("vaccination", dose="1", place=place_of(stand, CLINIC), day="2026-12-05")
    assert path.endswith("/signing")
    path = path.removesuffix("/signing")
    assert vera.state_of(path) == "черновик"
    leaving = vera.open(f"{path}/signing").headers["Location"]
    assert parse_qs(urlsplit(leaving).query)["acr_values"] == ["high"]
    stand.provider.acr = "high"
    assert vera.browser.come_back(stand.provider.approve(leaving)).headers["Location"] == f"{path}/signing"
    answer = vera.send(f"{path}/signing", "sign-form")
    assert answer.headers["Location"] == path
    page = vera.open(path).text
    assert "на рассмотрении" in page
    assert "входом с электронной подписью" in page


def test_nothing_is_sent_unsigned_by_whoever_has_a_signature(stand: Stand) -> None:
    vera = desk_of(stand, SIGNER)
    path = vera.file("vaccination", "action=draft", dose="1", place=place_of(stand, CLINIC), day="2026-12-05")
    page = vera.open(path).text
    assert "Подписать и отправить" in page
    assert 'id="send-form"' not in page
    token = {"csrf_token": page.split('name="csrf_token" value="')[1].split('"')[0]}
    assert vera.browser.client.post(f"{path}/send", data=token).headers["Location"] == f"{path}/signing"
    assert vera.browser.client.post(f"{path}/signing", data=token).status_code == 302
    assert vera.state_of(path) == "черновик"
