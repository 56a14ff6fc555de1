"""What leaves an outbox: the couriers that the settings name, with the secrets that are no settings.

A secret is in an environment variable, or in a file of its own that only its owner can read.
"""

import os
import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ground.couriers.settings import Delivery
from ground.couriers.sms_gateway import SHAPES, Account, SmsGatewayCourier
from ground.couriers.smtp import SmtpCourier
from ground.fetch import FetchPolicy, Transport, open_session
from ground.message import Courier
from ground.outbox import Dispatch
from ground.sealing import read_secret

OF_ESIA_TEST = re.compile(r"[^@]*esiatest[^@]*@(?:yandex\.[a-z]+|ya\.ru|narod\.ru)\Z")
"""Logins of the public test system of ESIA, which our invented people have too. The host is real, and so are its mailboxes, by
every name that it has: on a test stand nothing is sent there, whoever is listed."""


@dataclass(frozen=True)
class Secret:
    """Where a secret of a courier is: in an environment variable or, if that is empty, in a file."""

    variable: str
    file: Path

    def read(self) -> str:
        """Raises SecretsUnusable."""
        return os.environ.get(self.variable, "").strip() or read_secret(self.file, self.variable)


@dataclass(frozen=True)
class Sender:
    """In whose name messages leave, and what the couriers show for it."""

    name: str
    smtp_password: Secret
    sms_key: Secret


def make_dispatch(delivery: Delivery, sender: Sender, *, environment: str, transport: Transport | None = None) -> Dispatch:
    """The couriers of an application and whom they may reach: in production everybody, on a test stand who is listed.

    Raises SecretsUnusable.
    """
    couriers: dict[str, Courier] = {}
    if delivery.smtp_host:
        couriers["email"] = _mail(delivery, sender)
    if delivery.sms_gateway:
        couriers["sms"] = _sms(delivery, sender, transport)
    is_production = environment == "production"
    listed = frozenset(recipient.lower() for recipient in delivery.recipients)
    return Dispatch(
        couriers,
        recipients=None if is_production else listed,
        is_readable=not is_production,
        withheld=None if is_production else OF_ESIA_TEST,
    )


def _mail(delivery: Delivery, sender: Sender) -> SmtpCourier:
    return SmtpCourier(
        host=delivery.smtp_host,
        port=delivery.smtp_port,
        security=delivery.smtp_security,
        user=delivery.smtp_user,
        password=sender.smtp_password.read() if delivery.smtp_user else "",
        sender=delivery.sender,
        sender_name=sender.name,
        tls=ssl.create_default_context(cafile=delivery.trusted_ca_file),
    )


def _sms(delivery: Delivery, sender: Sender, transport: Transport | None) -> SmsGatewayCourier:
    """A way out of its own: nothing else is ever fetched from the gateway."""
    shape = SHAPES[delivery.sms_gateway]
    url = delivery.sms_url or shape.url
    policy = FetchPolicy(hosts=frozenset({urlsplit(url).hostname or ""}), trusted_ca_file=delivery.trusted_ca_file)
    account = Account(url, delivery.sms_user, sender.sms_key.read(), delivery.sms_sender)
    return SmsGatewayCourier(open_session(policy, transport), shape, account)
