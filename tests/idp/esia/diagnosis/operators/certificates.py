"""Mistakes with the certificate that signs."""

from dataclasses import replace

from idp.requests.exchange import Exchange
from tests.idp.esia.diagnosis import world
from tests.idp.esia.diagnosis.operators.base import Fits, add, both, gost_v2, hashed, operator, rsa_v1, v1, v2
from tests.idp.esia.diagnosis.world import Request
from tests.idp.esia.keys import rsa_identity
from tests.idp.esia.system import timestamp


def stranger(name: str, kinds: str, whose: str, fits: Fits) -> None:
    def spoil(request: Request) -> Exchange:
        others = world.identities_of(whose)
        return request.exchange({**request.parameters, "client_secret": request.sign(request.text(), identities=others)})

    add(name, "client_secret", kinds, spoil, fits)


for version, fits in (("v1", v1), ("v2", v2)):
    stranger(f"removed_certificate_{version}", "certificate_removed", "Прежняя система", fits)
    stranger(f"foreign_certificate_{version}", "certificate_foreign", "Чужая система", fits)
stranger(
    "unregistered_certificate",
    "certificate_unregistered",
    "Никому не известная",
    both(v1, lambda request: "attached" not in request.way or True),
)
stranger("unregistered_key", "unknown", "Никому не известная", v2)


@operator("client_secret", "certificate_rsa_short", fits=rsa_v1)
def short_rsa_key(request: Request) -> Exchange:
    own = world.own_system().identities
    weak = replace(own, rsa=rsa_identity("Короткий ключ", bits=1024))
    return request.exchange({**request.parameters, "client_secret": request.sign(request.text(), identities=weak)})


@operator("client_secret", "certificate_key_differs", fits=rsa_v1)
def renewed_certificate(request: Request) -> Exchange:
    own = world.own_system().identities
    again = replace(own, rsa=rsa_identity.__wrapped__("Учебная система"))
    return request.exchange({**request.parameters, "client_secret": request.sign(request.text(), identities=again)})


@operator("client_secret", "certificate_expired", fits=lambda request: gost_v2(request) or request.way == "gost")
def expired_certificate(request: Request) -> Exchange:
    own = replace(world.own_system().identities, gost=world.expired())
    values = {**request.parameters, "client_secret": request.sign(request.text(), identities=own)}
    if hashed(request):
        values["client_certificate_hash"] = world.known(world.expired().der).streebog_hash
    return request.exchange(values)


@operator("client_secret", "certificate_not_yet")
def certificate_of_tomorrow(request: Request) -> Exchange:
    at = 1_767_225_600 - 86_400
    request.settings = replace(request.settings)
    return request.exchange(request.resigned(timestamp=timestamp(at)), at=at)


@operator("client_secret", "no_certificates")
def no_certificates(request: Request) -> Exchange:
    request.certificates = []
    return request.exchange()
