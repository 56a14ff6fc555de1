"""The settings of an application's couriers: a table `[delivery]` of its settings file."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ground.couriers.sms_gateway import SHAPES
from ground.couriers.smtp import PORTS
from ground.fetch import LOOPBACK_HOSTS

MAIL_ADDRESS = re.compile(r"[^@\s,*]+@[^@\s,*]+")
RECIPIENT = re.compile(rf"{MAIL_ADDRESS.pattern}|\*@[^@\s,*]+|\+[0-9]{{5,15}}")


@dataclass(frozen=True)
class Delivery:
    """Who carries messages out of the outbox: a relay of mail, a gateway of SMS, each only if it is named.

    On a test stand a message leaves for `recipients` only: exact addresses (phones as +79990000000) and `*@domain`.
    `smtp_port` 0 and an empty `sms_url` are the usual ones. `sender` is the address that mail comes from, `sms_sender` the
    name that the gateway has agreed to. `trusted_ca_file` says whose certificates are believed of both, instead of those the
    machine knows.
    """

    recipients: tuple[str, ...] = ()
    smtp_host: str = ""
    smtp_port: int = 0
    smtp_security: str = "starttls"
    smtp_user: str = ""
    sender: str = ""
    sms_gateway: str = ""
    sms_url: str = ""
    sms_user: str = ""
    sms_sender: str = ""
    trusted_ca_file: Path | None = None

    def __post_init__(self) -> None:
        for recipient in self.recipients:
            if not RECIPIENT.fullmatch(recipient):
                raise ValueError(f"recipients are like vera@example.test, *@example.test or +79990000000, not {recipient!r}")
        if self.smtp_security not in PORTS:
            raise ValueError(f"smtp_security must be one of {', '.join(PORTS)}, not {self.smtp_security!r}")
        if not 0 <= self.smtp_port < 65_536:
            raise ValueError(f"smtp_port must be a port, or 0 for the usual one, not {self.smtp_port}")
        if self.smtp_host and not MAIL_ADDRESS.fullmatch(self.sender):
            raise ValueError(f"sender must be a mail address where smtp_host is set, not {self.sender!r}")
        if self.smtp_user and not self.is_mail_private:
            raise ValueError("smtp_user needs smtp_security starttls or tls: a password is not sent in the clear")
        if self.sms_gateway and self.sms_gateway not in SHAPES:
            raise ValueError(f"sms_gateway must be one of {', '.join(SHAPES)}, not {self.sms_gateway!r}")
        if self.sms_gateway and not self.sms_user:
            raise ValueError("sms_user must be set where sms_gateway is")
        if self.sms_url and (urlsplit(self.sms_url).scheme not in ("http", "https") or not urlsplit(self.sms_url).hostname):
            raise ValueError(f"sms_url must be an http(s) URL, not {self.sms_url!r}")

    @property
    def is_private(self) -> bool:
        """Can nobody read along, whoever carries it? In production nothing else will do: messages hold codes."""
        return self.is_mail_private and self.is_sms_private

    @property
    def is_mail_private(self) -> bool:
        """Can nobody on the way to the relay read along?"""
        return self.smtp_security != "none" or self.smtp_host in LOOPBACK_HOSTS

    @property
    def is_sms_private(self) -> bool:
        """Can nobody on the way to the gateway read along?"""
        parts = urlsplit(self.sms_url)
        return parts.scheme in ("", "https") or parts.hostname in LOOPBACK_HOSTS
