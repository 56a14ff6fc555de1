"""Who carries what leaves the outbox of a realm. The secrets are in environment variables or under `keys/<instance>/`."""

from ground.couriers import dispatching
from ground.couriers.dispatching import Secret, Sender
from ground.fetch import Transport
from ground.outbox import Dispatch
from idp.settings import SMS_KEY_VARIABLE, SMTP_PASSWORD_VARIABLE, Settings

NAME = "Пропуск"


def make_dispatch(settings: Settings, transport: Transport | None = None) -> Dispatch:
    """The couriers of a realm. Raises SecretsUnusable."""
    sender = Sender(
        NAME,
        smtp_password=Secret(SMTP_PASSWORD_VARIABLE, settings.keys_folder / "smtp-password"),
        sms_key=Secret(SMS_KEY_VARIABLE, settings.keys_folder / "sms-key"),
    )
    return dispatching.make_dispatch(settings.delivery, sender, environment=settings.environment, transport=transport)
