"""«Согласия и сервисы»: who was allowed to know what, what they were really told and when, and taking it back."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from ground.web.language import LazyText, lazy_gettext
from idp.account.pages import PATH, make_blueprint, page
from idp.authentication.entry import enter
from idp.clients import registry
from idp.consent import disclosures, ledger
from idp.consent.disclosures import Disclosed
from idp.consent.ledger import Given
from idp.interaction.words import claim_list, deeds
from idp.logout.withdrawal import withdraw
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.protocol.client import Client
from idp.protocol.scopes import claims_of

HERE = f"{PATH}/consents"
SHOWN = 20
"""How many disclosures of one service the page shows, the latest first."""
CHANNELS: dict[str, LazyText] = {
    "id_token": lazy_gettext("при входе, в токене"),
    "userinfo": lazy_gettext("по запросу данных"),
    "resources": lazy_gettext("по запросу данных"),
    "check": lazy_gettext("при проверке доступа другого сервиса"),
}
blueprint = make_blueprint("account_consents")


@dataclass
class Service:
    """A client as the page shows it: what it may know and do, when that was allowed or withdrawn, and what it was told."""

    client_id: str
    client: Client | None
    given: list[Given] = field(default_factory=list)
    told: list[Disclosed] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.client.name if self.client is not None else self.client_id

    @property
    def standing(self) -> list[Given]:
        """What is allowed now."""
        return [given for given in self.given if given.withdrawn_at is None]

    @property
    def may_know(self) -> str:
        dialect = self.client.dialect if self.client is not None else "openid"
        names = [name for given in self.standing for name in (*claims_of(given.scopes, dialect), *given.claims)]
        return claim_list(list(dict.fromkeys(names)))

    @property
    def may_do(self) -> list[str]:
        return deeds(frozenset(name for given in self.standing for name in given.scopes))

    @property
    def given_at(self) -> int:
        """When what is allowed now was allowed first."""
        return min(given.given_at for given in self.standing)

    @property
    def withdrawn_at(self) -> int | None:
        """When it was withdrawn last, if nothing is allowed now."""
        moments = [given.withdrawn_at for given in self.given if given.withdrawn_at is not None]
        return max(moments) if moments and not self.standing else None

    @property
    def rows(self) -> list[tuple[str, int, int, str]]:
        """What it was told, when first and when last, and on what occasion."""
        return [(claim_list(told.claims), told.first_at, told.last_at, str(CHANNELS[told.channel])) for told in self.told[:SHOWN]]

    @property
    def has_more(self) -> bool:
        """Was it told more often than the page shows?"""
        return len(self.told) > SHOWN


@blueprint.get("/consents")
@open_to(Access.CITIZEN)
def consents() -> str:
    """Every service that may know something, and those that knew something before."""
    realm = current_realm()
    owner = enter(realm, HERE)
    with realm.database.read() as connection:
        given = ledger.of_citizen(connection, owner.person.id)
        told = disclosures.of_citizen(connection, owner.person.id)
        names = [*(each.client_id for each in given), *(each.client_id for each in told)]
        clients = {name: registry.find(connection, name) for name in dict.fromkeys(names)}
    services = _services(given, told, clients)
    return page(
        "account/consents.html",
        owner,
        "consents",
        allowed=[service for service in services if service.standing],
        past=[service for service in services if not service.standing],
    )


@blueprint.post("/consents/withdraw")
@open_to(Access.CITIZEN)
def take_back() -> Response:
    """Withdraw what was allowed to the service that the form names."""
    realm = current_realm()
    owner = enter(realm, HERE)
    client_id = request.form.get("client_id", "").replace("\0", "")  # PostgreSQL would raise
    with realm.database.write() as connection:
        if not withdraw(realm, connection, owner.person.id, client_id):
            abort(404)
    return redirect(HERE, 303)


def _services(given: Sequence[Given], told: Sequence[Disclosed], clients: dict[str, Client | None]) -> list[Service]:
    """One for each client, in the order of what was allowed last."""
    services = {name: Service(name, client) for name, client in clients.items()}
    for consent in given:
        services[consent.client_id].given.append(consent)
    for disclosed in told:
        services[disclosed.client_id].told.append(disclosed)
    return list(services.values())
