"""A page as a PDF. WeasyPrint needs the library Pango of the system and takes two seconds to import: the first PDF brings it.

A document is a template on `print.html` and stands on `print.css`: what it may load is our own style sheets and faces, and
nothing by an address that a text could carry.
"""

import importlib
import logging
import threading
from pathlib import Path
from typing import Any

from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from ground.web.static_files import FOLDER as STATIC
from rp.realm import Realm

PRINT_SHEET = Path(__file__).parent / "print.css"
BASE = "print:///"
VARIANT = "pdf/ua-1"
"""Tagged, so that it can be read aloud (ISO 14289-1)."""


class PrintingUnavailable(Exception):
    """This machine cannot make a PDF; the text says what is missing."""


class PressBusy(PageProblem):
    """So many wait for the press that one more would keep those waiting who want something else."""

    def __init__(self) -> None:
        super().__init__(
            status=503,
            title=_("Делают много PDF"),
            lead=_("Сейчас их делают столько, сколько можно одновременно. Попробуйте через минуту."),
            actions=((_("На главную"), "/"),),
            code="busy",
        )


class Press:
    """The press of one registry. A PDF keeps a processor busy, so one is made at a time, however many are asked for, and half
    of a server's threads at most are busy with it or wait for it."""

    def __init__(self, realm: Realm) -> None:
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(max(1, realm.settings.threads // 2))

    def print(self, html: str) -> bytes:
        """The PDF of a page. Raises PrintingUnavailable, PressBusy."""
        if not self._places.acquire(blocking=False):
            raise PressBusy
        try:
            return self._print(html)
        finally:
            self._places.release()

    def _print(self, html: str) -> bytes:
        with self._lock:
            weasyprint = _weasyprint()
            document = weasyprint.HTML(string=html, base_url=BASE, url_fetcher=_only_own_files(weasyprint))
            made: bytes = document.write_pdf(pdf_variant=VARIANT)
            return made


def _weasyprint() -> Any:
    try:
        module = importlib.import_module("weasyprint")
    except (ImportError, OSError) as error:
        raise PrintingUnavailable(f"a PDF needs WeasyPrint and the library Pango ({type(error).__name__})") from error
    # A face that is not there is no news on every page: the system has others.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    return module


def _only_own_files(weasyprint: Any) -> Any:
    """Fetches `tokens.css`, the faces of the kit and our own `print.css`, and refuses everything else."""
    urls = importlib.import_module(f"{weasyprint.__name__}.urls")
    known = {"print.css": PRINT_SHEET, "tokens.css": STATIC / "tokens.css"}
    known |= {f"fonts/{path.name}": path for path in (STATIC / "fonts").glob("*.woff2")}

    def fetch(_self: Any, url: str, headers: Any = None) -> Any:
        name = url.removeprefix(BASE)
        if name not in known:
            raise ValueError("a printed page loads nothing but its style and its faces")
        media_type = "text/css" if name.endswith(".css") else "font/woff2"
        return urls.URLFetcherResponse(url, known[name].read_bytes(), {"Content-Type": media_type})

    return type("OnlyOwnFiles", (urls.URLFetcher,), {"fetch": fetch})()
