"""How a message gets from the outbox to people, and what is left of it: on a test stand and in production."""

import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from ground.jobs import BACK_OFF_SECONDS, TRIES
from ground.outbox import Progress
from ground.sealing import SecretsUnusable
from ground.settings import SettingRefused
from idp.app import run_due_jobs
from idp.authentication.methods.one_time_code.channels import EMAIL, SMS
from idp.authentication.methods.one_time_code.method import OneTimeCodeMethod
from idp.citizens import directory
from idp.realm import Realm, open_realm
from idp.sandboxes.description import Description, settings_of
from idp.settings import SMS_KEY_VARIABLE, SMTP_PASSWORD_VARIABLE, Delivery, Settings, read_settings
from tests.idp.control.conftest import Control
from tests.idp.stand import CONTROL, CONTROL_TOKEN, Stand
from tests.mail_relay import NAME, PASSWORD, USER, Gateway, Relay, running_gateway, running_relay

VERA, PHONE = "vera@example.test", "+70000000017"
CODE = "407193"
TEXT = f"Пропуск: код для входа {CODE}. Действует 5 минут."
SUBJECT = "Код для входа"


class Post:
    """A realm with both couriers, and somebody who posts and lets the jobs run."""

    def __init__(self, stand: Stand, realm: Realm) -> None:
        self.stand = stand
        self.realm = realm

    def post(self, address: str = VERA, useful_for_seconds: int | None = None) -> str:
        channel = "email" if "@" in address else "sms"
        with self.realm.database.write() as connection:
            return self.realm.outbox.post(
                connection, channel=channel, address=address, text=TEXT, subject=SUBJECT, useful_for_seconds=useful_for_seconds
            )

    def state(self, message_id: str) -> str:
        return self.progress(message_id).state

    def progress(self, message_id: str) -> Progress:
        with self.realm.database.read() as connection:
            progress = self.realm.outbox.state_of(connection, message_id)
        assert progress is not None
        return progress

    def readable(self) -> list[str]:
        with self.realm.database.read() as connection:
            return [message.text for message in self.realm.outbox.messages(connection, with_failed=True)]

    def bodies(self) -> list[bytes]:
        return [bytes(row[0]) for row in self.stand.rows("SELECT sealed FROM outbox ORDER BY number")]  # type: ignore[call-overload]

    def work(self) -> int:
        return run_due_jobs(self.realm)

    def work_to_the_end(self) -> None:
        """Every try there is."""
        self.work()
        for pause in BACK_OFF_SECONDS:
            self.stand.clock.advance(pause)
            self.work()


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
        gateway.says({"id": 1, "cnt": 1})
        yield gateway


@pytest.fixture
def settings(stand: Stand, relay: Relay, gateway: Gateway, authority: trustme.CA) -> Settings:
    """Those of a test stand with two couriers, whose secrets are files."""
    keys = stand.settings.keys_folder
    authority.cert_pem.write_to_path(str(keys / "relay.pem"))
    for name, secret in (("smtp-password", PASSWORD), ("sms-key", "the key")):
        (keys / name).write_text(f"{secret}\n")
        (keys / name).chmod(0o600)
    delivery = Delivery(
        recipients=("VERA@example.test", "*@Propusk.test", PHONE),
        smtp_host=NAME,
        smtp_port=relay.port,
        smtp_user=USER,
        sender="noreply@propusk.test",
        sms_gateway="smsc",
        sms_url=gateway.url,
        sms_user="propusk",
        trusted_ca_file=keys / "relay.pem",
    )
    return replace(stand.settings, delivery=delivery)


def opened(stand: Stand, settings: Settings) -> Iterator[Post]:
    realm = open_realm(settings, clock=stand.clock)
    yield Post(stand, realm)
    realm.database.close()


def as_in_production(settings: Settings) -> Settings:
    return replace(settings, environment="production", issuer="https://idp.test", codes_per_hour=5)


@pytest.fixture
def post(stand: Stand, settings: Settings) -> Iterator[Post]:
    yield from opened(stand, settings)


@pytest.fixture
def production(stand: Stand, settings: Settings) -> Iterator[Post]:
    yield from opened(stand, as_in_production(settings))


def test_message_to_a_listed_recipient_is_delivered_by_a_job(post: Post, relay: Relay, gateway: Gateway) -> None:
    letter, sms = post.post(), post.post(PHONE)
    assert relay.letters == gateway.asked == [], "posting is only a row"
    assert (post.state(letter), post.state(sms)) == ("waiting", "waiting")
    assert post.work() == 2
    assert [received["Subject"] for received in relay.letters] == [SUBJECT]
    assert [(asked["phones"], asked["mes"], asked["psw"]) for asked in gateway.asked] == [(PHONE[1:], TEXT, "the key")]
    assert post.progress(letter) == post.progress(sms) == Progress("delivered", Stand.START, None)
    assert not post.progress(letter).is_in_trouble
    assert post.readable() == [TEXT, TEXT], "on a test stand the phone reads it still"
    assert post.work() == 0


