"""Access tokens of the ESIA dialect without the pages before them, and somebody who reads resources with one."""

from dataclasses import dataclass
from typing import Any

import requests

from ground.chance import SystemChance, draw_identifier
from idp.citizens import oids
from idp.protocol.esia import tokens
from idp.tokens import families, minting
from idp.tokens.families import Grant
from tests.idp.stand import Stand

ANNA = "EsiaTest001@yandex.ru"
POND = "00000000-0000-4000-8000-000000000651"
"""The organisation that EsiaTest005 heads and EsiaTest006 works for."""
MINISTRY = "00000000-0000-4000-8000-000000000652"
CLIENT_ID = "TESTIS"


@dataclass
class Reader:
    """A system with one access token."""

    stand: Stand
    token: str
    oid: int = 0
    citizen_id: str = ""
    family_id: str = ""

    def ask(self, path: str, *, method: str = "GET", **headers: str) -> requests.Response:
        """The answer at an address of ours, or at a whole one."""
        address = path if path.startswith("http") else self.stand.issuer + path
        return self.stand.http().request(method, address, headers={"Authorization": f"Bearer {self.token}", **headers})

    def person(self, path: str = "") -> Any:
        """What is told below the person of the token."""
        answer = self.ask(f"/rs/prns/{self.oid}{path}")
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    def status(self, path: str = "") -> int:
        return self.ask(f"/rs/prns/{self.oid}{path}").status_code


def read_as(
    stand: Stand, login: str = ANNA, scope: str = "openid fullname", *, organisation_scopes: tuple[str, ...] = ()
) -> Reader:
    """Somebody signed in at the system, and this is its token."""
    names, citizen_id = scope.split(), stand.citizen(login)
    grant = Grant(
        client_id=CLIENT_ID,
        citizen_id=citizen_id,
        sid=draw_identifier(SystemChance(), "session"),
        scopes=frozenset(names),
        acr="basic",
        amr=("pwd",),
        authenticated_at=stand.clock.now(),
    )
    with stand.realm.database.write() as connection:
        family_id = families.begin(stand.realm, connection, grant)
        oid = oids.oid_of_citizen(connection, citizen_id)
    token = _token(stand, tokens.spell_scope(names, oid, organisation_scopes), family_id, oid)
    return Reader(stand, token, oid, citizen_id, family_id)


def read_as_system(stand: Stand, *scopes: str) -> Reader:
    """The system's own token, for organisations."""
    return Reader(stand, _token(stand, " ".join(scopes), draw_identifier(SystemChance(), "token"), None))


def organisation_oid(stand: Stand, organisation_id: str) -> int:
    with stand.realm.database.write() as connection:
        return oids.oid_of_organisation(connection, organisation_id)


def _token(stand: Stand, scope: str, sid: str, oid: int | None) -> str:
    now = stand.clock.now()
    told = tokens.Told(
        issuer=stand.settings.esia.issuer, client_id=CLIENT_ID, scope=scope, sid=sid, now=now, expires_at=now + 3600, oid=oid
    )
    return minting.mint_esia(stand.realm, tokens.access_claims(told), header=tokens.header("access"), algorithm="RS256")
