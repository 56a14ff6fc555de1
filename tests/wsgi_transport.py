"""A network of WSGI applications in one process: what a `requests` session sees when it asks for their addresses."""

import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class WsgiTransport(BaseAdapter):
    """Answers requests to `http://host:port` by calling the application that is registered for that origin.

    An origin that is not there, or is None, refuses the connection, as a stopped server does.
    """

    def __init__(self, hosts: Mapping[str, Wsgi | None]) -> None:
        super().__init__()
        self.hosts = dict(hosts)
        self.seen: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:  # type: ignore[override]
        parts = urlsplit(request.url or "")
        application = self.hosts.get(f"{parts.scheme}://{parts.netloc}")
        self.seen.append(request)
        if application is None:
            raise requests.ConnectionError(f"nobody listens at {parts.netloc}", request=request)
        status, headers, body = _call(application, request)
        if request.method == "HEAD":
            body = b""  # as every server does
        return requests.adapters.HTTPAdapter().build_response(
            request,
            HTTPResponse(
                body=io.BytesIO(body),
                headers=_Headers(headers),
                status=int(status.split()[0]),
                reason=status.partition(" ")[2],
                preload_content=False,
                request_method=request.method,
                original_response=_Original(headers),  # type: ignore[arg-type]
            ),
        )

    def close(self) -> None:
        """Nothing is open."""


def _Headers(pairs: list[tuple[str, str]]) -> Any:
    from urllib3 import HTTPHeaderDict

    headers = HTTPHeaderDict()
    for name, value in pairs:
        headers.add(name, value)
    return headers


class _Original:
    """What `requests` takes cookies from."""

    def __init__(self, headers: list[tuple[str, str]]) -> None:
        import email.message

        self.msg = email.message.Message()
        for name, value in headers:
            self.msg[name] = value

    def isclosed(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is open."""


def _call(application: Wsgi, request: requests.PreparedRequest) -> tuple[str, list[tuple[str, str]], bytes]:
    parts = urlsplit(request.url or "")
    body = request.body or b""
    data = body.encode() if isinstance(body, str) else bytes(body)
    environment: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(parts.path or "/", encoding="latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": parts.hostname or "",
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": parts.netloc,
        "CONTENT_LENGTH": str(len(data)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(data),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environment["CONTENT_TYPE" if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    answer: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> None:
        answer.update(status=status, headers=headers)

    chunks = application(environment, start_response)
    try:
        content = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()
    return answer["status"], answer["headers"], content
