"""The codes of an authenticator application: six digits that follow from a secret and the half minute (RFC 6238)."""

import base64
import hmac

import pyotp

from ground.chance import Chance

DIGITS = 6
STEP_SECONDS = 30
STEPS_ASIDE = 1
"""How many steps before and after ours a clock may be off."""
SECRET_BYTES = 20
ISSUER = "Propusk test stand"
"""What applications write above the code: never a name that somebody real has, and in Latin letters: a coarser QR code."""


def draw_secret(chance: Chance) -> str:
    """A new secret as applications take it: base32 of as many bytes as the hash has (RFC 4226, 4)."""
    return base64.b32encode(chance.draw("totp secret", SECRET_BYTES)).decode("ascii")


def address_of(secret: str, *, account: str) -> str:
    """The `otpauth:` address that an application reads from a QR code."""
    return _totp(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def is_well_formed(code: str) -> bool:
    """Six ASCII digits, and nothing that only looks like them."""
    return len(code) == DIGITS and code.isascii() and code.isdecimal()


def step_at(now: int) -> int:
    """The number of the half minute."""
    return now // STEP_SECONDS


def code_of(secret: str, step: int) -> str:
    """The code of a step."""
    return _totp(secret).generate_otp(step)


def step_of(secret: str, code: str, *, now: int) -> int | None:
    """The step of our window whose code this is; None when it is the code of none."""
    ours = step_at(now)
    window = range(ours - STEPS_ASIDE, ours + STEPS_ASIDE + 1)
    return max((step for step in window if hmac.compare_digest(code_of(secret, step), code)), default=None)


def _totp(secret: str) -> pyotp.TOTP:
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
