"""Propusk's test kit: a login provider with a phone, for the tests of your own application.

With pytest nothing is imported: the fixture `esia` is a provider that belongs to one test alone.

    def test_login(client, esia):
        vera = esia.citizen(given_name="Вера")
        answer = esia.sign_in(client, "/login", as_=vera, by="sms")
        assert "Вера" in answer.text

Without pytest, `propusk.sandbox()` is the same thing as a context manager. The kit imports nothing of the provider, which runs
as a process of its own; it needs the standard library only.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from propusk.citizens import Citizen
    from propusk.clients import Client, System
    from propusk.errors import PropuskError, Refused, SignInFailed, StandUnusable
    from propusk.esia import Esia
    from propusk.stand import Stand, sandbox

_HOMES = {
    "Citizen": "citizens",
    "Client": "clients",
    "Esia": "esia",
    "PropuskError": "errors",
    "Refused": "errors",
    "SignInFailed": "errors",
    "Stand": "stand",
    "StandUnusable": "errors",
    "System": "clients",
    "sandbox": "stand",
}

__all__ = ["Citizen", "Client", "Esia", "PropuskError", "Refused", "SignInFailed", "Stand", "StandUnusable", "System", "sandbox"]


def __getattr__(name: str) -> Any:
    """Import on first use: the pytest plugin is loaded by every test run of an environment, also those that need no provider."""
    if name not in _HOMES:
        raise AttributeError(f"module 'propusk' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"propusk.{_HOMES[name]}"), name)