@pytest.mark.parametrize("address", ["pyotr@example.test", "vera@example.test.evil.test", "x@sub.propusk.test", "+70000000018"])
def test_message_to_anybody_else_never_leaves_a_test_stand(post: Post, relay: Relay, gateway: Gateway, address: str) -> None:
    kept = post.post(address)
    post.work_to_the_end()
    assert relay.letters == gateway.asked == []
    assert post.state(kept) == "kept"
    assert post.readable() == [TEXT]


@pytest.mark.parametrize("address", ["EsiaTest001@yandex.ru", "esiatest001+x@ya.ru", '"ESIATEST010"@Yandex.com'])
def test_mail_to_logins_of_the_test_system_of_esia_never_leaves_whoever_is_listed(
    stand: Stand, settings: Settings, relay: Relay, address: str
) -> None:
    """The host is a real one, and so is whoever reads its mail."""
    everybody = ("*@yandex.ru", "*@ya.ru", "*@yandex.com", address)
    posts = opened(stand, replace(settings, delivery=replace(settings.delivery, recipients=everybody)))
    post = next(posts)
    letter, other = post.post(address), post.post("somebody@yandex.ru")
    post.work_to_the_end()
    assert (post.state(letter), post.state(other)) == ("kept", "delivered")
    assert [received["To"] for received in relay.letters] == ["somebody@yandex.ru"]
    assert next(posts, None) is None


@pytest.mark.parametrize("address", ["Vera@Example.test", "anybody@propusk.test"])
def test_recipient_is_listed_by_address_or_domain_in_any_case(post: Post, relay: Relay, address: str) -> None:
    post.post(address)
    post.work()
    assert len(relay.letters) == 1


def test_message_is_found_however_its_address_is_spelled(post: Post) -> None:
    post.post("EsiaTest001@yandex.ru")
    with post.realm.database.read() as connection:
        found = post.realm.outbox.messages(connection, channel="email", address="esiatest001@YANDEX.ru")
    assert [message.address for message in found] == ["EsiaTest001@yandex.ru"]


def test_message_of_a_transaction_that_fails_is_never_sent(post: Post, relay: Relay) -> None:
    with post.realm.database.write() as connection:
        post.realm.outbox.post(connection, channel="email", address=VERA, text=TEXT)
        connection.rollback()
    assert post.work() == 0
    assert relay.letters == []


