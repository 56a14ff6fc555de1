"""From where somebody signs in, in words that the owner of a telephone can judge: program, system, address."""

from flask import has_request_context

from idp.sessions import browser


def whence() -> str:
    """«Chrome, Linux, 127.0.0.1»; empty where nobody's browser asks."""
    if not has_request_context():
        return ""
    visit = browser.visit()
    return ", ".join(part for part in (visit.browser, visit.system, visit.address) if part)
