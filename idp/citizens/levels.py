"""How sure we are of an account: упрощённая, стандартная, подтверждённая (mission.md, I06).

simplified ──a passport and a СНИЛС──▶ standard ──the telephone, too──▶ confirmed
    └──────────── seen in person, by an electronic signature, by a bank ──────▲
"""

from typing import Literal

from idp.citizens.models import Person

AccountLevel = Literal["child", "simplified", "standard", "confirmed"]
Missing = Literal["phone", "document"]
"""What an account may lack: a confirmed telephone; a passport, or a bank that vouches for the person."""


def level_of(person: Person) -> AccountLevel:
    """The level of this person's account. A child's is none of the three: it has no login, and a parent vouches for it."""
    if person.is_child:
        return "child"
    if not missing(person):
        return "confirmed"
    return "standard" if person.document_is_checked and person.data.snils else "simplified"


def missing(person: Person) -> tuple[Missing, ...]:
    """What keeps an account from being confirmed, in the order in which people mend it. Nothing, where somebody vouches."""
    if person.identity_proved_by is not None:
        return ()
    phone: tuple[Missing, ...] = () if person.phone_is_verified else ("phone",)
    document: tuple[Missing, ...] = () if person.document_is_checked else ("document",)
    return (*phone, *document)
