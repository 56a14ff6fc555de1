"""СНИЛС, the insurance number that every source of the registry knows a person by."""

CHECKED_ABOVE = 1_001_998
"""Numbers up to 001-001-998 were given out without check digits."""


class SnilsRefused(ValueError):
    """The text is not a СНИЛС."""


def normalise_snils(text: str) -> str:
    """The eleven digits of a СНИЛС in any usual spelling. Raises SnilsRefused."""
    digits = "".join(character for character in text if character in "0123456789")
    rest = "".join(character for character in text if character not in "0123456789")
    if len(digits) != 11 or set(rest) - set("- "):
        raise SnilsRefused("a СНИЛС has eleven digits, as in 000-000-017 00")
    if int(digits[:9]) > CHECKED_ABOVE and check_digits(digits[:9]) != digits[9:]:
        raise SnilsRefused("the check digits of the СНИЛС do not fit")
    return digits


def check_digits(number: str) -> str:
    """The two check digits of a nine-digit number."""
    total = sum(int(digit) * weight for digit, weight in zip(number, range(9, 0, -1), strict=True))
    return f"{total % 101 % 100:02d}"
