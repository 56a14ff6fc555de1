"""What leaves the registry by mail and SMS: to listed people on a test stand, and nobody waits for a courier that is down."""

import logging
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from ground.couriers.settings import Delivery
from ground.jobs import BACK_OFF_SECONDS
from ground.sealing import SecretsUnusable
from ground.settings import SettingRefused
from rp.realm import open_realm
from rp.settings import SMS_KEY_VARIABLE, SMTP_PASSWORD_VARIABLE, TOKEN_VARIABLE, Settings, read_settings
from tests.mail_relay import NAME, PASSWORD, USER, Gateway, Relay, running_gateway, running_relay
from tests.rp.notices.conftest import VERA_MAIL, VERA_PHONE, House


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
def delivery(house: House, relay: Relay, gateway: Gateway, authority: trustme.CA) -> Delivery:
    """Two couriers, whose secrets are files. The authority is named as an operator would: relative to the home."""
    keys = house.stand.home.keys
    authority.cert_pem.write_to_path(str(keys / "relay.pem"))
    for name, secret in (("smtp-password", PASSWORD), ("sms-key", "the key")):
        (keys / name).write_text(f"{secret}\n")
        (keys / name).chmod(0o600)
    return Delivery(
        recipients=(VERA_MAIL, VERA_PHONE),
        smtp_host=NAME,
        smtp_port=relay.port,
        smtp_user=USER,
        sender="registry@propusk.test",
        sms_gateway="smsc",
        sms_url=gateway.url,
        sms_user="registry",
        trusted_ca_file=Path("keys", "rp", "relay.pem"),
    )


@pytest.fixture
def posts(house: House, delivery: Delivery) -> House:
    """The house with couriers, and Vera, who wants both."""
    reopen(house, replace(house.stand.realm.settings, delivery=delivery))
    house.save(house.signed_in(), "requests-email", "requests-sms")
    return house


def reopen(house: House, settings: Settings) -> None:
    """The registry as another process opens it."""
    realm = open_realm(settings, house.stand.home, clock=house.stand.clock, transport=house.stand.transport)
    # The gateway of SMS is a server of the machine, which the network of this process does not have.
    house.stand.realm = replace(realm, outbox=open_realm(settings, house.stand.home, clock=house.stand.clock).outbox)
    house.stand.opened.append(realm)
    house.stand._app = None


def states(house: House) -> list[str]:
    return [message.delivery for message in house.sent()]


def test_news_are_carried_by_mail_and_sms_in_the_name_of_the_registry(posts: House, relay: Relay, gateway: Gateway) -> None:
    posts.tell()
    assert relay.letters == gateway.asked == [], "posting is only a row"
    posts.work()
    (letter,), (sms,) = relay.letters, gateway.asked
    assert letter["From"].startswith("Регистр <registry@propusk.test>"), str(letter["From"])
    assert (letter["Subject"], letter["To"]) == ("Новое сообщение в регистре", VERA_MAIL)
    assert (sms["phones"], sms["psw"]) == (VERA_PHONE[1:], "the key")
    assert states(posts) == ["delivered", "delivered"]


def test_nobody_who_is_not_listed_is_ever_written_to_from_a_test_stand(posts: House, relay: Relay, gateway: Gateway) -> None:
    listed = replace(posts.stand.realm.settings.delivery, recipients=("*@elsewhere.test",))
    reopen(posts, replace(posts.stand.realm.settings, delivery=listed))
    posts.tell()
    posts.work()
    assert relay.letters == gateway.asked == []
    assert states(posts) == ["kept", "kept"]


def test_op_24_registry_goes_on_while_mail_and_sms_are_down_and_delivers_when_they_are_back(
    posts: House, relay: Relay, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # the relay's own, which would be another machine's
    relay.refusals["MAIL"] = "451 4.3.0 not now"
    gateway.says("", 503)
    posts.tell()
    posts.work()
    assert states(posts) == ["waiting", "waiting"]
    browser = posts.signed_in()
    assert browser.get("/").status_code == 200
    assert "Решение по заявлению" in browser.get("/notices").text, "the cabinet tells it whatever becomes of the letter"
    relay.refusals.clear()
    gateway.says({"id": 1, "cnt": 1})
    posts.stand.clock.advance(BACK_OFF_SECONDS[0])
    posts.work()
    assert states(posts) == ["delivered", "delivered"]
    assert len(relay.letters) == 1
    for secret in (VERA_MAIL, VERA_PHONE[1:], "the key", PASSWORD):
        assert secret not in caplog.text


def test_lb_10_lm_18_production_empties_what_is_delivered(posts: House, relay: Relay) -> None:
    mine = posts.stand.realm.settings
    reopen(posts, replace(mine, environment="production", url="https://rp.test", issuer="https://idp.test"))
    posts.tell()
    posts.work()
    assert len(relay.letters) == 1
    assert posts.sent() == []
    with posts.stand.realm.database.read() as connection:
        assert [bytes(row[0]) for row in connection.exec_driver_sql("SELECT sealed FROM outbox")] == [b"", b""]


def test_secret_of_a_courier_is_a_file_of_its_owner_or_a_variable(
    house: House, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(house.stand.realm.settings, delivery=delivery)
    file = house.stand.home.keys / "smtp-password"
    file.chmod(0o640)
    with pytest.raises(SecretsUnusable, match="chmod 600"):
        reopen(house, settings)
    file.unlink()
    with pytest.raises(SecretsUnusable, match=SMTP_PASSWORD_VARIABLE):
        reopen(house, settings)
    monkeypatch.setenv(SMTP_PASSWORD_VARIABLE, PASSWORD)
    reopen(house, settings)
    assert stat.S_IMODE((house.stand.home.keys / "sms-key").stat().st_mode) == 0o600


def test_secrets_are_no_settings_and_production_sends_nothing_in_the_clear(tmp_path: Path) -> None:
    variables = {
        "PROPUSK_HOME": str(tmp_path),
        "REGISTRY_ENVIRONMENT": "production",
        "REGISTRY_URL": "https://rp.test",
        "REGISTRY_ISSUER": "https://idp.test",
        "REGISTRY_DELIVERY_SMTP_HOST": "mail.example",
        "REGISTRY_DELIVERY_SENDER": "registry@propusk.test",
        **dict.fromkeys((SMTP_PASSWORD_VARIABLE, SMS_KEY_VARIABLE, TOKEN_VARIABLE), "never shown"),
    }
    settings, _ = read_settings(variables)
    assert settings.delivery.smtp_host == "mail.example" and "never shown" not in repr(settings)
    with pytest.raises(SettingRefused, match="delivery must use TLS in production"):
        read_settings({**variables, "REGISTRY_DELIVERY_SMTP_SECURITY": "none"})
