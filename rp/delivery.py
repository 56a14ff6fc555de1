"""Who carries what leaves the outbox of the registry. The secrets are in environment variables or under `keys/rp/`."""

from dataclasses import replace

from ground.couriers import dispatching
from ground.couriers.dispatching import Secret, Sender
from ground.fetch import Transport
from ground.outbox import Dispatch
from rp.settings import SMS_KEY_VARIABLE, SMTP_PASSWORD_VARIABLE, Home, Settings

NAME = "Регистр"


def make_dispatch(settings: Settings, home: Home, transport: Transport | None = None) -> Dispatch:
    """The couriers of the registry. Raises SecretsUnusable."""
    sender = Sender(
        NAME,
        smtp_password=Secret(SMTP_PASSWORD_VARIABLE, home.keys / "smtp-password"),
        sms_key=Secret(SMS_KEY_VARIABLE, home.keys / "sms-key"),
    )
    authority = settings.delivery.trusted_ca_file
    delivery = replace(settings.delivery, trusted_ca_file=home.resolve(authority) if authority else None)
    return dispatching.make_dispatch(delivery, sender, environment=settings.environment, transport=transport)
