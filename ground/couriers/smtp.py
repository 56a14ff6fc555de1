"""Mail, handed to a relay (RFC 5321), over TLS (RFC 3207, RFC 8314) and with a password (RFC 4954) where that is set."""

import contextlib
import smtplib
import ssl
from dataclasses import dataclass, field

from ground.couriers.letter import compose, domain_of
from ground.message import Message, NotNow, Undeliverable

TIMEOUT_SECONDS = 5.0
"""For each word of the relay; a whole conversation has about ten, and the lease of a job is a minute."""
PORTS = {"none": 25, "starttls": 587, "tls": 465}
"""By how a conversation is kept private: not at all, from its second word, or from the first."""


@dataclass(frozen=True)
class SmtpCourier:
    """Carries mail to one relay.

    `security` is a name of `PORTS`, and port 0 the usual one. Without a user nobody signs in. `tls` says whom to believe.
    """

    host: str
    security: str
    sender: str
    sender_name: str
    tls: ssl.SSLContext
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = TIMEOUT_SECONDS

    def carry(self, message: Message) -> None:
        letter = compose(message, sender=self.sender, sender_name=self.sender_name)
        # What smtplib raises quotes addresses and answers, so only numbers go on from here.
        try:
            relay = self._connect()
            try:
                relay.send_message(letter, self.sender, [message.address])
            finally:
                # Once the letter is taken, a relay that does not say goodbye changes nothing.
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    relay.quit()
                relay.close()
        except smtplib.SMTPRecipientsRefused as refusal:
            ((code, _),) = refusal.recipients.values()
            raise _judge(code, "the recipient") from None
        except smtplib.SMTPDataError as refusal:
            raise _judge(refusal.smtp_code, "the letter") from None
        except smtplib.SMTPResponseException as refusal:
            # The sender, the password: an operator can mend it, so it is worth another try.
            raise NotNow(f"the relay refuses us ({refusal.smtp_code})") from None
        except (smtplib.SMTPException, OSError) as trouble:
            raise NotNow(f"the relay cannot be talked to ({type(trouble).__name__})") from None

    def _connect(self) -> smtplib.SMTP:
        """Somebody to hand the letter to, who has shown a certificate and been shown a password."""
        # Named after the sender: smtplib would ask the resolver for the name of this machine, and wait.
        name, port = domain_of(self.sender), self.port or PORTS[self.security]
        if self.security == "tls":
            relay: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, port, local_hostname=name, timeout=self.timeout_seconds, context=self.tls
            )
        else:
            relay = smtplib.SMTP(self.host, port, local_hostname=name, timeout=self.timeout_seconds)
        try:
            if self.security == "starttls":
                relay.starttls(context=self.tls)
            if self.user:
                relay.login(self.user, self.password)
        except BaseException:
            relay.close()
            raise
        return relay


def _judge(code: int, what: str) -> NotNow | Undeliverable:
    """Numbers from 500 are for good (RFC 5321, 4.2.1)."""
    kind = Undeliverable if code >= 500 else NotNow
    return kind(f"the relay refuses {what} ({code})")
