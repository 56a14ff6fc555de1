"""A message as a letter: a text, and the same as the one document that carries its styles inside.

Mail programs drop linked style sheets, so the values of `tokens.css` are written out in `letter.html`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from pathlib import Path
from string import Template

from ground.clock import as_datetime
from ground.message import CODE, Message, Undeliverable

PAGE = Template((Path(__file__).parent / "letter.html").read_text(encoding="utf-8"))
PARAGRAPH = '<p class="ink" style="margin:0 0 20px;font-size:17px;line-height:26px;color:#10211f">{}</p>'
LARGE = (
    '<p class="ink" style="margin:0 0 20px;font-size:40px;line-height:48px;font-weight:600;letter-spacing:3px;color:#10211f">'
    "{}</p>"
)
LINK, ANCHOR = re.compile(r"https?://[^\s<>]+"), r'<a href="\g<0>" style="color:#0b5963;overflow-wrap:anywhere">\g<0></a>'
"""Whatever stands in a letter as an address can be pressed there."""
GROUPED = '{}<span style="padding-left:12px">{}</span>'
"""A code in two groups that is copied as one: there is no space to be copied with it."""


@dataclass(frozen=True)
class Frame:
    """What stands around every letter in one language, as it does around every page."""

    strip: str
    footer: str


FRAMES: Mapping[str, Frame] = {
    "ru": Frame("Учебный стенд. Это не Госуслуги.", "Письмо отправил учебный стенд. Люди и номера вымышлены."),
    "en": Frame("Test stand. This is not Gosuslugi.", "This letter was sent by a test stand. People and numbers are made up."),
}


def compose(message: Message, *, sender: str, sender_name: str) -> EmailMessage:
    """The letter to hand over. However often it is made, it has the same id. Raises Undeliverable for a bad address."""
    letter = EmailMessage(policy=SMTP)
    try:
        letter["To"] = Address(addr_spec=message.address)
    except (MessageError, ValueError, IndexError):  # what its parser raises
        raise Undeliverable("the address is not one of mail") from None
    letter["From"] = Address(sender_name, addr_spec=sender)
    # Written by the older of Python's two ways: the newer loses a space where it breaks a line between two encoded words.
    subject = Header(_heading(message, sender_name), "utf-8", header_name="Subject")
    letter.set_raw("Subject", subject.encode())
    letter["Date"] = format_datetime(as_datetime(message.created_at))
    letter["Message-ID"] = f"<{message.id}@{domain_of(sender)}>"
    letter["Auto-Submitted"] = "auto-generated"  # nobody's holiday notice answers it (RFC 3834, 5)
    # A relay need not take eight bits (RFC 6152).
    letter.set_content(message.text + "\n", cte="base64")
    letter.add_alternative(_page(message, sender_name), subtype="html", cte="base64")
    letter["Content-Language"] = message.language
    return letter


def domain_of(address: str) -> str:
    """What is behind the @."""
    return address.rpartition("@")[2]


def _heading(message: Message, sender_name: str) -> str:
    """The subject in one line: a line feed in a header would begin another header."""
    return " ".join((message.subject or sender_name).split())


def _page(message: Message, sender_name: str) -> str:
    frame = FRAMES.get(message.language, FRAMES["ru"])
    words = {
        "language": message.language,
        "strip": frame.strip,
        "initial": sender_name[:1].upper(),
        "sender_name": sender_name,
        "heading": _heading(message, sender_name),
        "footer": frame.footer,
    }
    return PAGE.substitute({name: escape(value) for name, value in words.items()}, body=_body(message.text))


def _body(text: str) -> str:
    """The paragraphs, with the first code standing alone and large, as it is copied from there."""
    found = CODE.search(text)
    if found is None:
        return _paragraphs(text)
    code = GROUPED.format(found[1][:3], found[1][3:])
    before, after = text[: found.start()], text[found.end() :].removeprefix(".")
    return "\n".join(part for part in (_paragraphs(before), LARGE.format(code), _paragraphs(after)) if part)


def _paragraphs(text: str) -> str:
    lines = (LINK.sub(ANCHOR, escape(line.strip())) for line in text.splitlines() if line.strip())
    return "\n".join(map(PARAGRAPH.format, lines))
