"""A reset leaves what preparing leaves, and nothing else."""

from sqlalchemy import inspect

from idp.database import Base
from tests.idp.control.conftest import Control
from tests.idp.stand import CITIZENS, PEOPLE, SECRET, SEEDED, Stand

ROLES = sum(len(entry.get("roles", ["citizen.medical_service"])) for entry in PEOPLE)


def contents(stand: Stand) -> dict[str, int]:
    counted = {name: stand.rows(f"SELECT count(*) FROM {name}")[0][0] for name in Base.metadata.tables}  # noqa: S608 - ours
    return {name: int(str(count)) for name, count in counted.items() if count and name not in ("journal", "watermarks")}


def test_reset_leaves_people_and_systems_of_the_seed_only(stand: Stand, control: Control) -> None:
    browser = stand.browser()
    tokens = stand.tokens(browser, acr_values="substantial")
    stand.browser().open(stand.authorize_url())
    control.post("/people")
    vera = stand.citizen("vera@example.test")
    control.done(control.ask("DELETE", f"/people/{stand.citizen('maya@example.test')}"))
    control.post("/clock/advance", seconds=1000)
    assert control.ask("POST", "/reset").status_code == 204
    seeded = {"citizens": CITIZENS, "passwords": SEEDED, "information_systems": 1}
    assert contents(stand) == seeded | {"bank_identities": 1, "devices": 1, "totp_secrets": 1, "citizen_roles": ROLES} | {
        "organisations": 6,
        "memberships": 8,
        "children": CITIZENS - SEEDED,
        "oids": SEEDED + 6,
    }
    assert stand.clock.now() == Stand.START
    assert stand.userinfo(tokens["access_token"]).status_code == 401
    assert control.get("/outbox") == {"messages": [], "last": 0}
    assert stand.citizen("vera@example.test") != vera
    assert [client["client_id"] for client in control.get("/clients")["clients"]] == ["registry"]
    assert [action for action in stand.actions() if action.startswith("realm.")] == ["realm.reset"]
    with stand.realm.database.read() as connection:
        assert stand.realm.journal.verify(connection) == []


def test_everybody_of_the_seed_can_sign_in_after_a_reset(stand: Stand, control: Control) -> None:
    browser = stand.browser()
    stand.obtain_code(browser)
    control.ask("POST", "/reset")
    control.post("/clients", client_id="client", client_secret=SECRET, redirect_uris=["http://localhost:9999/callback"])
    assert "sign-in" in browser.open(stand.authorize_url()).forms(), "the session from before is nobody's"
    assert stand.tokens()["access_token"]
    for _ in range(2):
        assert control.ask("POST", "/reset").status_code == 204


def test_keys_outlive_a_reset(stand: Stand, control: Control) -> None:
    rotated = control.post("/keys/rotate", algorithms=["EdDSA"])
    control.ask("POST", "/reset")
    assert control.get("/keys") == rotated


def test_reset_knows_every_table_of_the_database(stand: Stand) -> None:
    """A table whose model the control plane does not load would keep its rows."""
    there = set(inspect(stand.realm.database.engine).get_table_names()) - {"alembic_version"}
    assert there == set(Base.metadata.tables)


def test_request_that_was_answered_before_a_reset_does_not_come_up_after_it(stand: Stand, control: Control) -> None:
    """It is written a moment after its answer: the next test took it for its own."""
    for _ in range(3):
        stand.http().get(f"{stand.issuer}/oauth2/jwks")
        control.ask("POST", "/reset")
        assert control.get("/requests")["requests"] == []
