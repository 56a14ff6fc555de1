"""From where somebody signs in, in words that the owner of a telephone can judge: program, system, address."""

from flask import has_request_context, request

PROGRAMS = (
    ("YaBrowser/", "Яндекс.Браузер"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""The mark in User-Agent, those first that carry the marks of others too."""
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def whence() -> str:
    """«Chrome, Linux, 127.0.0.1»; empty where nobody's browser asks."""
    if not has_request_context():
        return ""
    agent = request.headers.get("User-Agent", "")
    marks = [next((name for mark, name in known if mark in agent), "") for known in (PROGRAMS, SYSTEMS)]
    return ", ".join(part for part in (*marks, request.remote_addr or "") if part)
