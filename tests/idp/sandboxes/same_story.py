"""A story that is told by a process of its own: a seeded sandbox, a client, two sign-ins, a refresh, a new key."""

from collections.abc import Mapping
from pathlib import Path

from ground.clock import FixedClock
from idp.database import JOURNAL
from idp.keyring import rotation
from tests.idp.sandboxes.sandbox import Sandbox
from tests.idp.stand import Stand

DAY = 24 * 3600


def tell(home: Path, *, day: int, seed: str) -> Mapping[str, object]:
    """Everything that anybody outside can see of the story. The home and the day differ from telling to telling."""
    stand = Stand(home, FixedClock(Stand.START + day * DAY))
    sandbox = Sandbox.make(
        stand, seed=seed, sandbox_id="story", now=Stand.START, machine=FixedClock(Stand.START + day * DAY), algorithm="ES256"
    )
    browser = stand.browser()
    first = sandbox.sign_in(browser, acr_values="substantial")
    tokens = sandbox.redeem(first["code"])
    second = sandbox.sign_in(browser)
    fresh = stand.http().post(
        f"{sandbox.issuer}/oauth2/token",
        data={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "scope": "openid profile"},
        auth=(sandbox.client_id, sandbox.client_secret),
    )
    rotation.rotate(sandbox.realm, ("ES256", "EdDSA"), actor="operator:test")
    keys = stand.http().get(f"{sandbox.issuer}/oauth2/jwks").json()["keys"]
    realm = sandbox.realm
    with realm.database.read() as connection:
        journal = [
            {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
            for row in connection.execute(JOURNAL.select().order_by(JOURNAL.c.seq)).mappings()
        ]
        sms = [message.text for message in realm.outbox.messages(connection)]
        citizens = [row[0] for row in connection.exec_driver_sql("SELECT id FROM citizens ORDER BY id")]
    stand.close()
    return {
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "codes": [first, second],
        "id_token": tokens["id_token"],
        "access_token": tokens["access_token"],
        "refreshed": fresh.json(),
        "keys": [key for key in keys if key["kty"] != "RSA"],
        "sms": sms,
        "citizens": citizens,
        "journal": journal,
    }
