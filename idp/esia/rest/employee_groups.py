"""`/rs/orgs/{oid}/emps/{person}/grps`: the groups of an organisation that somebody who works there is in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from idp.citizens import oids, organisations
from idp.citizens.organisations import MemberOf
from idp.esia.rest.asked import Asked, NotThere
from idp.esia.rest.field import Field, Told, all_claims, tag_of, tell
from idp.esia.rest.resource import NAME, ORGANISATION, Resource
from idp.protocol.esia.fact import approximate, assumed

SOURCE = "VOSK EsiaGroupInfo"
NUMBER = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True)
class Group:
    """A group that gives its members access to a system."""

    name: str
    title: str
    description: str
    system: str
    system_name: str


EVERYBODY = Group("EMPLOYEE", "Сотрудники", "Все, кто действует от имени организации", "TESTIS", "Учебная система")
ADMINISTRATORS = Group("ORG_ADMIN", "Администраторы профиля организации", "Ведут её профиль", "ESIA", "ЕСИА")
FIELDS: Sequence[Field[Group]] = (
    Field("grp_id", "text", lambda group: group.name, approximate(SOURCE)),
    Field("name", "text", lambda group: group.title, approximate(SOURCE)),
    Field("description", "text", lambda group: group.description, approximate(SOURCE)),
    Field("system", "text", lambda group: "false" if group is EVERYBODY else "true", approximate(SOURCE)),
    Field("itSystem", "text", lambda group: group.system, approximate(SOURCE)),
    Field("itSystemName", "text", lambda group: group.system_name, approximate(SOURCE)),
    Field("requireSignature", "boolean", lambda group: False, approximate(SOURCE)),
)
"""Which groups there are is ours: everybody who may act, and those who administer."""


def _told(asked: Asked) -> Told:
    groups = [EVERYBODY, *([ADMINISTRATORS] if _member(asked).is_administrator else [])]
    told = [tell(FIELDS, group, asked.may).with_tag() for group in groups]
    members = [{"stateFacts": ["Identifiable"], **each.members} for each in told]
    path = f"{asked.address}/rs/orgs/{asked.oid}/emps/{asked.name}/grps"
    elements = members if asked.has_elements else [f"{path}/{group.name}" for group in groups]
    head = {"stateFacts": ["hasSize"], "size": len(groups), "eTag": tag_of(["grps", members])}
    return Told({**head, "elements": elements}, all_claims(told) | ({"organisations"} if asked.has_elements else set()))


def _one(asked: Asked) -> Told:
    person, name = asked.names
    groups = {group.name: group for group in (EVERYBODY, ADMINISTRATORS)}
    member = _member(asked, person)
    if name not in groups or (groups[name] is ADMINISTRATORS and not member.is_administrator):
        raise NotThere
    told = tell(FIELDS, groups[name], asked.may)
    return Told({"stateFacts": ["Identifiable"], **told.members}, frozenset({"organisations"})).with_tag()


def _member(asked: Asked, person: str | None = None) -> MemberOf:
    """What the person whom the path names is in this organisation. Raises NotThere."""
    text = asked.names[0] if person is None else person
    citizen_id = oids.citizen_of(asked.connection, int(text)) if NUMBER.fullmatch(text) else None
    if citizen_id is None or asked.organisation is None:
        raise NotThere
    for member in organisations.of_member(asked.connection, citizen_id):
        if member.id == asked.organisation.id:
            return member
    raise NotThere


SCOPES = ("org_grps", "org_emps")
RESOURCES = (
    Resource("organisation", (*ORGANISATION, "emps", NAME, "grps"), SCOPES, _told, approximate("VOSK EsiaUriManager"), FIELDS),
    Resource("organisation", (*ORGANISATION, "emps", NAME, "grps", NAME), SCOPES, _one, assumed(), FIELDS),
)
