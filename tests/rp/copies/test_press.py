"""The press, when more is asked of it than half of a server's threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from rp.pages import printing
from rp.pages.printing import Press, PressBusy, PrintingUnavailable
from tests.rp.conftest import Stand


def test_half_of_the_threads_at_most_wait_for_the_press(
    make_stand: Callable[..., Stand], monkeypatch: pytest.MonkeyPatch
) -> None:
    press, goes_on, is_printing = Press(make_stand(threads=2).realm), Event(), Event()

    def wait() -> None:
        is_printing.set()
        assert goes_on.wait(30)
        raise PrintingUnavailable("the end of the test")

    monkeypatch.setattr(printing, "_weasyprint", wait)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(press.print, "<p>1</p>")
        assert is_printing.wait(30)
        with pytest.raises(PressBusy):
            press.print("<p>2</p>")
        goes_on.set()
        assert isinstance(first.exception(30), PrintingUnavailable)
    with pytest.raises(PrintingUnavailable):
        press.print("<p>3</p>")
