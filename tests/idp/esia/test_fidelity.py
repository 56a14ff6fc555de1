"""docs/esia-fidelity.md says what the tables say, and the tables what the provider does."""

import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from importlib import import_module
from typing import Any

import pytest

import idp.esia
import idp.protocol.esia
from idp.esia.diagnosis.kind import Kind
from idp.esia.endpoints import ENDPOINTS, FOR_BROWSERS, TREES
from idp.protocol.esia.addresses import ADDRESSES, DISCOVERY
from idp.protocol.esia.fact import Fact
from idp.protocol.esia.sources import SOURCES
from idp.protocol.esia.switches import SWITCHES
from idp.settings.groups import Esia
from tests.idp.esia.fidelity import DOCUMENT, FIDELITIES, lines, sections
from tests.idp.stand import Stand

SETTINGS = {each.name for each in fields(Esia)}


def facts() -> Iterator[Fact]:
    return (row.fact for section in sections() for row in section.rows)


def test_page_is_what_the_tables_make() -> None:
    """Else: python -m tests.idp.esia.fidelity"""
    assert DOCUMENT.read_text(encoding="utf-8") == "\n".join(lines()) + "\n"


def test_every_source_is_in_the_key() -> None:
    known = re.compile("|".join(rf"(?<![\w]){re.escape(name)}(?![\w])" for name in SOURCES))
    by_name = [fact.source for fact in facts() if fact.fidelity != "assumed"]
    assert [source for source in by_name if not known.search(source)] == []
    assert all(fact.source and fact.fidelity in FIDELITIES for fact in facts())


def test_every_switch_is_a_setting_and_every_setting_a_question() -> None:
    named = {fact.switch for fact in facts()} - {""}
    assert {name.removeprefix("esia.") for name in named} <= SETTINGS
    assert all(name.startswith("esia.") for name in named)
    assert set(SWITCHES) == SETTINGS


def test_every_row_that_has_a_fact_is_on_the_page() -> None:
    """A table that somebody adds is not forgotten: what a diagnosis knows and the way to v2 are told elsewhere."""
    on_page = {id(fact) for fact in facts()}
    forgotten = {f"{module}.{name}" for module, name, fact in _everything() if id(fact) not in on_page}
    assert forgotten == set()


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.path)
def test_address_is_served_or_not_as_the_table_says(stand: Stand, address: Any) -> None:
    if address.path == "/.well-known/openid-configuration":
        assert "/aas/" not in stand.http().get(stand.issuer + address.path).text, "it is the other dialect's"
        return
    path = f"{address.path}prns/1" if address.path in TREES else address.path
    method = "POST" if address.methods == ("POST",) else "GET"
    status = stand.http().request(method, stand.issuer + path, allow_redirects=False).status_code
    is_there = address.is_served and address.path != DISCOVERY
    assert (status != 404) == is_there or address.path.startswith("/esia-rs/"), status
    if address.path.startswith("/esia-rs/api/public/v1/orgs/ext-app"):
        assert status in (401, 404)


def test_every_address_that_is_served_is_in_the_table() -> None:
    told = {address.path for address in ADDRESSES if address.is_served}
    assert told == {*ENDPOINTS, *TREES, *FOR_BROWSERS}


@pytest.fixture
def stand_settings(request: pytest.FixtureRequest) -> dict[str, object]:
    return {"esia": Esia(has_discovery=True)} if "discovery" in request.node.name else {}


def test_discovery_is_there_by_switch_alone(stand: Stand) -> None:
    document = stand.http().get(stand.issuer + DISCOVERY).json()
    assert document["issuer"] == "http://esia.gosuslugi.ru/"
    assert document["token_endpoint"] == f"{stand.issuer}/aas/oauth2/v3/te"
    assert stand.http().get(document["jwks_uri"]).status_code == 200
    assert stand.http().post(stand.issuer + DISCOVERY).status_code == 405


def _everything() -> Iterator[tuple[str, str, Fact]]:
    for package in (idp.protocol.esia, idp.esia):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".diagnosis" in found.name or ".migration" in found.name:
                continue
            module = import_module(found.name)
            for name, value in vars(module).items():
                if name.isupper():
                    yield from ((found.name, name, fact) for fact in _facts_of(value))


def _facts_of(value: Any) -> Iterator[Fact]:
    if isinstance(value, Fact):
        yield value
        return
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple | list) else [value]
    for item in items:
        fact = item[1] if isinstance(item, tuple) and len(item) == 2 else getattr(item, "fact", item)
        if isinstance(fact, Fact) and not isinstance(item, Kind):
            yield fact
