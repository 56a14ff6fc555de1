"""What a request of the ESIA dialect asks for beyond its scopes, as the person who agrees reads it: whose organisations, and
which consents of the Цифровой профиль."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from ground.web.language import gettext as _
from idp.citizens import oids, organisations
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.esia.particulars import Particulars


def particular_rows(connection: Connection, request: AuthorizationRequest) -> list[tuple[str, str]]:
    """A row for each organisation that the request names, and for each consent."""
    if request.dialect != "esia":
        return []
    particulars = Particulars.of_document(request.particulars)
    named = [_name(connection, oid) for oid in particulars.organisation_oids]
    consents = [(_("Согласие"), _consent(each)) for each in particulars.permissions]
    return [*((_("Организация"), name) for name in named), *consents]


def term(request: AuthorizationRequest) -> str:
    """For how long the person agrees: a consent of the Цифровой профиль has an end of its own."""
    minutes = [each["expire"] for each in request.particulars.get("permissions", ())]
    if not minutes:
        return _("Пока вы не отзовёте")
    return _("Пока вы не отзовёте, самое долгое %(minutes)s минут", minutes=min(minutes))


def _name(connection: Connection, oid: int) -> str:
    organisation_id = oids.organisation_of(connection, oid)
    found = organisations.find(connection, organisation_id) if organisation_id else None
    return found.name if found is not None else str(oid)


def _consent(document: Mapping[str, Any]) -> str:
    """One consent, in the words of the request: nobody has published what they are called."""
    listed = {name: ", ".join(each["sysname"] for each in document[name]) for name in ("actions", "purposes")}
    told = _(
        "%(kind)s, цель: %(purposes)s, действия: %(actions)s, срок в минутах: %(minutes)s",
        kind=document["sysname"],
        minutes=document["expire"],
        **listed,
    )
    # A free text of the system's: it must not look like more lines of a text that somebody signs.
    responsible = "".join(each for each in document.get("responsibleObject", "") if each.isprintable())
    return f"{told}, {responsible}" if responsible else told
