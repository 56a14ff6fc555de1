"""Levels of assurance: how sure the provider is of a person, as `acr` says it."""

from rp.settings import ASSURANCE_LEVELS


def reaches(acr: object, required: str) -> bool:
    """Is this level at least the required one? One that is absent or unknown is less than any."""
    return acr in ASSURANCE_LEVELS and ASSURANCE_LEVELS.index(acr) >= ASSURANCE_LEVELS.index(required)
