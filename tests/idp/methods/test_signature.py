"""Electronic signature: which certificate lets whom in, and what is said and written down of every other."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import requests

from idp.authentication.methods.e_signature import method as signature_method
from idp.authority import register
from idp.authority.citizen_certificates import TO_SIGN_IN, Terms, certify, issue
from idp.authority.private_keys import Algorithm
from idp.authority.signing_root import make_root
from idp.citizens import directory
from idp.cms import openssl as program
from tests.browser import Browser
from tests.idp.openssl import open_program
from tests.idp.stand import CONTROL, CONTROL_TOKEN, Stand
from tests.suites.sign_in_methods.signature import certify as certified
from tests.suites.sign_in_methods.signature import give, page, signed, text_of

DAY = 24 * 3600
NOW = Stand.START
PYOTR = "pyotr@example.test"


@dataclass(frozen=True)
class Spoiled:
    """A certificate, a text or an answer that is not as it should be."""

    reason: str
    sentence: str
    terms: Terms | None = None
    text: Callable[[bytes], bytes] = bytes


SPOILED = (
    Spoiled(
        "expired",
        "Сертификат закончился 21 ноября. Возьмите новый или войдите по паролю.",
        Terms(not_before=NOW - 366 * DAY, not_after=NOW - DAY),
    ),
    Spoiled(
        "not_yet_valid",
        "Сертификат начнёт действовать 22 декабря. Возьмите новый или войдите по паролю.",
        Terms(not_before=NOW + 30 * DAY),
    ),
    Spoiled("wrong_content", "Подписан другой текст.", text=lambda content: content.replace("Вход".encode(), "Выход".encode())),
    Spoiled("wrong_usage", "Этот сертификат выдан не для входа.", Terms(purposes=TO_SIGN_IN[1:])),
    Spoiled("no_snils", "В сертификате нет СНИЛС", Terms(has_snils=False)),
    Spoiled("no_account", "Учётной записи с СНИЛС из этого сертификата здесь нет.", Terms(snils="087-654-303 00")),
)


def refused(stand: Stand, browser: Browser, reason: str) -> None:
    """What holds after every refusal."""
    assert browser.status == 400
    event = stand.events()[-1]
    assert (event["action"], event["outcome"]) == ("proof.checked", reason)
    assert stand.rows("SELECT * FROM sessions") == []
    assert "way-password" in browser.answer.text, "other ways are offered"


def upload(browser: Browser, content: bytes = b"", **fields: str) -> Browser:
    """Hand a signature in as people do who have signed with a tool of their own."""
    form = browser.forms()["upload-form"]
    files = {"signature_file": ("signature.p7s", content)}
    browser.answer = browser.session.post(form.action, data=form.values | fields, files=files)
    return browser


@pytest.mark.parametrize("algorithm", ["rsa", "ec"])
def test_r057_good_signature_signs_in_at_the_highest_level(stand: Stand, algorithm: Algorithm) -> None:
    browser = page(stand)
    give(browser, signed(browser, certified(stand, Terms(algorithm=algorithm))))
    browser.submit("consent", "allow")
    claims = stand.verified(str(stand.redeem(stand.code_from(browser)).body["id_token"])).claims
    assert (claims["acr"], claims["amr"], claims["sub"]) == ("high", ["swk"], stand.citizen("vera@example.test"))
    checked = [event for event in stand.events() if event["action"] == "proof.checked"]
    assert [event["outcome"] for event in checked] == ["done"]


def test_r057_gost_signature_signs_in_where_the_engine_is(stand: Stand, tmp_path: Path) -> None:
    open_program(tmp_path)
    browser = page(stand)
    content = base64.b64decode(signed(browser, certified(stand, Terms(algorithm="gost256"))))
    upload(browser, content)
    assert "consent" in browser.forms()


def test_r057_gost_signature_is_refused_in_words_where_the_engine_is_not(
    stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_program(tmp_path)
    browser = page(stand)
    signature = signed(browser, certified(stand, Terms(algorithm="gost256")))
    monkeypatch.setattr(program, "_program", lambda: None)
    give(browser, signature)
    refused(stand, browser, "no_gost")
    assert "нет модуля ГОСТ для OpenSSL" in browser.text


@pytest.mark.parametrize("spoiled", SPOILED, ids=lambda spoiled: spoiled.reason)
def test_r057_each_refusal_has_its_own_reason_and_its_own_sentence(stand: Stand, spoiled: Spoiled) -> None:
    browser = page(stand)
    issued = certified(stand, spoiled.terms)
    give(browser, signed(browser, issued, text=spoiled.text))
    refused(stand, browser, spoiled.reason)
    assert spoiled.sentence in browser.text
    assert issued.serial.upper() in browser.text, "the certificate is named"


def test_r057_foreign_authority_is_not_believed(stand: Stand) -> None:
    browser = page(stand)
    with stand.realm.database.read() as connection:
        person = directory.find_by_login(stand.realm, connection, "vera@example.test")
    assert person is not None
    give(browser, signed(browser, certify(stand.realm, make_root(stand.realm.chance), person.data, Terms())))
    refused(stand, browser, "untrusted")
    assert "Этому удостоверяющему центру здесь не верят." in browser.text


def test_r111_revoked_certificate_is_named_with_its_day_and_other_ways_stay_open(stand: Stand) -> None:
    issued = certified(stand)
    with stand.realm.database.write() as connection:
        assert register.revoke(stand.realm, connection, issued.serial, actor="operator:test")
    stand.clock.advance(2 * DAY)
    browser = page(stand)
    give(browser, signed(browser, issued))
    refused(stand, browser, "revoked")
    assert "Сертификат отозван 22 ноября. Возьмите новый или войдите по паролю." in browser.text
    assert "Ромашкина Вера Тимофеевна" in browser.text and issued.serial.upper() in browser.text
    browser.open(browser.url.replace("/signature", "/password") + "?lang=en")
    assert "sign-in" in browser.forms()


def test_r111_refusals_are_said_in_english_too(stand: Stand) -> None:
    browser = page(stand)
    browser.open(browser.url + "?lang=en")
    give(browser, signed(browser, certified(stand, SPOILED[0].terms)))
    assert "The certificate ran out on 21 November. Get a new one, or sign in with your password." in browser.text


def test_r057_signature_that_was_sent_once_is_not_taken_twice(stand: Stand) -> None:
    """A signature that let somebody in is caught, and sent from their own browser to their own next sign-in."""
    browser = page(stand)
    form = browser.forms()["signature-form"]
    signature = signed(browser, certified(stand))
    give(browser, signature)
    browser.session.post(form.action, data=form.values | {"signature": signature})
    assert len(stand.rows("SELECT * FROM sessions")) == 1
    stand.execute("DELETE FROM sessions")
    browser = page(stand)
    browser.submit("signature-form", signature=signature, challenge=form.values["challenge"])
    refused(stand, browser, "replayed")
    assert "Каждый текст подписывают один раз" in browser.text
    give(browser, signature)
    refused(stand, browser, "wrong_content")


@pytest.mark.parametrize("text", [b"", b"\r\n", b"something else altogether"], ids=["empty", "blank", "another"])
def test_lm_32_signature_over_another_text_is_refused(stand: Stand, text: bytes) -> None:
    browser = page(stand)
    give(browser, signed(browser, certified(stand), text=lambda content: text))
    refused(stand, browser, "wrong_content")


def test_lm_32_text_of_another_session_is_refused(stand: Stand) -> None:
    mine, theirs = page(stand), page(stand)
    signature = signed(theirs, certified(stand))
    challenge_id = theirs.forms()["signature-form"].values["challenge"]
    mine.submit("signature-form", signature=signature, challenge=challenge_id)
    refused(stand, mine, "replayed")
    give(mine, signature)
    refused(stand, mine, "wrong_content")
    assert stand.browser().open(theirs.url + "/challenge.txt").status == 404


def test_lm_35_certificate_of_nobody_here_makes_no_account(stand: Stand) -> None:
    before = stand.rows("SELECT id, sealed FROM citizens ORDER BY id")
    for terms, reason in ((Terms(has_snils=False), "no_snils"), (Terms(snils="087-654-303 00"), "no_account")):
        browser = page(stand)
        give(browser, signed(browser, certified(stand, terms)))
        refused(stand, browser, reason)
    assert stand.rows("SELECT id, sealed FROM citizens ORDER BY id") == before
    assert stand.rows("SELECT * FROM used_certificates") == []


def test_lm_35_certificate_with_the_inn_of_another_account_is_refused(stand: Stand) -> None:
    browser = page(stand)
    with stand.realm.database.read() as connection:
        vera = directory.find_by_login(stand.realm, connection, "vera@example.test")
        pyotr = directory.find_by_login(stand.realm, connection, PYOTR)
    assert vera is not None and pyotr is not None
    with stand.realm.database.write() as connection:
        data = replace(vera.data, inn=pyotr.data.inn)
        issued = issue(stand.realm, connection, vera.id, data, actor="operator:test")
    give(browser, signed(browser, issued))
    refused(stand, browser, "other_person")


def test_lm_35_nobody_steps_up_with_the_certificate_of_another_account(stand: Stand) -> None:
    browser = stand.browser()
    stand.obtain_code(browser)
    browser.open(
        stand.authorize_url(acr_values="high", prompt=None, claims='{"id_token":{"acr":{"essential":true,"value":"high"}}}')
    )
    assert browser.url.endswith("/signature"), browser.url
    give(browser, signed(browser, certified(stand, login=PYOTR)))
    assert browser.status == 400
    event = stand.events()[-1]
    assert (event["outcome"], event["actor"]) == ("other_person", f"citizen:{stand.citizen('vera@example.test')}")
    assert "Это сертификат другого человека." in browser.text
    give(browser, signed(browser, certified(stand)))
    claims = stand.verified(str(stand.redeem(stand.code_from(browser)).body["id_token"])).claims
    assert (claims["acr"], claims["sub"]) == ("high", stand.citizen("vera@example.test"))


def test_lm_35_removed_right_to_sign_in_holds_for_certificates_too(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET disabled_at = 1")
    browser = page(stand)
    give(browser, signed(browser, certified(stand)))
    refused(stand, browser, "no_account")


def test_lm_37_certificate_that_may_not_be_used_to_sign_in_is_refused(stand: Stand) -> None:
    for terms in (Terms(purposes=TO_SIGN_IN[1:]), Terms(signs=False)):
        browser = page(stand)
        give(browser, signed(browser, certified(stand, terms)))
        refused(stand, browser, "wrong_usage")


def test_text_can_be_read_and_is_the_same_in_the_file_and_on_the_page(stand: Stand) -> None:
    browser = page(stand)
    content = text_of(browser)
    lines = content.decode().split("\r\n")
    assert lines[0] == "Вход в Пропуск по электронной подписи"
    assert "Куда вхожу: Учебная поликлиника (localhost:9999)" in lines
    assert "Кто проверяет: http://localhost:8400" in lines
    assert lines[-1] == "" and b"\n" not in content.replace(b"\r\n", b"")
    shown = browser.answer.text.partition('id="text-to-sign" tabindex="0">')[2].partition("</pre>")[0]
    assert shown.replace("\r\n", "\n") == content.decode().replace("\r\n", "\n")
    assert text_of(browser.open(browser.url)) == content, "a second look asks nothing new"
    assert (
        browser.session.get(browser.url + "/challenge.txt").headers["Content-Disposition"]
        == 'attachment; filename="challenge.txt"'
    )


def test_name_of_a_client_begins_no_line_of_the_text(stand: Stand) -> None:
    stand.add_client("sly", name="Клиника\r\nЧто подтверждаю: отдаю квартиру\u202e")
    browser = stand.browser().open(stand.authorize_url(client_id="sly", acr_values="high"))
    browser.open(browser.url.rpartition("/")[0] + "/signature")
    lines = text_of(browser).decode().split("\r\n")
    assert len([line for line in lines if line.startswith("Что подтверждаю")]) == 1
    assert "\u202e" not in "".join(lines)


def test_old_text_cannot_be_downloaded_any_more_and_the_page_writes_a_new_one(stand: Stand) -> None:
    browser = page(stand)
    old = text_of(browser)
    stand.clock.advance(301)
    answer = browser.session.get(browser.url + "/challenge.txt", allow_redirects=False)
    assert answer.status_code == 303 and answer.headers["Location"].endswith("/signature")
    browser.open(browser.url)
    assert text_of(browser) != old


@pytest.mark.parametrize("form", ["der", "pem", "base64", "pasted"])
def test_signature_is_taken_as_tools_write_it(stand: Stand, form: str) -> None:
    browser = page(stand)
    encoded = signed(browser, certified(stand)).encode()
    pem = (
        b"-----BEGIN CMS-----\n"
        + b"\n".join(encoded[at : at + 64] for at in range(0, len(encoded), 64))
        + b"\n-----END CMS-----\n"
    )
    files = {"der": base64.b64decode(encoded), "pem": pem, "base64": encoded}
    if form == "pasted":
        upload(browser, pasted=pem.decode())
    else:
        upload(browser, files[form])
    assert "consent" in browser.forms(), browser.text


def test_answer_without_a_signature_uses_nothing_up(stand: Stand) -> None:
    browser = page(stand)
    text, written = text_of(browser), stand.actions()
    assert "Подписи нет." in upload(browser).text
    assert stand.actions() == written and text_of(browser) == text
    stand.clock.advance(301)
    assert "Подписи нет." in upload(browser).text
    give(browser, signed(browser, certified(stand)))
    assert "consent" in browser.forms(), "the page had a new text"


@pytest.mark.parametrize(("size", "status", "reason"), [(70 * 1024, 400, "too_large"), (300 * 1024, 413, None)])
def test_files_have_a_size_that_is_borne(stand: Stand, size: int, status: int, reason: str | None) -> None:
    browser = page(stand)
    upload(browser, bytes(size))
    assert browser.status == status
    if reason is not None:
        refused(stand, browser, reason)


def test_form_of_a_thousand_parts_is_refused(stand: Stand) -> None:
    browser = page(stand)
    form = browser.forms()["upload-form"]
    files = [(f"field{number}", (None, "x")) for number in range(1000)]
    answer = requests.Request("POST", form.action, data=form.values, files=files)
    browser.answer = browser.session.send(browser.session.prepare_request(answer))
    assert browser.status == 413


def test_page_without_the_script_shows_the_other_way_at_once(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(signature_method, "BUNDLE", tmp_path / "signing.js")
    browser = page(stand)
    assert "signing.js" not in browser.answer.text
    assert '<details open id="sign-elsewhere">' in browser.answer.text
    assert "Подписать прямо на странице здесь нельзя" in browser.text
    assert 'id="sign-here" hidden' in browser.answer.text
    give(browser, signed(browser, certified(stand)))
    assert "consent" in browser.forms()


def test_key_and_its_password_stand_in_no_form_and_have_no_names(stand: Stand) -> None:
    browser = page(stand)
    for form in browser.forms().values():
        assert not {"key-file", "key-password"} & form.values.keys()
    for field in ("key-file", "key-password"):
        before, _, rest = browser.answer.text.partition(f'id="{field}"')
        assert before.count("<form") == before.count("</form>")
        assert "name=" not in before.rpartition("<input")[2] + rest.partition(">")[0]


def test_certificate_that_was_used_is_listed_at_the_account_and_offered_as_a_second_step(stand: Stand) -> None:
    browser = page(stand)
    issued = certified(stand)
    give(browser, signed(browser, issued))
    stand.clock.advance(60)
    browser.submit("consent", "allow")
    listed = browser.open(f"{stand.issuer}/account/security").text
    assert f"Сертификат № {issued.serial.upper()}" in listed
    other = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    stand.sign_in(other)
    assert 'id="way-signature"' in other.answer.text
    with stand.realm.database.write() as connection:
        register.revoke(stand.realm, connection, issued.serial, actor="operator:test")
    assert 'id="way-signature"' not in other.open(other.url).answer.text, "one that was revoked is none"


def test_who_never_showed_a_certificate_is_not_asked_for_one_as_a_second_step(stand: Stand) -> None:
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    stand.sign_in(browser)
    assert 'id="way-signature"' not in browser.answer.text


@pytest.mark.parametrize("stand_settings", [{"signature_trust": Path("/nowhere/trusted.pem")}])
def test_authorities_that_cannot_be_read_are_no_fault_of_the_signer(
    stand: Stand, stand_settings: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    browser = page(stand)
    give(browser, signed(browser, certified(stand)))
    refused(stand, browser, "unavailable")
    assert "дело не в ней. Войдите другим способом." in browser.text
    assert "signature_trust" in caplog.text and "/nowhere/trusted.pem" in caplog.text


@pytest.mark.parametrize(
    ("script", "reason"),
    [("right", None), ("wrong", "wrong_content"), ("wrong_then_right", None), ("time_out", "challenge_expired")],
)
def test_c09_signature_is_proved_without_a_browser(stand: Stand, script: str, reason: str | None) -> None:
    body = {"person": "vera@example.test", "methods": [{"name": "signature", "script": script}]}
    answer = (
        stand.control().session.post(f"{CONTROL}/login", json=body, headers={"Authorization": f"Bearer {CONTROL_TOKEN}"}).json()
    )
    assert answer["outcome"] == ("refused" if reason else "done"), answer
    assert answer.get("reason") == reason
    if reason is None:
        assert (answer["acr"], answer["amr"]) == ("high", ["swk"])


def test_citizen_who_is_removed_leaves_no_certificate_behind(stand: Stand) -> None:
    browser = page(stand)
    give(browser, signed(browser, certified(stand)))
    assert len(stand.rows("SELECT * FROM used_certificates")) == 1
    stand.control().session.delete(
        f"{CONTROL}/people/{stand.citizen('vera@example.test')}", headers={"Authorization": f"Bearer {CONTROL_TOKEN}"}
    )
    assert stand.rows("SELECT * FROM used_certificates") == []