def test_courier_that_is_down_is_tried_again_and_then_given_up(
    post: Post, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.says({"error": "no money", "error_code": 3})
    sms = post.post(PHONE)
    post.work()
    assert post.progress(sms) == Progress("waiting", None, Stand.START)
    assert post.progress(sms).is_in_trouble, "a page can say so before the last try"
    post.work_to_the_end()
    assert len(gateway.asked) == TRIES
    assert post.state(sms) == "failed"
    assert f"message {sms} by sms is given up after {TRIES} tries: the gateway answers error 3" in caplog.text
    gateway.says({"id": 1, "cnt": 1})
    post.stand.clock.advance(1_000_000)
    assert post.work() == 0


def test_courier_that_is_well_again_delivers(post: Post, gateway: Gateway) -> None:
    gateway.says("", 503)
    sms = post.post(PHONE)
    post.work()
    gateway.says({"id": 1, "cnt": 1})
    post.stand.clock.advance(BACK_OFF_SECONDS[0])
    post.work()
    assert post.state(sms) == "delivered"
    assert not post.progress(sms).is_in_trouble


def test_r028_refusal_for_good_is_known_at_once(post: Post, relay: Relay, gateway: Gateway) -> None:
    gateway.says({"error": "invalid number", "error_code": 7})
    relay.refusals["RCPT"] = "550 5.1.1 unknown"
    sms, letter = post.post(PHONE), post.post()
    post.work()
    assert (post.state(sms), post.state(letter)) == ("failed", "failed")
    post.work_to_the_end()
    assert len(gateway.asked) == 1


def test_code_that_has_run_out_is_not_sent(post: Post, gateway: Gateway) -> None:
    gateway.says("", 503)
    late = post.post(PHONE, useful_for_seconds=300)
    post.work_to_the_end()
    assert post.state(late) == "failed"
    assert len(gateway.asked) == 4, "at once, after 2, 12 and 72 seconds; the next would be too late"
    gateway.says({"id": 1, "cnt": 1})
    overdue = post.post(PHONE, useful_for_seconds=300)
    post.stand.clock.advance(301)
    post.work()
    assert post.state(overdue) == "failed"
    assert len(gateway.asked) == 4


def test_job_that_runs_twice_loses_nothing_and_sends_nothing_twice(post: Post, relay: Relay) -> None:
    message = post.post()
    ((kind,),) = post.stand.rows("SELECT kind FROM jobs")
    post.work()
    with post.realm.database.write() as connection:
        post.realm.jobs.enqueue(connection, str(kind), {"message": message})
    post.work()
    assert len(relay.letters) == 1
    assert post.state(message) == "delivered"


def test_worker_that_dies_before_it_writes_leaves_the_same_letter_to_the_next(
    production_or_test: Post, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = production_or_test
    message = post.post()
    with monkeypatch.context() as dying:
        dying.setattr("ground.outbox.update", _die)
        post.work()
    assert post.state(message) == "waiting"
    post.stand.clock.advance(BACK_OFF_SECONDS[0])
    post.work()
    assert post.state(message) == "delivered"
    first, second = relay.letters
    assert first["Message-ID"] == second["Message-ID"], "its reader's program knows it for one"


def _die(*_: object) -> None:
    raise OSError("the disk is full")


@pytest.fixture(params=["test", "production"])
def production_or_test(request: pytest.FixtureRequest, stand: Stand, settings: Settings) -> Iterator[Post]:
    yield from opened(stand, settings if request.param == "test" else as_in_production(settings))


def test_job_of_a_message_that_is_gone_is_done(post: Post) -> None:
    post.post()
    post.stand.execute("DELETE FROM outbox")
    assert post.work() == 1
    assert post.work() == 0
    with post.realm.database.read() as connection:
        assert post.realm.outbox.state_of(connection, "message-that-is-gone") is None


def test_message_that_cannot_be_opened_is_given_up_without_its_text(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    _, message = post.post(), post.post()
    post.stand.execute("UPDATE outbox SET sealed = (SELECT sealed FROM outbox WHERE number = 1) WHERE number = 2")
    post.work_to_the_end()
    assert post.state(message) == "failed"
    assert f"message {message} by email cannot be carried: SealBroken" in caplog.text


def test_lb_10_lm_18_production_empties_a_message_that_is_delivered(production: Post, relay: Relay, gateway: Gateway) -> None:
    letter = production.post("nobody.listed@elsewhere.test")
    sms = production.post("+79990000001")
    assert all(production.bodies()), "sealed until then"
    production.work()
    assert len(relay.letters) == len(gateway.asked) == 1, "in production everybody is reached"
    assert (production.state(letter), production.state(sms)) == ("delivered", "delivered")
    assert production.bodies() == [b"", b""]
    assert production.readable() == []


def test_lb_10_production_empties_a_message_that_is_given_up(production: Post, gateway: Gateway) -> None:
    gateway.says("", 503)
    sms = production.post(PHONE)
    production.work()
    assert all(production.bodies())
    production.work_to_the_end()
    assert production.state(sms) == "failed"
    assert production.bodies() == [b""]


def test_lb_10_production_without_a_courier_keeps_nothing_and_offers_nothing(stand: Stand, settings: Settings) -> None:
    only_mail = replace(settings.delivery, sms_gateway="", sms_url="")
    for post in opened(stand, as_in_production(replace(settings, delivery=only_mail))):
        assert post.realm.outbox.can_deliver("email")
        assert not post.realm.outbox.can_deliver("sms")
        message = post.post(PHONE)
        assert post.progress(message) == Progress("failed", None, Stand.START)
        assert post.bodies() == [b""]
        assert post.work() == 0


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_method_whose_channel_reaches_nobody_is_not_offered_in_production(stand: Stand, settings: Settings, channel: str) -> None:
    missing = {"sms": {"sms_gateway": "", "sms_url": ""}, "email": {"smtp_host": "", "smtp_user": ""}}[channel]
    bare = replace(settings, delivery=replace(settings.delivery, **missing))  # type: ignore[arg-type]
    assert offered(stand, settings) == offered(stand, bare) == offered(stand, as_in_production(settings)) == {"sms", "email"}
    assert offered(stand, as_in_production(bare)) == {"sms", "email"} - {channel}


def offered(stand: Stand, settings: Settings) -> set[str]:
    """The channels on which Vera may have a code."""
    found: set[str] = set()
    for post in opened(stand, settings):
        with post.realm.database.read() as connection:
            vera = directory.find_by_login(post.realm, connection, VERA)
            assert vera is not None
            methods = [OneTimeCodeMethod(channel) for channel in (SMS, EMAIL)]
            found = {method.channel.name for method in methods if method.is_offered(post.realm, connection, vera)}
    return found


def test_code_of_a_sign_in_is_of_no_use_when_it_has_run_out(stand: Stand) -> None:
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial", ui_locales="en"))
    stand.sign_in(browser)
    assert stand.rows("SELECT useless_at - created_at FROM outbox") == [(300,)]
    with stand.realm.database.read() as connection:
        assert [message.language for message in stand.realm.outbox.messages(connection)] == ["en"]


def test_courier_that_is_taken_away_fails_what_waits_for_it(stand: Stand, settings: Settings) -> None:
    for post in opened(stand, settings):
        message = post.post()
    for post in opened(stand, stand.settings):
        post.work()
        assert post.state(message) == "failed"


def test_test_stand_delivers_every_channel_to_the_phone(stand: Stand) -> None:
    assert stand.realm.outbox.can_deliver("sms") and stand.realm.outbox.can_deliver("email")
    plain = Post(stand, stand.realm)
    message = plain.post()
    assert plain.state(message) == "kept"
    assert plain.work() == 0, "nothing is owed where nothing is configured"


def test_realm_at_another_time_has_the_same_couriers(post: Post, relay: Relay) -> None:
    later = Post(post.stand, post.realm.at(type(post.stand.clock)(Stand.START + 60)))  # type: ignore[call-arg, arg-type]
    message = later.post()
    later.work()
    assert later.progress(message) == Progress("delivered", Stand.START + 60, None)
    assert len(relay.letters) == 1


@pytest.mark.parametrize("is_well", [True, False])
def test_lm_18_no_code_address_or_secret_is_in_any_log(
    production_or_test: Post, relay: Relay, gateway: Gateway, caplog: pytest.LogCaptureFixture, is_well: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # the relay's own, which would be another machine's
    if not is_well:
        gateway.says({"error": f"denied: {TEXT} to {PHONE}", "error_code": 3})
        relay.refusals["RCPT"] = f"450 {VERA} is full"
    production_or_test.post()
    production_or_test.post(PHONE)
    production_or_test.work_to_the_end()
    for secret in (CODE, VERA, PHONE[1:], "the key", PASSWORD):
        assert secret not in caplog.text
        assert all(secret not in str(row) for row in production_or_test.stand.rows("SELECT payload, last_error FROM jobs"))


def test_op_24_sign_in_goes_on_while_a_courier_is_down(stand: Stand, settings: Settings, gateway: Gateway) -> None:
    gateway.says("", 503)
    for post in opened(stand, settings):
        stand.realm = replace(stand.realm, outbox=post.realm.outbox)
        message = post.post(PHONE)
        post.work()
        assert post.state(message) == "waiting"
        assert stand.tokens()["id_token"]


def test_what_happens_in_a_sandbox_stays_there(settings: Settings, tmp_path: Path) -> None:
    described = settings_of(Description("mine", 0, 1), settings, tmp_path)
    assert settings.delivery.smtp_host and not described.delivery.smtp_host and not described.delivery.sms_gateway


def test_secret_is_in_a_variable_or_in_a_file_that_others_cannot_read(
    stand: Stand, settings: Settings, monkeypatch: pytest.MonkeyPatch, relay: Relay
) -> None:
    file = settings.keys_folder / "smtp-password"
    file.chmod(0o640)
    with pytest.raises(SecretsUnusable, match="chmod 600"):
        open_realm(settings, clock=stand.clock)
    file.chmod(0o600)
    for content, says in ((b" \n", "is empty"), (b"\xff", "is not a text")):
        file.write_bytes(content)
        with pytest.raises(SecretsUnusable, match=says):
            open_realm(settings, clock=stand.clock)
    file.unlink()
    with pytest.raises(SecretsUnusable, match=SMTP_PASSWORD_VARIABLE):
        open_realm(settings, clock=stand.clock)
    monkeypatch.setenv(SMTP_PASSWORD_VARIABLE, PASSWORD)
    for post in opened(stand, settings):
        post.post()
        post.work()
        assert len(relay.letters) == 1


def test_secrets_are_no_settings_and_delivery_is(tmp_path: Path) -> None:
    variables = {
        "PROPUSK_HOME": str(tmp_path),
        "PROPUSK_ENVIRONMENT": "test",
        "PROPUSK_DELIVERY_RECIPIENTS": "vera@example.test, *@propusk.test",
        "PROPUSK_DELIVERY_SMTP_HOST": "mail.example",
        "PROPUSK_DELIVERY_SENDER": "noreply@propusk.test",
        SMTP_PASSWORD_VARIABLE: "never shown",
        SMS_KEY_VARIABLE: "never shown",
    }
    settings = read_settings(variables)
    assert settings.delivery.recipients == ("vera@example.test", "*@propusk.test")
    assert "never shown" not in repr(settings)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "idp.toml").write_text('[delivery]\nsmtp_password = "x"\n')
    with pytest.raises(SettingRefused, match="smtp_password is not a setting"):
        read_settings(variables)
    assert not os.environ.get(SMTP_PASSWORD_VARIABLE)


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"recipients": ("everybody",)}, "recipients"),
        ({"recipients": ("*",)}, "recipients"),
        ({"recipients": ("*@",)}, "recipients"),
        ({"recipients": ("*@*",)}, "recipients"),
        ({"recipients": ("89990000000",)}, "recipients"),
        ({"smtp_security": "ssl"}, "none, starttls, tls"),
        ({"smtp_port": 65_536}, "smtp_port"),
        ({"smtp_port": -1}, "smtp_port"),
        ({"smtp_host": "mail.example"}, "sender"),
        ({"smtp_host": "mail.example", "sender": "Пропуск"}, "sender"),
        ({"smtp_host": "mail.example", "sender": "a@b", "smtp_security": "none", "smtp_user": "a"}, "in the clear"),
        ({"sms_gateway": "pigeon", "sms_user": "a"}, "smsc, smsaero"),
        ({"sms_gateway": "smsc"}, "sms_user"),
        ({"sms_gateway": "smsc", "sms_user": "a", "sms_url": "ftp://x"}, "sms_url"),
        ({"sms_gateway": "smsc", "sms_user": "a", "sms_url": "https://"}, "sms_url"),
    ],
)
def test_delivery_that_makes_no_sense_is_refused(terms: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Delivery(**terms)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("terms", "is_fine"),
    [
        ({"smtp_host": "mail.example", "sender": "a@b"}, True),
        ({"smtp_host": "mail.example", "sender": "a@b", "smtp_security": "none"}, False),
        ({"smtp_host": "localhost", "sender": "a@b", "smtp_security": "none"}, True),
        ({"sms_gateway": "smsaero", "sms_user": "a"}, True),
        ({"sms_gateway": "smsaero", "sms_user": "a", "sms_url": "https://sms.example/"}, True),
        ({"sms_gateway": "smsaero", "sms_user": "a", "sms_url": "http://sms.example/"}, False),
        ({"sms_gateway": "smsaero", "sms_user": "a", "sms_url": "http://127.0.0.1:8025/"}, True),
    ],
)
def test_codes_leave_a_production_in_tls_only(stand: Stand, terms: dict[str, object], is_fine: bool) -> None:
    delivery = Delivery(**terms)  # type: ignore[arg-type]
    assert replace(stand.settings, delivery=delivery)
    if is_fine:
        assert as_in_production(replace(stand.settings, delivery=delivery))
    else:
        with pytest.raises(ValueError, match="TLS in production"):
            as_in_production(replace(stand.settings, delivery=delivery))


