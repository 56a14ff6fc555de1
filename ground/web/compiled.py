"""The compiled catalogues: made where sources are, taken as they are where there are none.

A distribution carries the .mo files and not the .po files, so nothing is written where a program is installed. Babel's
compiler takes 40 ms to import, and is loaded only where something has to be compiled.
"""

import os
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent
TRANSLATIONS = FOLDER / "translations"


def compile_stale(translations: Path) -> list[Path]:
    """Compile every catalogue under the folder whose .mo is missing or older. Returns the files made."""
    return [_compile(source) for source in sorted(translations.glob("*/LC_MESSAGES/*.po")) if _is_stale(source)]


def _is_stale(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns


def _compile(source: Path) -> Path:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    target = source.with_suffix(".mo")
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parents[1].name, charset="utf-8")
    # Several workers may start at once: each writes a file of its own and renames it.
    with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".tmp", delete=False) as draft:
        write_mo(draft, catalogue)
    os.replace(draft.name, target)
    return target
