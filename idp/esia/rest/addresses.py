"""`/rs/prns/{oid}/addrs`: where somebody lives and where they are registered."""

from collections.abc import Callable, Sequence

from idp.citizens import profile
from idp.citizens.profile import Address
from idp.esia.rest.asked import Asked
from idp.esia.rest.field import Field
from idp.esia.rest.resource import Collection, Item, identified
from idp.protocol.esia.fact import Fact, exact

SOURCE = "ENET AddrInfo.cs; EKA README"
PLACES = {"PLV": 401, "PRG": 402, "PTA": 403}


def _text(name: str, value: Callable[[Address], str], fact: Fact | None = None) -> Field[Address]:
    return Field(name, "text", value, fact or exact(SOURCE))


FIELDS: Sequence[Field[Address]] = (
    _text("type", lambda address: address.type),
    _text("addressStr", lambda address: address.text),
    _text("fiasCode", lambda address: address.fias_code),
    _text("countryId", lambda address: address.country),
    _text("zipCode", lambda address: address.zip_code),
    _text("region", lambda address: address.region),
    _text("district", lambda address: address.district),
    _text("city", lambda address: address.city),
    _text("settlement", lambda address: address.settlement),
    _text("street", lambda address: address.street),
    _text("area", lambda address: address.area),
    _text("additionArea", lambda address: address.addition_area),
    _text("additionAreaStreet", lambda address: address.addition_area_street),
    _text("house", lambda address: address.house),
    _text("building", lambda address: address.building),
    _text("frame", lambda address: address.frame),
    _text("flat", lambda address: address.flat),
    _text("vrfDdt", lambda address: "0,0,0"),
)


def _items(asked: Asked) -> list[Item]:
    items = []
    for address in profile.addresses_of(asked.whose):
        number = asked.number(PLACES[address.type])
        told = identified(FIELDS, asked, address, number=number, facts="Identifiable", claims=("addresses",))
        items.append(Item(number, told))
    return items


COLLECTION = Collection("person", "addrs", "addresses", ("addresses",), _items, FIELDS, exact("EKA; EC; MIAC; ENET"))
RESOURCES = COLLECTION.resources()
