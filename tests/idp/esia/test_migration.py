"""`propusk esia migrate-check`: what a system of v1 still has to do, as its own requests show it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from idp.cli import esia
from idp.clients import registry
from idp.esia.migration.steps import STEPS, Seen, Situation, check
from idp.protocol.vocabulary import EsiaAlgorithm
from idp.requests import recorder
from idp.settings import RequestJournal
from tests.idp.esia.system import System, register_system
from tests.idp.stand import Stand

GOST: EsiaAlgorithm = "GOST3410_2012_256"


@pytest.fixture
def stand_settings() -> dict[str, object]:
    """As a test stand is: what systems send is written down."""
    return {"request_journal": RequestJournal()}


class Check:
    """Somebody at the command line of a stand."""

    def __init__(self, stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stand = stand
        monkeypatch.setattr(esia, "read_settings", lambda: stand.settings)
        monkeypatch.setattr(esia, "open_realm", lambda _: stand.realm)

    def run(self, *words: str) -> tuple[int, str]:
        recorder.settle(self.stand.realm)
        result = CliRunner().invoke(esia.esia, ["migrate-check", "TESTIS", *words])
        if not isinstance(result.exception, (SystemExit, type(None))):
            raise result.exception
        return result.exit_code, result.output

    def steps(self) -> Mapping[str, Mapping[str, Any]]:
        """Each step by its name. The exit status says whether one remains."""
        status, output = self.run("--json")
        document = json.loads(output)
        assert document["deadline"] == "2026-12-31" and document["deadline_source"]
        steps = {step["name"]: step for step in document["steps"]}
        assert status == (1 if document["remaining"] else 0)
        assert document["remaining"] == [step["state"] for step in steps.values()].count("to do")
        assert all(step["source"] and step["why"] for step in steps.values())
        return steps

    def states(self) -> dict[str, str]:
        return {name: str(step["state"]) for name, step in self.steps().items()}


@pytest.fixture
def checks(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> Check:
    return Check(stand, monkeypatch)


def sign_tokens_by_gost(stand: Stand) -> None:
    with stand.realm.database.write() as connection:
        found = registry.find(connection, "TESTIS")
        assert found is not None
        registry.replace_terms(stand.realm, connection, replace(found, esia_algorithm=GOST), actor="operator:test")


def test_system_that_sent_nothing_has_everything_before_it(stand: Stand, checks: Check) -> None:
    register_system(stand)
    states = checks.states()
    assert states.pop("scopes") == "done", "it asks for no withdrawn one"
    assert (states.pop("refresh"), states.pop("client_credentials")) == ("not needed", "not needed")
    assert set(states.values()) == {"to do"}


def test_system_of_v1_is_told_what_remains_with_the_requests_that_show_it(stand: Stand, checks: Check) -> None:
    system = register_system(stand)
    system.sign_in(version="v1", signs="rsa")
    steps = checks.steps()
    endpoint = steps["authorization endpoint"]
    assert endpoint["state"] == "to do" and "/aas/oauth2/ac" in endpoint["why"]
    recorded = {str(row[0]) for row in stand.rows("SELECT id FROM requests")}
    assert endpoint["requests"] and set(endpoint["requests"]) <= recorded
    assert steps["refresh"]["state"] == "to do", "it asked for offline access"
    status, text = checks.run()
    assert status == 1
    assert "[ ] send people to /aas/oauth2/v2/ac instead of /aas/oauth2/ac" in text
    assert "2026-12-31" in text and endpoint["requests"][0] in text


def test_system_that_moved_has_nothing_left(stand: Stand, checks: Check) -> None:
    system = register_system(stand)
    system.sign_in(version="v1", signs="rsa")
    stand.clock.advance(60)
    sign_tokens_by_gost(stand)
    entered = system.sign_in(version="v2", signs="gost")
    assert entered.refresh().status_code == 200
    assert set(checks.states().values()) <= {"done", "not needed"}
    status, text = checks.run()
    assert (status, text.splitlines()[-1]) == (0, "nothing remains")
    assert "v1: 2, of which 2 were taken" in text and "v2 and v3: 3, of which 3 were taken" in text
    requests = json.loads(checks.run("--json")[1])["requests"]
    assert len(set(requests["v2 and v3"]["taken"])) == 3


def test_page_that_somebody_reloads_undoes_nothing(stand: Stand, checks: Check) -> None:
    system = register_system(stand)
    address = system.authorize_url()
    code = system.answer_of(system.go_on(stand.browser().open(address)))["code"]
    assert system.redeem(code).status_code == 200
    before = checks.states()
    assert "007053" in stand.browser().open(address).url, "each signature is good once"
    assert checks.states() == before
    assert before["signed text of authorization"] == before["sign-in"] == "done"


def test_half_of_the_way(stand: Stand, checks: Check) -> None:
    """v2 signed by RSA is good on a test stand, and not yet what ESIA wants."""
    system = register_system(stand)
    system.sign_in(version="v2", signs="rsa")
    states = checks.states()
    done = {"authorization endpoint", "token endpoint", "client_certificate_hash", "container", "sign-in"}
    assert {states[name] for name in done} == {"done"}
    assert {states[name] for name in ("algorithm", "algorithm of tokens", "refresh")} == {"to do"}


def test_cms_on_v2_is_seen(stand: Stand, checks: Check) -> None:
    system = register_system(stand)
    secret = system.authorization("v1", signs="rsa")["client_secret"]
    stand.browser().open(system.authorize_url("v2", client_secret=secret))
    steps = checks.steps()
    assert steps["container"]["state"] == "to do" and "CMS" in steps["container"]["why"]
    assert steps["signed text of authorization"]["state"] == "to do"
    assert "007053" in steps["signed text of authorization"]["why"]


@pytest.mark.parametrize(
    ("left_out", "step"),
    [("redirect_uri", "signed text of authorization"), ("code", "signed text of the token call")],
)
def test_text_that_lacks_something_is_seen(stand: Stand, checks: Check, left_out: str, step: str) -> None:
    system = register_system(stand)
    code = system.obtain_code()
    if left_out == "code":
        right = system.token_request(code)
        wrong = system.authorization(state=right["state"], scope=right["scope"], timestamp=right["timestamp"])
        system.post(right | {"client_secret": wrong["client_secret"]})
    else:
        right = system.authorization()
        text = "".join(right[name] for name in ("client_id", "scope", "timestamp", "state")).encode()
        stand.browser().open(system.authorize_url(**right | {"client_secret": system.sign(text, "v2", signs="gost")}))
    found = checks.steps()[step]
    assert found["state"] == "to do" and found["why"].startswith("ESIA-007053: "), "the diagnosis says what it is"


def test_hash_that_is_missing_or_of_nobody_is_seen(stand: Stand, checks: Check) -> None:
    system = register_system(stand)
    browser = stand.browser()
    browser.open(system.authorize_url(client_certificate_hash=None))
    assert "not sent" in checks.steps()["client_certificate_hash"]["why"]
    stand.clock.advance(1)
    browser.open(system.authorize_url(client_certificate_hash="0" * 64))
    assert "no registered certificate" in checks.steps()["client_certificate_hash"]["why"]


def test_withdrawn_scope_is_seen_until_it_is_asked_for_no_more(stand: Stand, checks: Check) -> None:
    system = register_system(stand)
    stand.browser().open(system.authorize_url("v1", signs="rsa", scope="openid usr_inf"))
    steps = checks.steps()
    assert steps["scopes"]["state"] == "to do" and "usr_inf" in steps["scopes"]["why"]
    stand.clock.advance(1)
    system.obtain_code(version="v1", signs="rsa")
    assert checks.states()["scopes"] == "done"


def test_what_is_older_than_the_days_shows_nothing(stand: Stand, checks: Check) -> None:
    system: System = register_system(stand)
    system.sign_in(version="v2")
    stand.clock.advance(3 * 86_400)
    status, text = checks.run("--days", "2")
    assert status == 1 and "0 signed requests in the last 2 days" in text


def test_client_of_the_standard_endpoints_has_no_such_way(stand: Stand, checks: Check) -> None:
    recorder.settle(stand.realm)
    result = CliRunner().invoke(esia.esia, ["migrate-check", "client"])
    assert result.exit_code == 1 and "no system of ESIA's dialect" in str(result.exception)


def test_every_step_says_where_it_is_from_and_can_be_done_and_not() -> None:
    good = Situation(
        "TESTIS",
        has_gost_certificate=True,
        signs_tokens_by_gost=True,
        seen=[
            Seen(name, 1, "v2", call, names_gost=True, has_hash=True, is_offline=True)  # type: ignore[arg-type]
            for name, call in (("a", "authorization"), ("b", "code"), ("c", "refresh"), ("d", "client"))
        ],
    )
    assert all(line.judged.is_done for line in check(good).lines)
    bad = Situation(
        "TESTIS",
        has_gost_certificate=False,
        signs_tokens_by_gost=False,
        seen=[
            Seen(name, 1, "v1", call, scopes=("usr_inf",), is_offline=True)  # type: ignore[arg-type]
            for name, call in (("a", "authorization"), ("b", "code"), ("c", "refresh"), ("d", "client"))
        ],
    )
    assert [line.judged.is_done for line in check(bad).lines] == [False] * len(STEPS)
    assert all(step.fact.source for step in STEPS)
