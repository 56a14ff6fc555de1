"""Talks to WSGI applications in this process as if they were hosts: a transport for `ground.fetch.confine`."""

import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class WsgiTransport(BaseAdapter):
    """Hosts by origin (`http://localhost:8400`). An origin that is not listed, or is None, refuses the connection."""

    def __init__(self, hosts: Mapping[str, WsgiApp | None]) -> None:
        super().__init__()
        self.hosts = dict(hosts)

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        application = self.hosts.get(f"{parts.scheme}://{parts.netloc}")
        if application is None:
            raise requests.ConnectionError("connection refused", request=request)
        body = request.body or b""
        body = body if isinstance(body, bytes) else str(body).encode()
        environment: dict[str, Any] = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(parts.path, "latin-1"),
            "QUERY_STRING": parts.query,
            "SERVER_NAME": parts.hostname,
            "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": parts.scheme,
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "HTTP_HOST": parts.netloc,
        }
        for name, value in request.headers.items():
            key = name.upper().replace("-", "_")
            environment[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        environment.pop("HTTP_CONTENT_LENGTH", None)
        return _answer(application, environment, request)

    def close(self) -> None:
        """Nothing is open."""


def _answer(application: WsgiApp, environment: dict[str, Any], request: requests.PreparedRequest) -> requests.Response:
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> Callable[[bytes], object]:
        started[:] = [status, headers]
        return lambda _data: None

    chunks = application(environment, start_response)
    content = b"".join(chunks)
    close = getattr(chunks, "close", None)
    if close is not None:
        close()
    status, headers = started
    response = requests.Response()
    response.status_code = int(status.split()[0])
    response.headers = CaseInsensitiveDict(headers)
    response.raw = HTTPResponse(body=io.BytesIO(content), headers=headers, status=response.status_code, preload_content=False)
    response.url = request.url or ""
    response.request = request
    return response
