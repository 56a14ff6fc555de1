"""A table of names and values in one environment variable."""

from dataclasses import dataclass, field

import pytest

from ground.settings import SettingRefused, load_settings


@dataclass(frozen=True)
class Example:
    addresses: dict[str, str] = field(default_factory=dict)


def addresses(text: str) -> dict[str, str]:
    return load_settings(Example, file=None, environment={"X_ADDRESSES": text}, prefix="X").addresses


def test_pairs_of_an_environment_variable_are_a_table() -> None:
    assert addresses("idp.test=127.0.0.1, rp.test=::1") == {"idp.test": "127.0.0.1", "rp.test": "::1"}
    assert addresses("") == {}


@pytest.mark.parametrize("text", ["idp.test", "=127.0.0.1", "a=b,c"])
def test_text_that_holds_no_pairs_is_refused(text: str) -> None:
    with pytest.raises(SettingRefused, match="must be like name=value"):
        addresses(text)
