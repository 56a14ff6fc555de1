"""What leaves the outbox of a realm: the couriers that the settings name, with the secrets that are no settings.

A secret is in an environment variable, or in a file of its own under `keys/<instance>/` that only its owner can read.
"""

import os
import re
import ssl
from urllib.parse import urlsplit

from ground.couriers.sms_gateway import SHAPES, Account, SmsGatewayCourier
from ground.couriers.smtp import SmtpCourier
from ground.fetch import FetchPolicy, Transport, open_session
from ground.message import Courier
from ground.outbox import Dispatch
from ground.sealing import read_secret
from idp.settings import SMS_KEY_VARIABLE, SMTP_PASSWORD_VARIABLE, Settings

NAME = "Пропуск"
OF_ESIA_TEST = re.compile(r"[^@]*esiatest[^@]*@(?:yandex\.[a-z]+|ya\.ru|narod\.ru)\Z")
"""Logins of the public test system of ESIA, which our invented people have too. The host is real, and so are its mailboxes, by
every name that it has: on a test stand nothing is sent there, whoever is listed."""


def make_dispatch(settings: Settings, transport: Transport | None = None) -> Dispatch:
    """The couriers of a realm and whom they may reach: in production everybody, on a test stand who is listed.

    Raises SecretsUnusable.
    """
    couriers: dict[str, Courier] = {}
    if settings.delivery.smtp_host:
        couriers["email"] = _mail(settings)
    if settings.delivery.sms_gateway:
        couriers["sms"] = _sms(settings, transport)
    listed = frozenset(recipient.lower() for recipient in settings.delivery.recipients)
    return Dispatch(
        couriers,
        recipients=None if settings.is_production else listed,
        is_readable=settings.is_test,
        withheld=None if settings.is_production else OF_ESIA_TEST,
    )


def _mail(settings: Settings) -> SmtpCourier:
    delivery = settings.delivery
    return SmtpCourier(
        host=delivery.smtp_host,
        port=delivery.smtp_port,
        security=delivery.smtp_security,
        user=delivery.smtp_user,
        password=_secret(settings, SMTP_PASSWORD_VARIABLE, "smtp-password") if delivery.smtp_user else "",
        sender=delivery.sender,
        sender_name=NAME,
        tls=ssl.create_default_context(cafile=delivery.trusted_ca_file),
    )


def _sms(settings: Settings, transport: Transport | None) -> SmsGatewayCourier:
    """A way out of its own: what clients publish is never fetched from the gateway."""
    delivery = settings.delivery
    shape = SHAPES[delivery.sms_gateway]
    url = delivery.sms_url or shape.url
    policy = FetchPolicy(hosts=frozenset({urlsplit(url).hostname or ""}), trusted_ca_file=delivery.trusted_ca_file)
    key = _secret(settings, SMS_KEY_VARIABLE, "sms-key")
    return SmsGatewayCourier(open_session(policy, transport), shape, Account(url, delivery.sms_user, key, delivery.sms_sender))


def _secret(settings: Settings, variable: str, file: str) -> str:
    return os.environ.get(variable, "").strip() or read_secret(settings.keys_folder / file, variable)
