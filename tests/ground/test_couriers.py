"""The couriers: what a real relay and a real gateway are handed, and what is thought of their answers."""

import socket
import ssl
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import trustme

from ground.couriers.letter import compose
from ground.couriers.sms_gateway import SHAPES, Account, SmsGatewayCourier
from ground.couriers.smtp import SmtpCourier
from ground.fetch import FetchPolicy, open_session
from ground.message import Message, NotNow, Undeliverable
from tests.mail_relay import NAME, PASSWORD, USER, Gateway, Relay, running_gateway, running_relay

SUBJECT = "Код для входа в «Пропуск» — не сообщайте его никому, даже если очень просят, в том числе сотрудникам"
TEXT = "Вера, вы входите в «Регистр». Ваш код: 407193. Действует 5 минут.\nЭто не вы? <Смените> пароль."
LETTER = Message(1, "message-1", "email", "vera@example.test", TEXT, 1_795_340_000, subject=SUBJECT)
SMS = Message(2, "message-2", "sms", "+79990000017", "Пропуск: код для входа 407193.", 1_795_340_000)
SENDER = "noreply@propusk.test"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def relay(authority: trustme.CA) -> Iterator[Relay]:
    with running_relay(authority) as relay:
        yield relay


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running_gateway() as gateway:
        yield gateway


def mail(relay: Relay, authority: trustme.CA | None, security: str = "starttls", **terms: object) -> SmtpCourier:
    """A courier that believes the authority, or whom the machine believes."""
    tls = ssl.create_default_context()
    if authority is not None:
        authority.configure_trust(tls)
    courier = SmtpCourier(NAME, security, SENDER, "Пропуск", tls, port=relay.port, user=USER, password=PASSWORD)
    return replace(courier, **terms)  # type: ignore[arg-type]


def sms(gateway: Gateway, shape: str, sender: str = "") -> SmsGatewayCourier:
    session = open_session(FetchPolicy(hosts=frozenset({"127.0.0.1"})))
    return SmsGatewayCourier(session, SHAPES[shape], Account(gateway.url, "user@example.test", "the key", sender))


