"""Our style sheets, script and pictures: addresses that change with the content, so a browser may keep them for a year."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, request, url_for
from werkzeug.wrappers import Response

FOLDER = Path(__file__).parent / "static"
YEAR_SECONDS = 365 * 24 * 3600
DAY_SECONDS = 24 * 3600


def static_url(name: str) -> str:
    """The address of a file in `static/` with the hash of its content."""
    return url_for("ground.static", filename=name, v=_content_hash(name))


def install_static_files(app: Flask) -> None:
    """Serve `static/` under /static/ground/."""
    app.register_blueprint(Blueprint("ground", __name__, static_folder=str(FOLDER), static_url_path="/static/ground"))
    app.after_request(_let_cache)
    app.jinja_env.globals["static_url"] = static_url


def _let_cache(response: Response) -> Response:
    if request.endpoint == "ground.static" and response.status_code in (200, 206, 304):
        # What a style sheet points at (faces, pictures) has no hash in its address and is asked again after a day.
        name = (request.view_args or {}).get("filename", "")
        seconds = YEAR_SECONDS if request.args.get("v") == _content_hash(name) else DAY_SECONDS
        response.headers["Cache-Control"] = f"public, max-age={seconds}" + (", immutable" if seconds == YEAR_SECONDS else "")
    return response


def _content_hash(name: str) -> str:
    path = FOLDER / name
    return _hash_of(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _hash_of(path: Path, modified_at_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
