"""`/rs/prns/{oid}/vhls`: the vehicles of a person."""

from collections.abc import Sequence

from idp.citizens import profile
from idp.citizens.profile import Vehicle
from idp.esia.rest.asked import Asked
from idp.esia.rest.field import Field
from idp.esia.rest.resource import Collection, Item, identified
from idp.protocol.esia.fact import exact

SOURCE = "SOK; EKA"
FIRST_PLACE = 501
FIELDS: Sequence[Field[Vehicle]] = (
    Field("name", "text", lambda vehicle: vehicle.name, exact(SOURCE)),
    Field("numberPlate", "text", lambda vehicle: vehicle.number_plate, exact(SOURCE)),
    Field(
        "regCertificate",
        "object",
        lambda vehicle: {"series": vehicle.certificate_series, "number": vehicle.certificate_number},
        exact(SOURCE),
    ),
)


def _items(asked: Asked) -> list[Item]:
    items = []
    for place, vehicle in enumerate(profile.profile_of(asked.whose.data).vehicles, FIRST_PLACE):
        number = asked.number(place)
        told = identified(FIELDS, asked, vehicle, number=number, facts="Identifiable", claims=("vehicles",))
        items.append(Item(number, told))
    return items


COLLECTION = Collection("person", "vhls", "vehicles", ("vehicles",), _items, FIELDS, exact(SOURCE))
RESOURCES = COLLECTION.resources()
