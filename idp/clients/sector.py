"""The file by which several hosts say that they are one sector (OpenID Connect Registration 1.0, 5)."""

from typing import Any

import orjson

from ground.fetch import FetchFailed
from idp.errors import RequestRefused
from idp.protocol.client import Client
from idp.protocol.registration import SECTOR, check_sector_file
from idp.realm import Realm


def check_sector(realm: Realm, client: Client) -> None:
    """Fetch the client's sector file, if it names one, and judge it. Call it outside any transaction. Raises RequestRefused."""
    if client.sector_identifier_uri is not None:
        check_sector_file(_fetch(realm, client.sector_identifier_uri), client)


def _fetch(realm: Realm, address: str) -> Any:
    try:
        answer = realm.fetch.get(address, headers={"Accept": "application/json"})
        if answer.status_code == 200:
            return orjson.loads(answer.content)
    except (FetchFailed, orjson.JSONDecodeError):
        pass
    description = "sector_identifier_uri cannot be fetched, or does not answer with JSON"
    raise RequestRefused("invalid_client_metadata", description, clause=SECTOR)
