"""What the pages need and git does not keep: the typeface and bundles from npm, and the compiled translations."""

from workshop.console import Refused, say
from workshop.environment import make_node
from workshop.places import Places
from workshop.processes import Children, Step


def web_file_steps(children: Children, places: Places) -> list[Step]:
    """The steps that make them; each finds out for itself that nothing is to be done. Node is installed here if need be."""
    python = str(places.python)
    steps = [Step("translations", [python, "-m", "ground.web.catalogues", "compile"])]
    builder = places.checkout / "scripts" / "assets"
    if not builder.exists():
        return steps
    try:
        make_node(children, places)
    except Refused as refusal:
        say("assets", f"not made, the pages will look plainer: {refusal}")
        return steps
    return [*steps, Step("assets", [python, str(builder)])]
