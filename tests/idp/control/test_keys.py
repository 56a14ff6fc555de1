"""Keys are rotated while the stand runs."""

import pytest
from joserfc import jws

from idp.cms import gost_engine
from idp.keyring.rotation import algorithms_here
from idp.protocol.vocabulary import SIGNING_ALGORITHMS
from tests.idp.control.conftest import Control
from tests.idp.stand import ISSUER, Stand


def kid_of(token: str) -> str:
    return str(jws.extract_compact(token.encode()).protected["kid"])


def test_new_keys_sign_at_once_and_old_ones_go_on_verifying(stand: Stand, control: Control) -> None:
    before = control.get("/keys")["keys"]
    assert [key["algorithm"] for key in before] == sorted(algorithms_here())
    old = stand.tokens()
    after = control.post("/keys/rotate")["keys"]
    assert control.get("/keys")["keys"] == after
    assert len(after) == 2 * len(before)
    new_kids = {key["kid"] for key in after} - {key["kid"] for key in before}
    assert all(key["made_at"] == Stand.START for key in after if key["kid"] in new_kids)
    new = stand.tokens()
    for which in ("id_token", "access_token"):
        assert kid_of(new[which]) in new_kids
        stand.verified(old[which])
        stand.verified(new[which])
    published = stand.http().get(f"{ISSUER}/oauth2/jwks").json()["keys"]
    assert {key["kid"] for key in published} == {key["kid"] for key in after if key["algorithm"] in SIGNING_ALGORITHMS}
    made = [event for event in stand.events() if event["action"] == "key.made"]
    assert {str(event["object"]).removeprefix("key:") for event in made} == new_kids


def test_each_rotation_counts_even_while_the_clock_stands_still_or_goes_back(stand: Stand, control: Control) -> None:
    control.done(control.ask("PUT", "/clock", {"now": Stand.START, "frozen": True}))
    for moment in (Stand.START, Stand.START, Stand.START - 1000, 0):
        known = {key["kid"] for key in control.get("/keys")["keys"]}
        control.done(control.ask("PUT", "/clock", {"now": moment}))
        keys = control.post("/keys/rotate", algorithms=["ES256", "ES256"])["keys"]
        (new_kid,) = {key["kid"] for key in keys} - known
        assert kid_of(stand.tokens()["access_token"]) == new_kid


@pytest.mark.parametrize("body", [{"algorithms": []}, {"algorithms": ["none"]}, {"algorithms": None}, {"keys": 1}])
def test_rotation_of_no_algorithm_of_ours_is_refused(control: Control, body: object) -> None:
    assert control.refused("POST", "/keys/rotate", body) == (422, "body_invalid")
    assert len(control.get("/keys")["keys"]) == len(algorithms_here())


def test_key_of_gost_is_made_where_the_engine_is_and_refused_in_words_where_not(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotation = {"algorithms": ["GOST3410_2012_256"]}
    assert gost_engine.is_available(), "the engine belongs to the machines that run the tests"
    made = control.post("/keys/rotate", **rotation)["keys"]
    assert [key["algorithm"] for key in made].count("GOST3410_2012_256") == 2
    monkeypatch.setattr(gost_engine, "_loaded", lambda: gost_engine.GostUnavailable("libcrypto has no GOST engine"))
    assert control.refused("POST", "/keys/rotate", rotation) == (409, "gost_unavailable")
    assert control.post("/keys/rotate")["keys"], "all other keys are made"
