"""Templates compile for a tenth of a second each: once for all tests of a process, which are many applications."""

import atexit
import shutil
import tempfile
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache

FOLDER = Path(tempfile.mkdtemp(prefix="propusk-templates-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


def share_templates(app: Flask) -> Flask:
    """Let an application take what another one has compiled."""
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(FOLDER))
    return app
