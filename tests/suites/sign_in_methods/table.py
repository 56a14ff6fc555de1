"""The table of `docs/methods.md`: each way in, and what comes of each outcome. `python -m tests.suites.sign_in_methods.table`."""

from pathlib import Path

from idp.authentication.methods import METHODS
from tests.suites.sign_in_methods.driver import OUTCOMES
from tests.suites.sign_in_methods.drivers import DRIVERS

PAGE = Path(__file__).parents[3] / "docs" / "methods.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
HEAD = ("method", "good: `acr`, `amr`", "wrong", "expired", "replayed", "account not enrolled", "cancelled", "switched off")


def table() -> str:
    """The table as Markdown."""
    titles = {method.name: str(method.title) for method in METHODS}
    rows = [HEAD, ("---",) * len(HEAD)]
    for driver in DRIVERS:
        refused = [f"«{driver.said[outcome]}», `{driver.journal[outcome]}`" for outcome in OUTCOMES]
        good = f"`{driver.acr}`, `{' '.join(driver.amr)}`"
        rows.append(
            (f"`{driver.method}` {titles[driver.method]}", good, *refused, "`access_denied` to the client", "not offered")
        )
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
