"""The mark of a form, by which the same form that is sent twice is one request."""

import re
from collections.abc import Mapping

from ground.chance import draw_token
from rp.realm import Realm

FIELD = "once"
MARK = re.compile(r"[A-Za-z0-9_-]{16,64}")


def new_once(realm: Realm) -> str:
    """The mark of a form that is being drawn."""
    return draw_token(realm.chance, "request form")


def once_of(sent: Mapping[str, str], realm: Realm) -> str:
    """The mark that a form brings, or one of its own where it brings none of ours."""
    mark = sent.get(FIELD, "")
    return mark if MARK.fullmatch(mark) else new_once(realm)
