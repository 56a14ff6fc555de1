"""The application on somebody's telephone, as its maker would write it: a key, a token, and the door of the provider."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from joserfc import jws
from joserfc.jwk import ECKey

from idp.authentication.devices import rehearsal
from idp.authentication.devices import requests as device_requests
from idp.authentication.devices.requests import Told
from tests.idp.stand import Stand

VERA = "vera@example.test"


@dataclass
class Application:
    """One telephone. What it is asked and answers goes over HTTP."""

    issuer: str
    http: requests.Session
    key: ECKey
    token: str

    @classmethod
    def of_seed(cls, stand: Stand, login: str = VERA) -> "Application":
        """The telephone that the seed gives Vera."""
        with stand.realm.database.read() as connection:
            device = rehearsal.of_citizen(stand.realm, connection, stand.citizen(login))[0]
        key, token = rehearsal.private_key(stand.realm, device.id), rehearsal.token_of(stand.realm, device.id)
        return cls(stand.issuer, stand.http(), key, token)

    @classmethod
    def enrolled(cls, stand: Stand, login: str) -> "Application":
        """A new telephone with a code of this person's account."""
        told = Told("Профиль", "localhost", "")
        with stand.realm.database.write() as connection:
            asked = device_requests.ask(
                stand.realm,
                connection,
                purpose="enrolment",
                holder="session:of a test",
                told=told,
                lifetime_seconds=600,
                citizen_id=stand.citizen(login),
            )
        application = cls(stand.issuer, stand.http(), ECKey.generate_key("P-256"), "")
        answer = application.enrol(f"{stand.issuer}/device/enrol/{asked.id}")
        assert answer.status_code == 201, answer.text
        return application

    def enrol(self, address: str, name: str = "Телефон", key: object = None) -> requests.Response:
        """Bring the public half of the key to the address that the account shows."""
        body = {"name": name, "key": self.key.as_dict(private=False) if key is None else key}
        answer = self.http.post(address, json=body)
        if answer.status_code == 201:
            self.token = answer.json()["token"]
        return answer

    def waiting(self) -> list[dict[str, Any]]:
        """What it is asked."""
        answer = self._get("/device/requests")
        assert answer.status_code == 200, answer.text
        waiting: list[dict[str, Any]] = answer.json()["requests"]
        return waiting

    def read_code(self, address: str) -> requests.Response:
        """What it is told of a code that a page shows."""
        return self._get("/device/requests/" + urlsplit(address).path.rpartition("/")[2])

    def sign(self, request_id: str, *, number: object = None, decision: str = "approve", **changed: Any) -> str:
        """An answer, signed; `changed` are members of its header."""
        said = {"request": request_id, "decision": decision} | ({"number": number} if number is not None else {})
        header = {"alg": "ES256", "typ": "device-answer+jws"} | changed
        return jws.serialize_compact(header, orjson.dumps(said), self.key, algorithms=["ES256"])

    def answer(self, request_id: str, *, number: object = None, decision: str = "approve") -> requests.Response:
        return self.send(request_id, self.sign(request_id, number=number, decision=decision))

    def send(self, request_id: str, answer: object) -> requests.Response:
        address = f"{self.issuer}/device/requests/{request_id}/answer"
        return self.http.post(address, json={"answer": answer}, headers=self._who())

    def _get(self, path: str) -> requests.Response:
        return self.http.get(f"{self.issuer}{path}", headers=self._who())

    def _who(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}
