"""The kit signs people in on a page of Playwright, which is a real browser's."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from propusk import Citizen, Esia, SignInFailed
from tests.kit.relying_party import Served, make_relying_party


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with chromium.new_context() as context:
        yield context.new_page()


@pytest.fixture
def application(esia: Esia) -> Iterator[Served]:
    with Served.open() as served:
        served.put(make_relying_party(esia, esia.client(f"{served.address}/callback")))
        yield served


def test_person_signs_in_by_sms_on_a_page(esia: Esia, application: Served, page: Page) -> None:
    vera = esia.citizen()
    assert esia.sign_in(page, f"{application.address}/login", as_=vera, by="sms") is page
    assert json.loads(page.inner_text("body"))["acr"] == "substantial"
    page.goto(f"{application.address}/login")
    assert json.loads(page.inner_text("body"))["sub"], "the browser stays signed in at the provider"


def test_page_on_its_way_to_the_provider_needs_no_address(esia: Esia, application: Served, page: Page) -> None:
    page.goto(f"{application.address}/login")
    esia.sign_in(page, as_=esia.citizen(), by="password")
    assert json.loads(page.inner_text("body"))["amr"] == ["pwd"]


def test_refused_answer_says_what_the_page_says(esia: Esia, application: Served, page: Page) -> None:
    vera: Citizen = esia.citizen()
    esia.change(vera, password="another-one-17")
    with pytest.raises(SignInFailed, match="leads no further"):
        esia.sign_in(page, f"{application.address}/login", as_=vera)
