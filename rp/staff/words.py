"""Names of roles and of authors, in the language of the page."""

from sqlalchemy import Connection

from ground.web.language import gettext as _
from rp.organisations.directory import find_workplace, organisation_of_client


def role_name(role: str) -> str:
    """What somebody is at work."""
    names = {"doctor": _("врач"), "laboratory": _("лаборант"), "registrar": _("регистратор")}
    return names.get(role, role)


def author_name(connection: Connection, author: str) -> str:
    """Who wrote a version, as the journal names actors, in words; people at work by role and organisation."""
    kind, _colon, identifier = author.partition(":")
    if kind == "staff":
        place = find_workplace(connection, identifier)
        return f"{role_name(place.role)}, {place.organisation.name}" if place else _("сотрудник")
    if kind == "client":
        organisation = organisation_of_client(connection, identifier)
        return organisation.name if organisation else _("программа")
    if kind == "patient":
        return _("сам пациент")
    return _("оператор регистра")
