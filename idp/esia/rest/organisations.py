"""`/rs/orgs/{oid}`: an organisation, to a token of that organisation, with its contacts and its address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from idp.citizens.organisations import Known
from idp.citizens.profile import Address
from idp.esia.rest import addresses
from idp.esia.rest.asked import Asked, NotThere
from idp.esia.rest.contacts import FIELDS as OF_CONTACT
from idp.esia.rest.contacts import Contact, spelled
from idp.esia.rest.field import Field, Told, tell
from idp.esia.rest.resource import ORGANISATION, Collection, Item, Resource, embed, identified
from idp.protocol.esia.fact import Fact, approximate, assumed, exact

SOURCE = "OAM; FR PR 29"


@dataclass(frozen=True)
class Seen:
    """An organisation as fields see it."""

    oid: int
    organisation: Known


def _text(name: str, value: Callable[[Seen], str], scope: str, fact: Fact) -> Field[Seen]:
    return Field(name, "text", lambda seen: value(seen) or None, fact, (scope,))


FIELDS: Sequence[Field[Seen]] = (
    Field("stateFacts", "list", lambda seen: ["EntityRoot"], exact(SOURCE)),
    Field("oid", "number", lambda seen: seen.oid, exact(SOURCE)),
    _text("shortName", lambda seen: seen.organisation.short_name, "org_shortname", exact(SOURCE)),
    _text("fullName", lambda seen: seen.organisation.name, "org_fullname", exact(SOURCE)),
    _text("type", lambda seen: seen.organisation.particulars.type, "org_type", exact(SOURCE)),
    _text("ogrn", lambda seen: seen.organisation.ogrn, "org_ogrn", exact(SOURCE)),
    _text("inn", lambda seen: seen.organisation.inn, "org_inn", exact(SOURCE)),
    _text("leg", lambda seen: seen.organisation.particulars.leg, "org_leg", exact(SOURCE)),
    _text("kpp", lambda seen: seen.organisation.particulars.kpp, "org_kpp", exact(SOURCE)),
    _text(
        "agencyTerRange", lambda seen: seen.organisation.particulars.agency_territory, "org_agencyterrange", approximate("ENET")
    ),
    _text("agencyType", lambda seen: seen.organisation.particulars.agency_type, "org_agencytype", approximate("ENET")),
    _text("oktmo", lambda seen: seen.organisation.particulars.oktmo, "org_oktmo", approximate("VF Permission.php")),
    Field("isLiquidated", "boolean", lambda seen: False, exact(SOURCE)),
)


def _organisation(asked: Asked) -> Known:
    if asked.organisation is None:
        raise NotThere
    return asked.organisation


def _contacts(asked: Asked) -> list[Item]:
    particulars = _organisation(asked).particulars
    phone, email = particulars.phone, particulars.email
    contacts = [Contact("OPH", 201, spelled(phone), True, ("org_ctts",), ())] if phone else []
    contacts += [Contact("OEM", 202, email, True, ("org_ctts",), ())] if email else []
    items = []
    for contact in contacts:
        number = asked.number(contact.place)
        items.append(Item(number, identified(OF_CONTACT, asked, contact, number=number, facts="Identifiable", claims=())))
    return items


def _addresses(asked: Asked) -> list[Item]:
    text = _organisation(asked).particulars.address
    if not text:
        return []
    number = asked.number(401)
    fields = (LEGAL_ADDRESS, *addresses.FIELDS[1:])
    told = identified(fields, asked, Address(type="PRG", text=text), number=number, facts="Identifiable", claims=())
    return [Item(number, told)]


LEGAL_ADDRESS: Field[Address] = Field("type", "text", lambda address: "OLG", assumed("МР as remembered"))
CONTACTS = Collection(
    "organisation", "ctts", "contacts", ("org_ctts",), _contacts, OF_CONTACT, assumed("types: МР as remembered")
)
ADDRESSES = Collection(
    "organisation", "addrs", "addresses", ("org_addrs",), _addresses, (LEGAL_ADDRESS, *addresses.FIELDS[1:]), assumed()
)
SCOPES = tuple(dict.fromkeys((*(scope for field in FIELDS for scope in field.scopes), *CONTACTS.scopes, *ADDRESSES.scopes)))


def _told(asked: Asked) -> Told:
    told = tell(FIELDS, Seen(asked.oid, _organisation(asked)), asked.may)
    return Told({**told.members, **embed((CONTACTS, ADDRESSES), asked).members}).with_tag()


RESOURCES = (
    Resource("organisation", ORGANISATION, SCOPES, _told, exact("OAM; SOK; FR PR 29"), FIELDS),
    *CONTACTS.resources(),
    *ADDRESSES.resources(),
)
