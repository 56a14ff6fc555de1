"""The mnemonic of an information system: its name for ESIA, and its `client_id` for ever."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from idp.protocol.esia.fact import Fact, assumed, exact

LONGEST = 100
TAKEN = ("ESIA", "EPGU", "GOSUSLUGI", "SMEV")
"""Names of the state's own systems."""
ALPHABET = re.compile(r"[A-Z0-9_-]+")


class MnemonicUnusable(ValueError):
    """No system can be called so. The message says why, in ASCII."""


@dataclass(frozen=True)
class Rule:
    """One thing that a mnemonic must be: `text` says it, `holds` judges it."""

    name: str
    text: str
    holds: Callable[[str], bool]
    fact: Fact


RULES = (
    Rule(
        "alphabet",
        "a mnemonic is written with upper-case Latin letters, digits, - and _",
        lambda mnemonic: ALPHABET.fullmatch(mnemonic) is not None,
        exact("TP 3.1.1"),
    ),
    Rule("length", f"a mnemonic has at most {LONGEST} characters", lambda mnemonic: len(mnemonic) <= LONGEST, assumed()),
    Rule(
        "names of the state",
        f"a mnemonic must not contain {', '.join(TAKEN[:-1])} or {TAKEN[-1]}",
        lambda mnemonic: not any(name in mnemonic for name in TAKEN),
        exact("TP 3.1.1"),
    ),
    Rule(
        "prefix of the portal",
        "a mnemonic must not begin with PGU",
        lambda mnemonic: not mnemonic.startswith("PGU"),
        exact("TP 3.1.1"),
    ),
)


def check_mnemonic(mnemonic: str) -> str:
    """The mnemonic itself, if a system can be called so. Raises MnemonicUnusable with the first rule that is broken."""
    for rule in RULES:
        if not rule.holds(mnemonic):
            raise MnemonicUnusable(rule.text)
    return mnemonic
