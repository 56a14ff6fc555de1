"""What the tests want from the system: Chromium, PostgreSQL, Apache, OpenSSL with GOST, Pango.

Root on Debian or Ubuntu gets it, others get the names.
"""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workshop.console import say
from workshop.processes import Children, Step

OS_RELEASE = Path("/etc/os-release")


@dataclass(frozen=True)
class SystemPackage:
    """A package of Debian, how to see that it (or the like of it) is there, and what is lost without it."""

    name: str
    is_present: Callable[[], bool]
    loss: str


def _has_chromium() -> bool:
    return any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))


def _has_postgresql() -> bool:
    return any(Path("/usr/lib/postgresql").glob("*/bin/postgres")) or shutil.which("postgres") is not None


def _has_apache() -> bool:
    return Path("/usr/sbin/apache2").exists()


def _has_mod_auth_openidc() -> bool:
    return Path("/usr/lib/apache2/modules/mod_auth_openidc.so").exists()


def _has_openssl() -> bool:
    return shutil.which("openssl") is not None


def _has_gost_engine() -> bool:
    return any(Path("/usr/lib").glob("*/engines-3/gost.so")) or any(Path("/usr/lib").glob("engines-3/gost.so"))


def _has_pango() -> bool:
    return any(Path("/usr/lib").glob("*/libpangoft2-1.0.so.0")) or any(Path("/usr/lib").glob("libpangoft2-1.0.so.0"))


WANTED = (
    SystemPackage("chromium", _has_chromium, "the journeys in a browser are skipped"),
    SystemPackage("postgresql", _has_postgresql, "the tests on PostgreSQL are skipped"),
    # Not `apache2`, which would start a server on port 80 of whoever runs the tests.
    SystemPackage("apache2-bin", _has_apache, "the sign-in through Apache is skipped"),
    SystemPackage("libapache2-mod-auth-openidc", _has_mod_auth_openidc, "the sign-in through Apache is skipped"),
    SystemPackage("openssl", _has_openssl, "the tests of electronic signatures are skipped"),
    SystemPackage("libengine-gost-openssl", _has_gost_engine, "the tests of GOST signatures are skipped"),
    SystemPackage("libpangoft2-1.0-0", _has_pango, "the copies of records as PDF are skipped"),
)


def make_system_packages(children: Children, wanted: Sequence[SystemPackage] = WANTED) -> None:
    """Install what is missing where we may, and name what is still missing. Never an obstacle: the tests judge."""
    missing = [package for package in wanted if not package.is_present()]
    if not missing:
        return
    if os.geteuid() == 0 and is_debian_like(OS_RELEASE) and shutil.which("apt-get"):
        names = [package.name for package in missing]
        say("system", f"installing {', '.join(names)} with apt-get")
        quiet: Mapping[str, str] = {"DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *names]):
            outcome = children.run([Step("system", ["apt-get", "--quiet", *arguments], environment=quiet, is_quiet=True)])[0]
            if outcome.status != 0:
                say("system", f"apt-get {arguments[0]} failed: {outcome.last_words}")
        missing = [package for package in missing if not package.is_present()]
    for package in missing:
        say("system", f"{package.name} is missing: {package.loss}; to have them, sudo apt-get install {package.name}")


def is_debian_like(os_release: Path) -> bool:
    """Is this Debian, Ubuntu or a child of theirs?"""
    try:
        lines = os_release.read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    families = " ".join(line.partition("=")[2].strip('"') for line in lines if line.startswith(("ID=", "ID_LIKE=")))
    return not {"debian", "ubuntu"}.isdisjoint(families.split())
