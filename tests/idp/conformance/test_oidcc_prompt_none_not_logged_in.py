"""oidcc-prompt-none-not-logged-in: prompt=none with nobody signed in is an error sent back."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_prompt_none_without_a_session_is_an_error(stand: Stand) -> None:
    answer = RelyingParty(stand).authorize(prompt="none")
    assert answer["error"] in ("login_required", "interaction_required")
    assert answer["state"] == "state-of-the-suite"
