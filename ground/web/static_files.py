"""Our style sheets, scripts and pictures: addresses that change with the content, so a browser may keep them for a year."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, current_app, request, url_for
from werkzeug.wrappers import Response

FOLDER = Path(__file__).parent / "static"
OWN = "ground"
YEAR_SECONDS = 365 * 24 * 3600
DAY_SECONDS = 24 * 3600


def static_url(name: str, room: str = OWN) -> str:
    """The address of a file in `static/`, ours or that of a room, with the hash of its content."""
    return url_for(f"{_blueprint(room)}.static", filename=name, v=_content_hash(room, name))


def install_static_files(app: Flask, rooms: Mapping[str, Path]) -> None:
    """Serve our `static/` under /static/ground/, and that of each room that has one under its name."""
    folders = {OWN: FOLDER, **{name: room / "static" for name, room in rooms.items() if (room / "static").is_dir()}}
    app.extensions["static_folders"] = folders
    for name, folder in folders.items():
        app.register_blueprint(
            Blueprint(_blueprint(name), __name__, static_folder=str(folder), static_url_path=f"/static/{name}")
        )
    app.after_request(_let_cache)
    app.jinja_env.globals["static_url"] = static_url


def _let_cache(response: Response) -> Response:
    blueprint, _, endpoint = (request.endpoint or "").partition(".")
    rooms = {_blueprint(room): room for room in current_app.extensions["static_folders"]}
    is_file = request.method in ("GET", "HEAD") and response.status_code in (200, 206, 304)
    if endpoint == "static" and blueprint in rooms and is_file:
        # What a style sheet points at (faces, pictures) has no hash in its address and is asked again after a day.
        name = (request.view_args or {}).get("filename", "")
        seconds = YEAR_SECONDS if request.args.get("v") == _content_hash(rooms[blueprint], name) else DAY_SECONDS
        response.headers["Cache-Control"] = f"public, max-age={seconds}" + (", immutable" if seconds == YEAR_SECONDS else "")
    return response


def _blueprint(room: str) -> str:
    return room if room == OWN else f"{room}_files"


def _content_hash(room: str, name: str) -> str:
    path: Path = current_app.extensions["static_folders"][room] / name
    return _hash_of(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _hash_of(path: Path, modified_at_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