class Page(HTMLParser):
    """What a mail program shows of a page: its words, and which of them are large."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.languages: list[str | None] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.languages += [given["lang"]] if tag == "html" else []
        self.loads += [tag] if tag in ("link", "script", "img", "iframe") else []

    def handle_data(self, data: str) -> None:
        self.words += [data.strip()] if data.strip() else []


def test_cyrillic_letter_arrives_as_it_was_written(relay: Relay, authority: trustme.CA) -> None:
    mail(relay, authority).carry(LETTER)
    (letter,), (envelope,) = relay.letters, relay.envelopes
    assert letter["Subject"] == SUBJECT
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, ["vera@example.test"])
    assert letter["From"].addresses[0].display_name == "Пропуск"
    assert letter["To"].addresses[0].addr_spec == "vera@example.test"
    assert letter["Date"].datetime.timestamp() == LETTER.created_at
    assert (letter["Auto-Submitted"], letter["Content-Language"]) == ("auto-generated", "ru")
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    text = letter.get_body(("plain",))
    assert text is not None and text.get_content().replace("\r\n", "\n") == TEXT + "\n"
    assert relay.were_private == [True]
    assert (envelope.content or b"").isascii(), "a relay need not take eight bits"


def test_page_of_a_letter_says_what_the_text_says_and_loads_nothing(relay: Relay, authority: trustme.CA) -> None:
    mail(relay, authority).carry(LETTER)
    part = relay.letters[0].get_body(("html",))
    assert part is not None
    page = Page(part.get_content())
    at = page.words.index("407")
    assert page.words[at + 1] == "193", "the code stands alone, with no space that would be copied with it"
    assert {"Вера, вы входите в «Регистр». Ваш код:", "Действует 5 минут.", "Это не вы? <Смените> пароль."} <= set(page.words)
    assert {SUBJECT, "Учебный стенд. Это не Госуслуги."} <= set(page.words)
    assert page.languages == ["ru"]
    assert page.loads == []


def test_letter_without_a_code_or_a_subject_is_a_letter() -> None:
    message = replace(LETTER, subject=None, text="A new device.\n\nWas it you?", language="en")
    letter = compose(message, sender=SENDER, sender_name="Пропуск")
    assert letter["Subject"] == "Пропуск"
    part = letter.get_body(("html",))
    assert part is not None
    page = Page(part.get_content())
    assert {"A new device.", "Was it you?", "Test stand. This is not Gosuslugi."} <= set(page.words)
    assert page.languages == ["en"]


def test_letter_that_is_made_again_has_the_same_id() -> None:
    ids = {compose(LETTER, sender=SENDER, sender_name="Пропуск")["Message-ID"] for _ in range(2)}
    assert ids == {"<message-1@propusk.test>"}


def test_subject_with_a_line_feed_adds_no_header(relay: Relay, authority: trustme.CA) -> None:
    mail(relay, authority).carry(replace(LETTER, subject="Код\r\nBcc: evil@example.test"))
    assert relay.letters[0]["Bcc"] is None
    assert relay.letters[0]["Subject"] == "Код Bcc: evil@example.test"


@pytest.mark.parametrize(
    "address", ["vera", "vera@", "@example.test", "vera@example.test\r\nBcc: evil@example.test", "a b@c", ""]
)
def test_letter_to_what_is_no_address_is_undeliverable(address: str, relay: Relay, authority: trustme.CA) -> None:
    with pytest.raises(Undeliverable, match="not one of mail"):
        mail(relay, authority).carry(replace(LETTER, address=address))
    assert relay.letters == []


@pytest.mark.parametrize(("security", "is_private"), [("tls", True), ("none", False)])
def test_relay_is_talked_to_over_tls_from_the_first_word_or_in_the_clear(
    authority: trustme.CA, security: str, is_private: bool
) -> None:
    with running_relay(authority, security) as relay:
        mail(relay, authority, security, **({} if is_private else {"user": ""})).carry(LETTER)
        assert len(relay.letters) == 1
        assert relay.were_private == [is_private]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_relay_with_a_certificate_of_somebody_else_hears_no_password(authority: trustme.CA, security: str) -> None:
    with running_relay(authority, security) as relay:
        with pytest.raises(NotNow, match="SSLCertVerificationError"):
            mail(relay, None, security).carry(LETTER)
        with pytest.raises(NotNow, match="SSLCertVerificationError"):
            mail(relay, authority, security, host="127.0.0.1").carry(LETTER)
        assert relay.letters == []


def test_relay_without_starttls_gets_nothing(authority: trustme.CA) -> None:
    with running_relay(authority, "none") as relay:
        with pytest.raises(NotNow, match="SMTPNotSupportedError"):
            mail(relay, authority, "starttls").carry(LETTER)
        assert relay.letters == []


@pytest.mark.parametrize(
    ("word", "answer", "expected", "says"),
    [
        ("RCPT", "550 5.1.1 vera@example.test is unknown", Undeliverable, "the relay refuses the recipient (550)"),
        ("RCPT", "450 4.2.1 vera@example.test is full", NotNow, "the relay refuses the recipient (450)"),
        ("DATA", "554 5.7.1 smells: 407193", Undeliverable, "the relay refuses the letter (554)"),
        ("DATA", "451 4.3.0 later", NotNow, "the relay refuses the letter (451)"),
        ("MAIL", "553 5.1.8 not you", NotNow, "the relay refuses us (553)"),
        ("AUTH", "535 5.7.8 no", NotNow, "the relay refuses us (535)"),
    ],
)
def test_refusal_of_the_relay_is_for_good_or_for_now(
    relay: Relay, authority: trustme.CA, word: str, answer: str, expected: type[Exception], says: str
) -> None:
    relay.refusals[word] = answer
    with pytest.raises(expected) as refused:
        mail(relay, authority).carry(LETTER)
    assert str(refused.value) == says, "neither the address nor a word of the letter"
    assert refused.value.__suppress_context__
    assert relay.letters == []


def test_relay_that_took_the_letter_and_says_no_goodbye_has_taken_it(relay: Relay, authority: trustme.CA) -> None:
    relay.refusals["QUIT"] = "never"
    mail(relay, authority).carry(LETTER)
    assert len(relay.letters) == 1


def test_relay_that_is_down_or_silent_is_for_now(authority: trustme.CA) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(NotNow, match="cannot be talked to"):
            mail(Relay(port), authority, timeout_seconds=0.05).carry(LETTER)
    with pytest.raises(NotNow, match="ConnectionRefusedError"):
        mail(Relay(port), authority).carry(LETTER)


def test_secrets_are_not_shown_where_a_courier_is(relay: Relay, authority: trustme.CA, gateway: Gateway) -> None:
    assert PASSWORD not in repr(mail(relay, authority))
    assert "the key" not in repr(Account(gateway.url, "user", "the key"))


def test_smsc_is_asked_by_a_form(gateway: Gateway) -> None:
    gateway.says({"id": 1, "cnt": 1})
    sms(gateway, "smsc").carry(SMS)
    sms(gateway, "smsc", sender="Propusk").carry(SMS)
    first, second = gateway.asked
    expected = {"login": "user@example.test", "psw": "the key", "phones": "79990000017", "charset": "utf-8", "fmt": "3"}
    assert first == expected | {"mes": SMS.text}
    assert second == first | {"sender": "Propusk"}


def test_sms_aero_is_asked_by_json(gateway: Gateway) -> None:
    gateway.says({"success": True, "data": {"id": 1, "status": 8}, "message": None})
    sms(gateway, "smsaero").carry(SMS)
    sms(gateway, "smsaero", sender="Propusk").carry(SMS)
    first, second = gateway.asked
    assert first == {"number": "79990000017", "text": SMS.text, "sign": "SMS Aero"}
    assert second == first | {"sign": "Propusk"}
    assert b64decode(str(gateway.authorizations[0]).removeprefix("Basic ")) == b"user@example.test:the key"


@pytest.mark.parametrize(
    ("shape", "status", "answer", "expected", "says"),
    [
        ("smsc", 200, {"error": "invalid number 79990000017", "error_code": 7}, Undeliverable, "error 7"),
        ("smsc", 200, {"error": "message is denied: 407193", "error_code": 6}, Undeliverable, "error 6"),
        ("smsc", 200, {"error": "can not to deliver", "error_code": 8, "id": 1}, Undeliverable, "error 8"),
        ("smsc", 200, {"error": "authorise error", "error_code": 2}, NotNow, "error 2"),
        ("smsc", 200, {"error": "no money"}, NotNow, "error without a number"),
        ("smsc", 200, {"error": "odd", "error_code": "407193"}, NotNow, "error without a number"),
        ("smsc", 200, {"cnt": 1}, NotNow, "200 and does not say"),
        ("smsc", 403, {"id": 1, "cnt": 1}, NotNow, "403 and does not say"),
        ("smsaero", 400, {"success": False, "data": None, "message": "79990000017"}, Undeliverable, "answers 400"),
        ("smsaero", 401, {"success": False, "message": "who?"}, NotNow, "401 and does not say"),
        ("smsaero", 402, {"success": False, "message": "no money"}, NotNow, "402 and does not say"),
        ("smsaero", 200, {"success": False, "message": "no"}, NotNow, "200 and does not say"),
        ("smsaero", 200, {"success": "true"}, NotNow, "200 and does not say"),
        *[
            (shape, status, answer, NotNow, says)
            for shape in SHAPES
            for status, answer, says in [
                (500, {"id": 1, "success": True}, "answers 500"),
                (200, "OK", "no JSON object"),
                (200, "[1]", "no JSON object"),
                (302, {"id": 1, "success": True}, "does not answer (FetchRefused)"),
            ]
        ],
    ],
)
def test_answer_of_a_gateway_is_for_good_or_for_now(
    gateway: Gateway, shape: str, status: int, answer: object, expected: type[Exception], says: str
) -> None:
    gateway.says(answer, status)
    with pytest.raises(expected) as refused:
        sms(gateway, shape).carry(SMS)
    assert says in str(refused.value)
    assert "407193" not in str(refused.value) and "79990000017" not in str(refused.value)
    assert len(gateway.asked) == 1


def test_gateway_that_is_down_is_for_now(gateway: Gateway) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NotNow, match="ConnectionError"):
        sms(replace(gateway, url=f"http://127.0.0.1:{port}/"), "smsc").carry(SMS)
