"""LM-01: does time tell whether a login exists? CPU time of sign-ins with a wrong password, known and unknown login in turn.

    python -m tests.load.enumeration [samples]

Runs a provider in this process with the hashing cost of production. Prints both medians and their ratio.
"""

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from ground.clock import FixedClock
from idp.settings import PasswordHashing
from tests.idp.stand import Stand, make_keys

ROOT = Path(__file__).parents[2]
LOGINS = {"known": "vera@example.test", "unknown": "nobody@example.test"}


def measure(samples: int) -> dict[str, list[float]]:
    """Milliseconds of CPU for each answer."""
    taken: dict[str, list[float]] = {name: [] for name in LOGINS}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copytree(ROOT / "config", home / "config")
        make_keys(home)
        stand = Stand(home, FixedClock(Stand.START), password_hashing=PasswordHashing())
        stand.prepare()
        browser = stand.browser().open(stand.authorize_url())
        form = browser.forms()["sign-in"]
        for _ in range(samples):
            stand.execute("DELETE FROM counters")  # five wrong ones in a row would lock both
            for name, login in LOGINS.items():
                began = time.process_time()
                answer = browser.session.post(form.action, data=form.values | {"login": login, "password": "not this one"})
                taken[name].append((time.process_time() - began) * 1000)
                assert answer.status_code == 400
        stand.close()
    return taken


if __name__ == "__main__":
    times = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        print(f"{name:8} {median:7.2f} ms of CPU, median of {len(times[name])}")
    print(f"ratio    {medians['known'] / medians['unknown']:7.3f}")
