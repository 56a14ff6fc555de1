"""The folder of a stand that tests share."""

from pathlib import Path

import pytest

from propusk.errors import StandUnusable
from propusk.process import default_home


@pytest.mark.parametrize("spoil", ["open", "link", "file"])
def test_home_among_everybody_s_files_is_our_own_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: str) -> None:
    """Its name can be guessed: whoever made it first could announce a stand of theirs there."""
    (tmp_path / "no-folder").write_text("")
    monkeypatch.delenv("PROPUSK_STAND_HOME", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "no-folder"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    home = default_home()
    assert home.parent == tmp_path
    assert home.stat().st_mode & 0o777 == 0o700
    assert default_home() == home
    home.rmdir()
    if spoil == "open":
        home.mkdir()
        home.chmod(0o777)
    elif spoil == "link":
        home.symlink_to(tmp_path)
    else:
        home.write_text("")
    with pytest.raises(StandUnusable, match="open to others"):
        default_home()
