"""LM-01 at «Восстановление доступа»: does time tell whether a login exists? CPU time of an answer, known and unknown in turn.

    python -m tests.load.recovery_enumeration [samples]

Runs a provider in this process. Prints for each way both medians and their ratio: to ask, and to give a wrong code.
"""

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from ground.clock import FixedClock
from tests.browser import Browser
from tests.idp.stand import ISSUER, Stand, make_keys

ROOT = Path(__file__).parents[2]
LOGINS = {"known": "vera@example.test", "unknown": "nobody@example.test"}
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(1024 * 1024)


def measure(samples: int) -> dict[str, dict[str, list[float]]]:
    """Milliseconds of CPU for each answer."""
    taken: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copytree(ROOT / "config", home / "config")
        make_keys(home)
        stand = Stand(home, FixedClock(Stand.START))
        stand.prepare()
        for _ in range(samples):
            for name, login in LOGINS.items():
                for way in ("sms", "email", "video"):
                    browser = stand.browser().open(f"{ISSUER}/recovery")
                    form = browser.forms()["recovery-form"]
                    data = form.values | {"login": login, "way": way}
                    address = _timed(taken, f"ask by {way}", name, browser, form.action, data)
                    browser.open(ISSUER + address)
                    if way == "sms":
                        code = browser.forms()["code-form"]
                        _timed(taken, "give a wrong code", name, browser, code.action, code.values | {"code": "000000"})
                    if way == "video":
                        sent = browser.forms()["recording-form"]
                        _timed(taken, "send a picture", name, browser, sent.action, sent.values, recording=("me.png", PICTURE))
        stand.close()
    return taken


def _timed(
    taken: dict[str, dict[str, list[float]]],
    what: str,
    name: str,
    browser: Browser,
    address: str,
    data: dict[str, str],
    **files: tuple[str, bytes],
) -> str:
    began = time.process_time()
    answer = browser.session.post(address, data=data, files=files or None, allow_redirects=False)
    taken.setdefault(what, {}).setdefault(name, []).append((time.process_time() - began) * 1000)
    return answer.headers.get("Location", "")


if __name__ == "__main__":
    for what, times in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 200).items():
        known, unknown = (statistics.median(times[name]) for name in LOGINS)
        print(f"{what:20} known {known:6.2f} ms, unknown {unknown:6.2f} ms of CPU, ratio {known / unknown:6.3f}")