def test_r028_test_can_have_messages_to_an_address_fail(stand: Stand) -> None:
    control, plain = Control(stand.control()), Post(stand, stand.realm)
    control.post("/outbox/failing", address="80000000017", fails=True)
    control.post("/outbox/failing", address=PHONE, fails=True)
    failed, other = plain.post(PHONE), plain.post("+70000000018")
    assert plain.progress(failed) == Progress("failed", None, Stand.START)
    assert plain.progress(failed).is_in_trouble
    assert plain.state(other) == "kept"
    told = {message["address"]: message["delivery"] for message in control.get("/outbox")["messages"]}
    assert told == {PHONE: "failed", "+70000000018": "kept"}
    phone = control.browser.open(f"{CONTROL}/phone/{stand.citizen(VERA)}", headers={"Authorization": f"Bearer {CONTROL_TOKEN}"})
    assert phone.status == 200
    assert CODE not in phone.answer.text, "the phone did not get it"
    control.post("/outbox/failing", address=PHONE, fails=False)
    assert plain.state(plain.post(PHONE)) == "kept"
    assert stand.actions()[-3:] == ["delivery.scripted"] * 3


@pytest.mark.parametrize("address", ["somebody", "", "+7", "a@", "x" * 254])
def test_only_an_address_can_fail(stand: Stand, address: str) -> None:
    control = Control(stand.control())
    assert control.refused("POST", "/outbox/failing", {"address": address, "fails": True}) == (422, "body_invalid")
