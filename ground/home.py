"""Where the files of a stand are: its home, with `config/`, `keys/` and `var/` in it, and what came with the program.

In a checkout the home is the checkout. Installed from a distribution the program has no folder of its own to write to:
its home is then in the user's data folder, and seed and open data are read from `share/propusk/config` of the
environment it was installed into, unless the home has its own.
"""

import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path

HOME_VARIABLE = "PROPUSK_HOME"
PACKAGES = Path(__file__).resolve().parent.parent
SHARED = Path("share", "propusk", "config")
MARK = Path("config", "idp.toml")
"""What is beside the packages in a checkout, and nowhere else."""


def find_home(variables: Mapping[str, str], *, packages: Path = PACKAGES) -> Path:
    """PROPUSK_HOME; else the checkout, when there is one; else `propusk` in the user's data folder."""
    named = variables.get(HOME_VARIABLE)
    if named:
        return Path(named).absolute()
    if (packages / MARK).is_file():
        return packages
    # A relative XDG_DATA_HOME is to be ignored (XDG Base Directory Specification).
    data = Path(variables.get("XDG_DATA_HOME", ""))
    if not data.is_absolute():
        data = Path(variables.get("HOME") or Path.home(), ".local", "share")
    return data / "propusk"


def config_path(home: Path, name: str | Path, *, packages: Path = PACKAGES) -> Path:
    """A file or folder of `config/`: the home's own, else the one that came with the program."""
    own = home / "config" / name
    if own.exists():
        return own
    return next((place / name for place in _config_folders(packages) if (place / name).exists()), own)


def _config_folders(packages: Path) -> Iterator[Path]:
    """Where `config/` lies beside the packages: in a checkout, in an environment, after `pip install --target` or `--user`."""
    if (packages / MARK).is_file():
        yield packages / "config"
        return
    yield Path(sysconfig.get_path("data")) / SHARED
    yield packages / SHARED
    yield Path(sysconfig.get_path("data", sysconfig.get_preferred_scheme("user"))) / SHARED
