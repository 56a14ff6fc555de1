"""An Apache of a test's own, with mod_auth_openidc in front of its pages: another people's relying party, written in C."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.reliability.servers import plain_http
from tests.running_stand import free_ports, wait_for

PROGRAM = Path("/usr/sbin/apache2")
FOLDER_OF_MODULES = Path("/usr/lib/apache2/modules")
"""As Debian lays them out: packages apache2-bin and libapache2-mod-auth-openidc."""
MODULES = ("mpm_event", "authn_core", "authz_core", "authz_user", "include", "auth_openidc")
CONFIGURATION = """\
ServerRoot {folder}
DefaultRuntimeDir {folder}
Mutex file:{folder}
PidFile {folder}/pid
ErrorLog {folder}/log
{identity}
ServerName localhost
Listen 127.0.0.1:{port}
StartServers 1
DocumentRoot {folder}/pages

OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {client_secret}
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCPKCEMethod S256
OIDCScope "openid profile"
OIDCRedirectURI {origin}/private/callback
OIDCCryptoPassphrase any-words-of-this-test
OIDCPassClaimsAs environment

<Directory {folder}/pages>
  Require all granted
  Options +Includes
  SetOutputFilter INCLUDES
</Directory>
<Location /private>
  AuthType openid-connect
  Require valid-user
</Location>
"""
SHOWN = ("REMOTE_USER", "OIDC_CLAIM_sub", "OIDC_CLAIM_iss", "OIDC_CLAIM_given_name", "OIDC_access_token")
PAGE = "".join(f'{name}=<!--#echo var="{name}"-->\n' for name in SHOWN)


@dataclass(frozen=True)
class Apache:
    """A server that is to be, or is, at an address."""

    port: int

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def page(self) -> str:
        """The page that only the signed-in see: what Apache knows about them."""
        return f"{self.origin}/private/page.html"

    @property
    def callback(self) -> str:
        return f"{self.origin}/private/callback"

    @property
    def bye(self) -> str:
        """A page that anybody may see."""
        return f"{self.origin}/bye.html"


def require_apache() -> None:
    """Skip the test, in one sentence, where Debian's Apache or its module is missing."""
    if not PROGRAM.exists() or not (FOLDER_OF_MODULES / "mod_auth_openidc.so").exists():
        pytest.skip("this machine has no Apache of Debian with mod_auth_openidc")


@contextmanager
def running_apache(apache: Apache, issuer: str, client: dict[str, str]) -> Iterator[None]:
    """Apache as the given client of the issuer. Its folder is not pytest's, which an Apache started by root cannot enter."""
    require_apache()
    with tempfile.TemporaryDirectory(prefix="propusk-apache-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "pages" / "private").mkdir(parents=True)
        (folder / "pages" / "private" / "page.html").write_text(PAGE)
        (folder / "pages" / "bye.html").write_text("bye")
        lines = [f"LoadModule {module}_module {FOLDER_OF_MODULES}/mod_{module}.so\n" for module in MODULES]
        configuration = CONFIGURATION.format(
            folder=folder,
            port=apache.port,
            origin=apache.origin,
            issuer=issuer,
            client_id=client["client_id"],
            client_secret=client["client_secret"],
            identity="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
        )
        (folder / "conf").write_text("".join(lines) + configuration)
        log = folder / "log"
        process = subprocess.Popen(
            [str(PROGRAM), "-f", str(folder / "conf"), "-DFOREGROUND"],
            env={"PATH": os.environ["PATH"]},
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            wait_for(lambda: _answers(process, apache) or None, "Apache answers")
            yield
        finally:
            process.terminate()
            said, _ = process.communicate(timeout=30)
            print(said, log.read_text() if log.exists() else "")


def _answers(process: "subprocess.Popen[str]", apache: Apache) -> bool:
    assert process.poll() is None, "Apache ended"
    try:
        with plain_http() as session:
            return session.get(apache.bye, timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def an_address() -> Apache:
    """An Apache where nothing listens yet."""
    return Apache(*free_ports(1))
