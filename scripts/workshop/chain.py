"""Run several commands of an application in one process, because loading an application takes longer than most commands.

    python chain.py -m idp.cli -- keys prepare -- people phone-link

runs `python -m idp.cli keys`, then `… prepare`, and so on, and ends at the first that fails. Before each command of the
second group it prints a line with QUIET, so that whoever reads can tell its answer from what is said to the user.
"""

import os
import runpy
import sys
from collections.abc import Sequence

QUIET = "\x1e"


def run_chain(door: Sequence[str], commands: Sequence[str], quiet_commands: Sequence[str]) -> None:
    """Run the commands, each a word or several. `door` is `-m module` or a file, and first arguments."""
    for command in (*commands, *quiet_commands):
        if command in quiet_commands:
            print(QUIET, flush=True)
        is_module = door[0] == "-m"
        program = door[1] if is_module else door[0]
        sys.argv = [program, *door[2 if is_module else 1 :], *command.split()]
        try:
            if is_module:
                runpy.run_module(program, run_name="__main__")
            else:
                runpy.run_path(program, run_name="__main__")
        except SystemExit as end:
            if end.code not in (None, 0):
                raise


def split_quiet(lines: Sequence[str]) -> list[str]:
    """The answers of the quiet commands, in their order."""
    _, *answers = "\n".join(lines).split(f"{QUIET}\n")
    return [answer.strip() for answer in answers]


def _main() -> None:
    groups: list[list[str]] = [[]]
    for argument in sys.argv[1:]:
        if argument == "--":
            groups.append([])
        else:
            groups[-1].append(argument)
    door, commands, quiet_commands = groups
    sys.path[0] = os.getcwd()  # as `python -m` has it; the folder of this file is nobody's business
    run_chain(door, commands, quiet_commands)


if __name__ == "__main__":
    _main()
