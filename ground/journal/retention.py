"""How long a journal has to be kept."""

SHORTEST_DAYS = 183
"""Six months, whichever they are."""


def check_journal_days(days: int) -> None:
    """Judge the setting of an application. Raises ValueError."""
    if days < SHORTEST_DAYS:
        raise ValueError(f"journal_days must be at least {SHORTEST_DAYS}, six months, not {days}")
