"""A live provider for public clients of ESIA: a system registered with files for keys, the person at the pages, and somebody in
between who changes an answer."""

import io
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from idp.clients import certificates, registry
from idp.protocol.client import Client
from idp.realm import open_realm
from idp.settings import read_settings
from propusk.control import Control
from tests.browser import Browser
from tests.house import PEOPLE, Person
from tests.idp.esia.system import PERSONAL_SCOPES
from tests.reliability.servers import plain_http, real_browser
from tests.running_stand import ROOT, clean_environment
from tests.started import PROPUSK, Started

CALLBACK = "http://localhost:9/callback"
"""Nobody listens there: the browser stops in front of it."""
LUKA = PEOPLE["luka"]
"""A password is enough from anywhere: nobody judges him to be new here."""
Change = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Files:
    """What an integrator has in their folder: the key and certificate of the system, and ESIA's key from its archive."""

    client_id: str
    certificate: Path
    key: Path
    token_check_key: Path


def enter(home: Path, client_id: str, *ders: bytes, callback: str = CALLBACK) -> None:
    """Register a system with these certificates at the stand of a home, as its operator does."""
    client = Client(
        client_id=client_id,
        name="Учебная аптека",
        redirect_uris=(callback,),
        authentication="esia_signature",
        scopes=frozenset(PERSONAL_SCOPES),
        grant_types=("authorization_code", "refresh_token", "client_credentials"),
        dialect="esia",
    )
    realm = open_realm(read_settings({"PROPUSK_HOME": str(home)}))
    with realm.database.write() as connection:
        registry.register(realm, connection, client, actor="operator:test")
        for der in ders:
            certificates.add(realm, connection, client_id, der, actor="operator:test")
    realm.database.close()


def register(stand: Started, folder: Path, client_id: str) -> Files:
    """Register a system as its integrator does, by one command that makes its RSA key too, and fetch what ESIA signs with."""
    arguments = ("esia", "new-key", client_id, "--algorithm", "rsa", "--out", str(folder), "--redirect-uri", CALLBACK)
    ended = subprocess.run(
        [*PROPUSK, *arguments, "--name", "Учебная аптека"],
        cwd=ROOT,
        env=clean_environment(stand.home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    files = Files(client_id, folder / f"{client_id}-rsa.pem", folder / f"{client_id}-rsa.key", folder / "esia.pub")
    files.token_check_key.write_bytes(published_key(stand.announced["issuer"]))
    return files


def published_key(address: str) -> bytes:
    """The RSA key of the archive of certificates, as `openssl x509 -pubkey` writes it."""
    with plain_http() as session:
        archive = session.get(f"{address}/public/esia.zip", timeout=10)
    assert archive.status_code == 200, archive.text
    with zipfile.ZipFile(io.BytesIO(archive.content)) as opened:
        documents = [opened.read(name) for name in opened.namelist() if name.endswith(".cer")]
    keys = [key for key in map(_rsa_key, documents) if key is not None]
    assert keys, "the archive has no certificate of RSA"
    return keys[-1].public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _rsa_key(document: bytes) -> rsa.RSAPublicKey | None:
    read = x509.load_pem_x509_certificate if document.startswith(b"-----") else x509.load_der_x509_certificate
    try:
        key = read(document).public_key()
    except (ValueError, TypeError, NotImplementedError):  # one of GOST
        return None
    except Exception as error:
        if type(error).__name__ == "UnsupportedAlgorithm":
            return None
        raise
    return key if isinstance(key, rsa.RSAPublicKey) else None


def arrive(address: str, *, person: Person = LUKA, browser: Browser | None = None) -> str:
    """A person follows the address, signs in and agrees where they are asked: the address that they would be called back at."""
    browser = browser or real_browser()
    answers = {"sign-in": ("submit", {"login": person.email, "password": person.password}), "consent": ("allow", {})}
    location = address
    while not location.startswith(CALLBACK):
        browser.open(location, allow_redirects=False)
        while not browser.answer.is_redirect:
            shown = next((name for name in answers if name in browser.forms()), None)
            assert shown is not None, f"{browser.status} at {browser.url}: {browser.text[:500]}"
            form, (button, values) = browser.forms()[shown], answers.pop(shown)
            name, value = form.buttons[button]
            data = form.values | values | ({name: value} if name else {})
            browser.answer = browser.session.post(form.action, data=data, allow_redirects=False)
        location = urljoin(browser.url, browser.answer.headers["Location"])
    return location


def control(stand: Started) -> Control:
    return Control(stand.announced["control_url"], stand.token)


@contextmanager
def meddler(stand: Started, change: Change) -> Iterator[str]:
    """Somebody between the system and the provider, who changes the answer to its token call; their address."""
    upstream = stand.announced["issuer"]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kind = {"Content-Type": self.headers["Content-Type"]}
            with plain_http() as session:
                answer = session.post(f"{upstream}{self.path}", data=body, headers=kind, timeout=10)
            self._pass_on(answer, change(answer.content))

        def _pass_on(self, answer: requests.Response, content: bytes) -> None:
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
