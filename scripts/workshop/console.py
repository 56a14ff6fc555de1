"""What the scripts say: a line for each step, one sentence for a refusal, a table for people."""

import sys
from collections.abc import Callable, Sequence

NAME_WIDTH = 12


class Refused(Exception):
    """The command cannot go on. The text is the one sentence the user gets, on stderr."""


class Stopped(Exception):
    """The user, or the system, asked the command to stop before it was done."""


def say(name: str, text: str) -> None:
    """One line of progress: which step, and what happened."""
    print(f"{name:<{NAME_WIDTH}}  {text}", flush=True)


def command(run: Callable[[], int]) -> int:
    """Run a command and turn a refusal into its sentence and exit status 1, a stop into 130."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that has no Cyrillic is no reason to fail
    try:
        return run()
    except Refused as refusal:
        print(refusal, file=sys.stderr, flush=True)
        return 1
    except Stopped:
        print("Stopped.", file=sys.stderr, flush=True)
        return 130


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns aligned for a terminal of a fixed-width typeface."""
    lines = [list(heads), *[list(row) for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join("  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)
