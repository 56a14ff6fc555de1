"""The refused requests of a system, and why one of them was refused: pages for the system's developer.

`/why` lists, `/why/{request}` explains. A diagnosis is worked out when its page is opened and kept nowhere.
"""

from typing import cast

from flask import Blueprint, abort, render_template, request

from ground.web.language import current_language
from idp.clients import registry
from idp.esia.diagnosis.kind import Language
from idp.esia.diagnosis.telling import answered, cut_text, explain, was_refused
from idp.pages import current_realm
from idp.requests import journal
from idp.requests.recorder import settle

LOOKED_AT = 500
LISTED = 50
AROUND = 16
blueprint = Blueprint("why", __name__)


@blueprint.get("/why")
def refused() -> str:
    """The last refused requests, of one system or of all."""
    realm = current_realm()
    if not realm.settings.keeps_requests:
        abort(404)
    settle(realm)
    chosen = request.args.get("system", "").replace("\0", "")
    with realm.database.read() as connection:
        systems = registry.everything(connection)
        found = journal.everything(realm, connection, system=chosen or None, limit=LOOKED_AT)
    listed = [(each, answered(each)) for each in reversed(found) if was_refused(each)][:LISTED]
    choices = [(each.client.client_id, f"{each.client.name} ({each.client.client_id})") for each in systems]
    return render_template("control/refused.html", listed=listed, choices=choices, chosen=chosen)


@blueprint.get("/why/<request_id>")
def why(request_id: str) -> str:
    """One diagnosis."""
    realm = current_realm()
    settle(realm)
    with realm.database.read() as connection:
        found = journal.find(realm, connection, request_id) or abort(404)
    explanation = explain(realm, found, cast(Language, current_language()))
    comparison = explanation.first.comparison
    texts = []
    if comparison is not None:
        at = comparison.first_difference
        start = max((at or 0) - AROUND // 2, 0)
        for text in (comparison.expected, comparison.signed):
            if text is not None:
                piece = text[start : start + AROUND]
                halves = (piece, b"") if at is None else (piece[: at - start], piece[at - start :])
                texts.append(
                    (
                        len(text),
                        cut_text(text, explanation.parameters),
                        [(half.hex(" ").upper(), readable(half)) for half in halves],
                    )
                )
    return render_template("control/why.html", explanation=explanation, exchange=found.exchange, texts=texts)


def readable(data: bytes) -> str:
    """Bytes as a person reads them, a point for each that is no letter of ASCII."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in data)
