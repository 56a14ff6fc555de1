"""`/rs/prns/{oid}/roles` and `/orgs`: what somebody is in organisations."""

from collections.abc import Sequence
from dataclasses import dataclass

from idp.citizens import oids, organisations
from idp.citizens.organisations import MemberOf
from idp.esia.rest.asked import Asked
from idp.esia.rest.field import Field, Told, tell
from idp.esia.rest.resource import Collection, Item
from idp.protocol.esia.fact import approximate, exact

SOURCE = "ILIM tests; INFO; AIS"
SCOPES = ("usr_org",)


@dataclass(frozen=True)
class RoleOf:
    """What a person is in one organisation."""

    prn_oid: int
    org_oid: int
    member: MemberOf


FIELDS: Sequence[Field[RoleOf]] = (
    Field("oid", "number", lambda role: role.org_oid, exact(SOURCE)),
    Field("prnOid", "number", lambda role: role.prn_oid, exact(SOURCE)),
    Field("fullName", "text", lambda role: role.member.name, exact(SOURCE)),
    Field("shortName", "text", lambda role: role.member.short_name, exact(SOURCE)),
    Field("ogrn", "text", lambda role: role.member.ogrn, exact(SOURCE)),
    Field("type", "text", lambda role: role.member.particulars.type, exact(SOURCE)),
    Field("branchName", "text", lambda role: "", exact(SOURCE)),
    Field("branchOid", "number", lambda role: None, exact(SOURCE), is_nullable=True),
    Field("chief", "boolean", lambda role: role.member.is_chief, exact(SOURCE)),
    Field("admin", "boolean", lambda role: role.member.is_administrator, exact(SOURCE)),
    Field("phone", "text", lambda role: "", exact(SOURCE)),
    Field("email", "text", lambda role: "", exact(SOURCE)),
    Field("active", "boolean", lambda role: True, exact(SOURCE)),
    Field("hasRightOfSubstitution", "boolean", lambda role: role.member.is_chief, approximate("ILIM 3.x")),
    Field("hasApprovalTabAccess", "boolean", lambda role: False, approximate("ILIM 3.x")),
    Field("isLiquidated", "boolean", lambda role: False, exact(SOURCE)),
)


def _items(asked: Asked) -> list[Item]:
    """The roles. Nobody here has one in a branch."""
    members = organisations.of_member(asked.connection, asked.whose.id)
    numbers = oids.known_oids(asked.connection, "organisation_id", [member.id for member in members])
    items = []
    for member in members:
        if member.id in numbers:
            told = tell(FIELDS, RoleOf(asked.oid, numbers[member.id], member), asked.may)
            role = Told(told.members, frozenset({"organisations"}))
            items.append(Item(numbers[member.id], role, address=f"/rs/orgs/{numbers[member.id]}"))
    return items


COLLECTION = Collection("person", "roles", "roles", SCOPES, _items, FIELDS, exact(SOURCE), is_direct=True, has_addresses=False)
ORGANISATIONS = Collection("person", "orgs", "organizations", SCOPES, _items, FIELDS, exact("OAM; VOSK"), has_addresses=False)
RESOURCES = (*COLLECTION.resources(), *ORGANISATIONS.resources())
