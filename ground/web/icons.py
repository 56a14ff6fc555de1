"""The icons, read once from `icons.svg`."""

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup

SOURCE = Path(__file__).parent / "icons.svg"


@cache
def icon_shapes() -> dict[str, Markup]:
    """Name of each icon and the inside of its symbol, as it is written in the source."""
    found = re.findall(r'<symbol id="([a-z]+)"[^>]*>(.*?)</symbol>', SOURCE.read_text(encoding="utf-8"))
    return {name: Markup(inside) for name, inside in found}  # noqa: S704 (our own file)


def icon_shape(name: str) -> Markup:
    """The inside of one symbol. Raises KeyError for an icon that is not drawn."""
    return icon_shapes()[name]
