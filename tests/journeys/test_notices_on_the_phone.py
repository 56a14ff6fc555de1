"""R152 from both ends: somebody chooses in the cabinet what to be told of, and their telephone shows what was sent."""

import pytest

from idp.control import registry as registry_of_the_phone
from rp.app import run_due_jobs
from rp.control.app import make_control
from rp.notices.publications import publish
from rp.notices.topics import Topic
from tests.browser import Browser
from tests.house import MAYA, REGISTRY, VERA, House
from tests.idp.stand import CONTROL, CONTROL_TOKEN

REGISTRY_CONTROL = "http://127.0.0.1:8501"
TOKEN = "the token of the registry's control plane"


def test_r152_what_was_chosen_in_the_cabinet_comes_to_the_telephone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_of_the_phone, "ASKED_AGAIN_AFTER_SECONDS", 0)
    house.registry.home.control_token_file.write_text(TOKEN)
    house.stand.transport.hosts[REGISTRY_CONTROL] = make_control(house.registry)
    vera = house.sign_in(VERA).open(f"{REGISTRY}/notices/settings")
    if "terms" in vera.forms():
        tick(vera, "terms", "agree")
    tick(vera, "notice-settings", "recommendations-email", "recommendations-sms")
    house.sign_in(MAYA)
    with house.registry.database.write() as connection:
        text = {"subject": "Прививка от гриппа", "text": "Её можно сделать в тот же день."}
        publish(connection, house.registry, Topic.RECOMMENDATIONS, actor="operator", **text)
    while run_due_jobs(house.registry):
        pass
    phone = house.stand.control()
    phone.session.headers.update({"Authorization": f"Bearer {CONTROL_TOKEN}"})
    shown = phone.open(f"{CONTROL}/phone?who={house.stand.citizen(VERA.email)}").answer.text
    assert "Регистр: Прививка от гриппа. Читать: http://localhost:8500/notices" in shown
    assert "<h3>Прививка от гриппа</h3>" in shown and "Её можно сделать в тот же день." in shown
    assert "Прививка от гриппа" not in phone.open(f"{CONTROL}/phone?who={house.stand.citizen(MAYA.email)}").answer.text
    assert "Прививка от гриппа" in vera.open(f"{REGISTRY}/notices").text


def tick(browser: Browser, form_id: str, *boxes: str) -> None:
    """Tick boxes of a form and send it."""
    form = browser.forms()[form_id]
    browser.answer = browser.session.post(form.action, data=form.values | dict.fromkeys(boxes, "1"))
