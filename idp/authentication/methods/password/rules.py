"""What a new password must be: long enough, and none of those that everybody tries first (NIST SP 800-63B, 5.1.1.2).

No rule about digits, capitals or signs: such rules make passwords worse. Nothing is cut off, spaces and every alphabet count.
"""

import unicodedata
from functools import cache

from ground.web.language import gettext as _
from idp.authentication.method import Refusal
from idp.authentication.methods.password.hashing import MAX_PASSWORD_BYTES

MIN_LENGTH = 8
"""In characters as people count them: after composition."""


def check_new_password(password: str) -> None:
    """Raises Refusal: `too_long`, `too_short` or `too_common`, which a page tells beside the field."""
    if len(password) > MAX_PASSWORD_BYTES or len(password.encode("utf-8", "surrogatepass")) > MAX_PASSWORD_BYTES:
        raise Refusal("too_long", _("Пароль слишком длинный: нужно не больше %(number)s байт.", number=MAX_PASSWORD_BYTES))
    composed = unicodedata.normalize("NFC", password)
    if len(composed) < MIN_LENGTH:
        raise Refusal("too_short", _("Пароль короткий: нужно не меньше %(number)s знаков.", number=MIN_LENGTH))
    if composed.lower() in common_passwords():
        raise Refusal("too_common", _("Этот пароль слишком известен: его подбирают первым. Придумайте другой."))


@cache
def common_passwords() -> frozenset[str]:
    """The passwords that people use most, thirty thousand of them, by zxcvbn's list."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # a third of a second: only who sets a password pays for it

    return frozenset(FREQUENCY_LISTS["passwords"])
