"""oidcc-ui-locales: ui_locales chooses the language of the pages."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_ui_locales_choose_the_language(stand: Stand) -> None:
    party = RelyingParty(stand)
    english = stand.browser().open(party.address(ui_locales="se en"))
    assert english.answer.headers["Content-Language"] == "en"
    russian = stand.browser().open(party.address(ui_locales="ru"))
    assert russian.answer.headers["Content-Language"] == "ru"
    assert "code" in party.walk(english)
