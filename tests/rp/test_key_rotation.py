"""RG-17 in short: the campaign of tests.load.rotation with a few documents."""

from pathlib import Path

from tests.load.rotation import campaign


def test_rg_17_keys_are_exchanged_twice_under_readers_and_writers(tmp_path: Path) -> None:
    seen = campaign(tmp_path / "home", "", documents=40, exchanges=2)
    assert seen.is_good, seen
    assert seen.written.done > 0
    assert seen.renewed >= 2 * 5  # five people, twice
