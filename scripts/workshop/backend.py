"""What `pip` and `build` call to make a distribution (PEP 517): setuptools, with the translations compiled before it.

A wheel carries the .mo files, because nothing can be compiled where a program is installed.
"""

import shutil
import sys
from pathlib import Path
from typing import Any

from setuptools import build_meta  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parents[2]
build_sdist = build_meta.build_sdist
build_editable = build_meta.build_editable
get_requires_for_build_sdist = build_meta.get_requires_for_build_sdist
get_requires_for_build_wheel = build_meta.get_requires_for_build_wheel
get_requires_for_build_editable = build_meta.get_requires_for_build_editable
prepare_metadata_for_build_wheel = build_meta.prepare_metadata_for_build_wheel
prepare_metadata_for_build_editable = build_meta.prepare_metadata_for_build_editable


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    """Compile the translations and let setuptools make the wheel. Returns its name."""
    compile_translations(ROOT)
    shutil.rmtree(ROOT / "build" / "lib", ignore_errors=True)  # setuptools would pack what a former build left there
    name: str = build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)
    return name


def compile_translations(root: Path) -> None:
    """Make every .mo file of the sources under `root`."""
    sys.path.insert(0, str(root))
    try:
        from ground.web.compiled import compile_stale
    finally:
        sys.path.remove(str(root))
    for owner in ("ground/web", "idp/pages", "rp/pages"):
        compile_stale(root / owner / "translations")
