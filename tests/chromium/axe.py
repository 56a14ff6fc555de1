"""axe-core looks at the page that is open, in light and in dark."""

import json

from tests.chromium.visit import Visit

SETTLED = "() => { for (const each of document.getAnimations()) try { each.finish(); } catch { each.cancel(); } }"
"""Whatever moves is at its end at once. To wait for it would wait for ever where a page is shown to nobody."""
RUN = "(rules) => axe.run(document, {resultTypes: ['violations'], ...(rules && {runOnly: rules})})"
SCHEMES = (("light", None), ("dark", ["color-contrast"]))
"""What is asked in each colour scheme: everything once, and the contrast twice, for nothing else differs."""


def objections_to(visit: Visit, axe: str, page_name: str, *, status: int = 200, is_error: bool = False) -> list[str]:
    """What axe-core objects to on the page that is open. The status comes first: axe is content with an error page."""
    visit.look(status=status)
    assert (visit.page.query_selector("#error-number") is not None) == is_error
    objections = []
    for scheme, rules in SCHEMES:
        visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        visit.page.evaluate(SETTLED)  # a colour on its way from light to dark is neither
        visit.page.evaluate(axe)
        result = visit.page.evaluate(RUN, rules)
        assert result["passes"] or result["incomplete"], "axe-core looked at the page"
        for violation in result["violations"]:
            places = [node["target"] for node in violation["nodes"]]
            objections.append(f"{page_name}, {scheme}: {violation['id']}: {violation['help']} {json.dumps(places)}")
    return objections
